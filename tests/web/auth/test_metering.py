"""Nobody empties the site: lists and transcripts are given by the hour."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.web.conftest import Login
from tests.web.html import page
from web.auth import metering
from web.db import Database
from web.models import AuditEntry


def test_who_exports_like_a_script_waits_and_nobody_else(
    login: Login, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(metering.METERED, "recordings.export", 3)
    browser = login("qa")
    assert [browser.get("/recordings/export.csv").status_code for _ in range(3)] == [200] * 3
    refused = browser.get("/recordings/export.csv")
    assert "尝试次数太多" in page(refused, 429).text
    assert 1 <= int(refused.headers["Retry-After"]) <= 30
    assert login("qa2").get("/recordings/export.csv").status_code == 200
    assert browser.get("/password").status_code == 200
    with db.reading() as session:
        assert "throttled" in session.scalars(select(AuditEntry.action)).all()


def test_what_is_metered_exists(login: Login) -> None:
    assert set(metering.METERED) <= set(login("qa").application.view_functions)
