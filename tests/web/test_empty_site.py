"""A site without a single recording: every page opens for every role, and says what to do first."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, update

from tests.web.conftest import Login
from tests.web.html import page
from web.db import Database, now
from web.kit.access import PUBLIC, TABLE
from web.models import Team, Technician, User, UserRole
from web.queue import presence

ROLES = {"admin": UserRole.ADMIN, "qa": UserRole.QA, "manager": UserRole.MANAGER, "technician": UserRole.TECHNICIAN}
# pages that show something of their own though nobody has brought anything: forms, settings, standards, the log
NEVER_EMPTY = {
    *(
        "auth.login",
        "auth.password",
        "auth.second_factor",
        "oidc.account",
        "admin.users",
        "admin.user_new",
        "admin.audit_log",
    ),
    *(
        "uploads.page",
        "privacy.page",
        "hooks.new",
        "system.page",
        "standard_reading.index",
        "standard_importing.page",
        "scorecards.standards_list",
        "help.index",
        "staff.order",
    ),
    *("staff.technician", "staff.import_file", "search.page", "tokens.reference"),
}


def paths(app: Flask) -> dict[str, str]:
    """What a GET without any parameter can ask for, by its endpoint; the API opens to no browser."""
    return {
        rule.endpoint: rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and not rule.arguments
        and rule.endpoint in TABLE
        and not rule.endpoint.startswith("api.")
    }


@pytest.mark.parametrize("who", ROLES)
def test_with_people_only_every_page_opens_and_says_what_to_do_first(
    app: Flask, db: Database, login: Login, who: str
) -> None:
    walk(app, db, login, who)


@pytest.mark.parametrize("who", ["admin", "qa", "manager"])  # a technician's account names its person
def test_with_accounts_only_every_page_opens_and_says_what_to_do_first(
    app: Flask, db: Database, login: Login, people: dict[str, Any], who: str
) -> None:
    with db.writing() as session:
        session.execute(update(User).values(technician_id=None, team_id=None))
        session.execute(delete(Technician))
        session.execute(delete(Team))
    walk(app, db, login, who)


def walk(app: Flask, db: Database, login: Login, who: str) -> None:
    with db.writing() as session:
        presence.sign(session, "a worker", now())  # else the site is not ready
    app.config["PROPAGATE_EXCEPTIONS"] = True
    browser, wrong, silent, dead = login(who), [], [], []
    for endpoint, path in sorted(paths(app).items()):
        if TABLE[endpoint] != PUBLIC and ROLES[who] not in TABLE[endpoint]:
            continue
        answer = browser.get(path, follow_redirects=True)
        if answer.status_code != 200:
            wrong.append((endpoint, answer.status_code))
        elif answer.mimetype == "text/html" and TABLE[endpoint] != PUBLIC and "<html" in answer.text:
            main = page(answer).one("main")
            advice = [part.text for part in main.all(class_="empty-subtitle")] + [
                s.text for s in main.all(id="first-run")
            ]
            rows = [row for part in main.all("tbody") for row in part.all("tr")]
            if endpoint not in NEVER_EMPTY and not rows and not any(advice):
                silent.append((endpoint, main.text[:80]))
            for link in (a.get("href") or "" for part in main.all(class_="empty") for a in part.all("a")):
                if link.startswith("/") and browser.get(link, follow_redirects=True).status_code != 200:
                    dead.append((endpoint, link))
        answer.close()
    assert wrong == []
    assert dead == []
    assert silent == []
