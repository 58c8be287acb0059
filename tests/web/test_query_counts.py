"""Every page with data on it, as every role: valid HTML and few questions to the database, however many rows it shows."""

from __future__ import annotations

import math
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from tests.web.conftest import Login
from tests.web.furnished import NO_PAGES, Furniture, furnish, pages
from tests.web.html import page
from web.db import Database
from web.kit.access import PUBLIC, TABLE
from web.models import UserRole
from web.system import header

MOST = 14  # the one for who asks, the menu count and the standards in effect too (docs/DECISIONS.md §8)
ROLES = {"admin": UserRole.ADMIN, "qa": UserRole.QA, "manager": UserRole.MANAGER, "technician": UserRole.TECHNICIAN}
NOT_HIS = {"recordings.show", "recordings.show waiting"}  # a technician sees signed ones only


@pytest.fixture
def made(app: Flask, people: dict[str, Any]) -> Furniture:
    return furnish(app, people)


def test_every_page_is_in_the_list(app: Flask) -> None:
    listed = {name.split()[0] for name in pages(Furniture(1, 1, 1, 1, 1, 1, "2026-11"))} | NO_PAGES
    asked = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert asked - listed == set()
    assert listed - asked == {"nothing"}


@pytest.mark.parametrize("who", ROLES)
def test_pages_are_valid_and_ask_the_database_little(
    app: Flask, db: Database, login: Login, made: Furniture, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(header, "FRESH_S", math.inf)  # else whichever page comes after ten seconds asks for the worker
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *values: asked.append(values[2]))
    browser = login(who)
    too_many, shown = {}, 0
    for name, path in pages(made).items():
        endpoint = name.split()[0]
        asked.clear()
        answer = browser.get(path)
        counted = [
            statement for statement in asked if not statement.startswith(("PRAGMA", "BEGIN", "SELECT set_config"))
        ]
        if answer.status_code in (301, 302):
            assert endpoint in ("home.index", "scorecards.standards_list", "scorecards.standard_show", "auth.login"), (
                path
            )
        elif endpoint == "nothing" or (who == "technician" and name in NOT_HIS):
            page(answer, 404)
        elif TABLE[endpoint] == PUBLIC or ROLES[who] in TABLE[endpoint]:
            assert page(answer).element.get("lang") == "zh-CN", path
            shown += 1
        else:
            page(answer, 403)
        if len(counted) > MOST:
            too_many[name] = counted
    assert {name: len(counted) for name, counted in too_many.items()} == {}
    assert shown > 5
