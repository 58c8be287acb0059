"""Every route as every role, and whose recordings each role sees."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.web import cast
from web.api.scopes import SCOPES
from web.db import Database, now
from web.kit.access import PUBLIC, TABLE, visible
from web.kit.login import viewer_of
from web.models import ApiToken, Recording, ReviewState, User, UserRole
from web.queue import presence

ROLES = {"admin": UserRole.ADMIN, "qa": UserRole.QA, "manager": UserRole.MANAGER, "technician": UserRole.TECHNICIAN}


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """(endpoint, method, path) of all routes, with 1 or a known word for every part of a path."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            values: dict[str, Any] = {}
            for name in rule.arguments:
                converter = rule._converters[name]
                values[name] = 1 if "Integer" in type(converter).__name__ else _word(converter)
            path = app.url_map.bind("localhost").build(rule.endpoint, values, method=None)
            found += [(rule.endpoint, method, path) for method in sorted(rule.methods - {"OPTIONS", "HEAD"})]
    return sorted(set(found))


def _word(converter: object) -> str:
    """For `<any(a, b):…>` one of its words, else a plain one."""
    items = getattr(converter, "items", None)
    return sorted(items)[0] if items else "x"


def _anew(app: Flask, db: Database, user_id: int) -> FlaskClient:
    """Log in afresh: what the request before did (logging out, a reset password) must not change the next answer."""
    with db.writing() as session:
        user = session.get_one(User, user_id)
        user.must_change_password = False
        kept = viewer_of(user).get_id()
    browser = app.test_client()
    with browser.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = kept, True
    return browser


def bearer(db: Database, user_id: int) -> dict[str, str]:
    """A token with every scope: what it opens is then the role's alone."""
    with db.writing() as session:
        user = session.get_one(User, user_id)
        secret = "tj_" + secrets.token_urlsafe(32)
        session.add(
            ApiToken(
                user_id=user.id, name="x", digest=hashlib.sha256(secret.encode()).hexdigest(), beginning="tj_x",
                scopes=list(SCOPES), role=user.role, epoch=user.session_epoch,
            )
        )  # fmt: skip
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.parametrize("who", [*ROLES, None])
def test_every_route_opens_to_the_roles_of_the_table_and_to_nobody_else(
    app: Flask, db: Database, people: dict[str, Any], who: str | None
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = True
    with db.writing() as session:
        # else the site is not ready; asking for every route may take minutes
        presence.sign(session, "a worker", now() + timedelta(hours=1))
    wrong = []
    for endpoint, method, path in routes(app):
        browser = _anew(app, db, people[who].id) if who else app.test_client()
        headers = bearer(db, people[who].id) if who and endpoint.startswith("api.") else {}
        response = browser.open(path, method=method, follow_redirects=False, headers=headers)
        allowed = TABLE[endpoint]
        if who is None and allowed != PUBLIC:
            sent_away = response.status_code == 401 or (
                response.status_code == 302 and response.location.startswith("/login")
            )
            if not sent_away:
                wrong.append((endpoint, method, response.status_code))
        elif allowed == PUBLIC or ROLES.get(who or "") in allowed:
            if response.status_code in (401, 403) or response.status_code >= 500:
                wrong.append((endpoint, method, response.status_code))
        elif response.status_code != 403:
            wrong.append((endpoint, method, response.status_code))
        response.close()
    assert wrong == []


def test_whose_recordings_a_role_sees(db: Database, people: dict[str, Any]) -> None:
    with db.writing() as session:
        made = {
            "wang signed": cast.recording(session, people["wang"], "1", review_state=ReviewState.SIGNED),
            "wang open": cast.recording(session, people["wang"], "2"),
            "li signed": cast.recording(session, people["li"], "3", review_state=ReviewState.SIGNED),
            "nobody": cast.recording(session, None, "4"),
            "deleted": cast.recording(session, people["wang"], "5", deleted_at=cast.MONDAY),
        }
        names = {row.id: name for name, row in made.items()}
    everything = {"wang signed", "wang open", "li signed", "nobody"}
    expected = {
        "admin": everything,
        "qa": everything,
        "manager": everything,
        "manager_east": {"wang signed", "wang open"},
        "technician": {"wang signed"},
        "technician2": {"li signed"},
    }
    with db.reading() as session:
        for who, seen in expected.items():
            viewer = viewer_of(session.get_one(User, people[who].id))
            ids = session.scalars(visible(select(Recording.id), viewer))
            assert {names[i] for i in ids} == seen, who
