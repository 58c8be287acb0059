"""Links in the database: kept up to date, shown on the due list, never touching what is signed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from tests.web import cast
from tests.web.conftest import Login
from tests.web.data import analysis
from tests.web.html import page
from web.config import WebSettings
from web.db import Database, now
from web.intake import rows
from web.links import keep
from web.links.workdays import Workdays
from web.models import Recording, ReviewState, Verdict

POLICY = keep.policy_of(WebSettings())


def linked(db: Database, recording_id: int) -> dict[str, str | None]:
    with db.reading() as session:
        found = session.execute(
            select(Verdict.item_id, Verdict.final).where(Verdict.recording_id == recording_id, Verdict.how == "link")
        )
        return {row.item_id: row.final for row in found}


def visit(db: Database, people: dict[str, Any], at: datetime, **more: Any) -> int:
    with db.writing() as session:
        order = cast.order(session, people["wang"], f"WO-{at:%m%d%H%M}")
        row = cast.recording(
            session, people["wang"], f"{at}.mp3", work_order_id=order.id, recorded_at=at, recorded_on=at.date(), **more
        )
        rows.record_analysis(session, row.id, analysis("visit-03"), "heard")
        return row.id


def call(db: Database, people: dict[str, Any], visit_id: int, at: datetime) -> None:
    with db.writing() as session:
        order_id = session.get_one(Recording, visit_id).work_order_id
        row = cast.recording(
            session,
            people["wang"],
            f"call {at}",
            work_order_id=order_id,
            recorded_at=at,
            standard_id="property-followup",
        )
        rows.record_analysis(session, row.id, analysis("followup-02"), "heard")


def test_a_call_that_comes_in_settles_the_visit(db: Database, people: dict[str, Any]) -> None:
    begun = cast.MONDAY
    made = visit(db, people, begun)
    assert keep.refresh_new(db, begun + timedelta(hours=2), POLICY) == 1
    assert linked(db, made)["followed-up"] is None
    assert keep.refresh_new(db, begun + timedelta(hours=2), POLICY) == 0
    call(db, people, made, begun + timedelta(days=1))
    keep.refresh_new(db, begun + timedelta(days=1, hours=1), POLICY)
    assert linked(db, made)["followed-up"] == "met"


def test_a_step_looks_at_so_many_analyses_and_the_next_goes_on(db: Database, people: dict[str, Any]) -> None:
    made = visit(db, people, cast.MONDAY)
    call(db, people, made, cast.MONDAY + timedelta(days=1))
    later = cast.MONDAY + timedelta(days=1, hours=1)
    assert [keep.refresh_new(db, later, POLICY, most=1) for _ in range(3)] == [1, 1, 0]
    assert linked(db, made)["followed-up"] == "met"


def test_a_passed_deadline_makes_a_miss_and_lowers_the_score(db: Database, people: dict[str, Any]) -> None:
    made = visit(db, people, cast.MONDAY)
    keep.refresh_new(db, cast.MONDAY, POLICY)
    with db.reading() as session:
        before = session.get_one(Recording, made).judged_count
    keep.refresh_open(db, cast.MONDAY + timedelta(days=3), POLICY)
    assert linked(db, made)["followed-up"] == "missed"
    with db.reading() as session:
        assert session.get_one(Recording, made).judged_count > before


def test_a_new_analysis_keeps_what_links_told(db: Database, people: dict[str, Any]) -> None:
    made = visit(db, people, cast.MONDAY)
    keep.refresh_open(db, cast.MONDAY + timedelta(days=3), POLICY)
    with db.writing() as session:
        rows.record_analysis(session, made, analysis("visit-03"), "rescored")
    assert linked(db, made)["followed-up"] == "missed"


def test_a_signed_recording_is_left_alone(db: Database, people: dict[str, Any]) -> None:
    made = visit(db, people, cast.MONDAY, review_state=ReviewState.SIGNED)
    keep.refresh_open(db, cast.MONDAY + timedelta(days=3), POLICY)
    assert linked(db, made)["followed-up"] is None


def test_the_due_list_shows_whom_to_call(login: Login, db: Database, people: dict[str, Any]) -> None:
    assert "没有待回访" in page(login("qa").get("/due")).text
    visit(db, people, now() - timedelta(hours=1))
    visit(db, people, now() - timedelta(days=9))
    keep.refresh_open(db, now(), POLICY)
    shown = page(login("qa").get("/due"))
    lines = [row.text for row in shown.one("tbody").all("tr")]
    assert len(lines) == 2
    assert "待回访" in lines[0]
    assert "已过期" in lines[1]
    assert len(page(login("manager_east").get("/due")).one("tbody").all("tr")) == 2


def test_every_day_may_be_a_working_day(db: Database) -> None:
    assert Workdays({cast.MONDAY.date(): False}).works(cast.MONDAY.date()) is False
