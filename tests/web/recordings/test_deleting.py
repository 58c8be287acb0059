"""Deleting a recording from its page, and the way back to the list it was opened from."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web import cast
from tests.web.conftest import Login
from tests.web.data import analysis
from tests.web.html import page
from web.db import Database
from web.models import AuditEntry, LegalHold, Recording

Cast = dict[str, Any]
LIST = "technician=1&page=2"


@pytest.fixture
def visit(db: Database, people: Cast) -> int:
    with db.writing() as session:
        return cast.judged(session, people["wang"], analysis("visit-03")).id


def test_the_page_says_what_goes_and_leads_back_to_the_list(db: Database, login: Login, visit: int) -> None:
    browser = login("qa")
    shown = page(browser.get(f"/recordings/{visit}?{LIST}"))
    link = next(a for a in shown.all("a") if "删除录音" in a.text).get("href") or ""
    asked = page(browser.get(link))
    assert "不能恢复" in asked.text
    form = asked.one("main").one("form")
    values = {field.get("name"): field.get("value") or "" for field in form.all("input")}
    done = browser.post(form.get("action") or "", data=values)
    assert done.location is not None
    assert done.location.partition("?") == ("/recordings/", "?", LIST)
    assert browser.get(f"/recordings/{visit}").status_code == 404
    with db.reading() as session:
        assert session.get_one(Recording, visit).deleted_at is not None
        assert session.query(AuditEntry).filter_by(action="recording-deleted", object_id=str(visit)).count() == 1


def test_what_changed_meanwhile_is_not_deleted(db: Database, login: Login, visit: int) -> None:
    browser = login("qa")
    with db.writing() as session:
        session.get_one(Recording, visit).revision += 1
    assert browser.post(f"/recordings/{visit}/delete", data={"revision": "0"}).status_code == 409
    assert browser.get(f"/recordings/{visit}").status_code == 200


def test_signed_and_held_recordings_are_refused(db: Database, login: Login, visit: int, people: Cast) -> None:
    browser = login("admin")
    with db.writing() as session:
        session.add(LegalHold(recording_id=visit, reason="诉讼", by_id=people["admin"].id))
    assert "法律保留" in page(browser.get(f"/recordings/{visit}/delete"), 409).text
    with db.writing() as session:
        session.delete(session.get_one(LegalHold, visit))
        cast.sign(session, session.get_one(Recording, visit))
        revision = session.get_one(Recording, visit).revision
    assert "已签核" in page(browser.get(f"/recordings/{visit}/delete"), 409).text
    assert browser.post(f"/recordings/{visit}/delete", data={"revision": str(revision)}).status_code == 409
    assert "删除录音" not in page(browser.get(f"/recordings/{visit}")).text


def test_the_form_of_details_keeps_the_list(login: Login, visit: int) -> None:
    browser = login("qa")
    shown = page(browser.get(f"/recordings/{visit}/details?{LIST}"))
    back = next(a for a in shown.all("a") if "返回录音" in a.text).get("href")
    assert back == f"/recordings/{visit}?{LIST}"
    saved = browser.post(
        f"/recordings/{visit}/details?{LIST}",
        data={"revision": "0", "recorded_at": "2026-11-23T10:00", "standard": "property-visit", "technician": "1"},
    )
    assert saved.location == back
    list_link = page(browser.get(back or "")).one("a", title="返回列表").get("href")
    assert list_link == f"/recordings/?{LIST}"


@pytest.mark.parametrize(
    ("path", "query", "values"),
    [
        ("/staff/technicians/1", "team=东区&q=王", {"name": "王师傅", "team": "东区", "active": "y"}),
        ("/staff/orders/new", "q=WO&page=2", {"order_no": "WO-9", "staff_no": "", "job_kind": "水管"}),
    ],
)
def test_forms_of_staff_lead_back_to_the_filtered_list(
    login: Login, path: str, query: str, values: dict[str, str]
) -> None:
    browser = login("qa")
    evil = f"{query}&next=https://elsewhere.example"
    saved = browser.post(f"{path}?{evil}", data=values)
    assert saved.status_code == 302, page(saved).text
    listed = path.rpartition("/")[0]
    wanted = browser.get(f"{listed}?{query}").request
    assert saved.location is not None
    assert saved.location.partition("?")[0] == listed
    found = browser.get(saved.location).request
    assert found.args == wanted.args
