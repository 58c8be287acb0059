"""The stored summaries follow every change and equal what is computed anew."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.web import cast
from tests.web.data import analysis
from web.db import Database, now
from web.intake import rows, stale
from web.models import ItemPeriod, Recording, ReviewState, ScorePeriod, StaleDay
from web.summaries import keep

Table = list[tuple[Any, ...]]


def tables(db: Database) -> tuple[Table, Table]:
    def whole(session: Session, table: Any) -> Table:
        return sorted(tuple(row) for row in session.execute(select(*table.__table__.columns)))

    with db.reading() as session:
        return whole(session, ScorePeriod), whole(session, ItemPeriod)


def heard(db: Database, people: dict[str, Any], day: dt.date, who: str = "wang", name: str = "visit-03") -> int:
    at = dt.datetime.combine(day, dt.time(2), dt.UTC)
    with db.writing() as session:
        row = cast.recording(session, people[who], f"{day} {who} {now()}", recorded_at=at, recorded_on=day)
        rows.record_analysis(session, row.id, analysis(name), "heard")
        return row.id


def test_summaries_of_stale_days_equal_those_computed_anew(db: Database, people: dict[str, Any]) -> None:
    made = [
        heard(db, people, dt.date(2026, 10, 30)),
        heard(db, people, dt.date(2026, 11, 1)),
        heard(db, people, dt.date(2026, 11, 2), "li"),
        heard(db, people, dt.date(2026, 11, 2), name="followup-02"),
    ]
    assert keep.refresh_stale(db) == 4
    kept = tables(db)
    # 王: October and November, each by kind and altogether, W44 and W45; 李: November twice, W45
    assert len(kept[0]) == 9
    assert keep.rebuild(db) == 4
    assert tables(db) == kept
    with db.writing() as session:  # signed: it moves from one row of its day to another
        row = session.get_one(Recording, made[1])
        row.review_state = ReviewState.SIGNED
        stale.mark_stale(session, row)
    keep.refresh_stale(db)
    changed = tables(db)
    assert changed != kept
    keep.rebuild(db)
    assert tables(db) == changed


def test_a_recording_that_moves_to_another_technician_leaves_nothing_behind(
    db: Database, people: dict[str, Any]
) -> None:
    made = heard(db, people, cast.MONDAY.date())
    keep.refresh_stale(db)
    with db.writing() as session:
        row = session.get_one(Recording, made)
        stale.mark_stale(session, row)
        row.technician_id = people["li"].id
        stale.mark_stale(session, row)
    assert keep.refresh_stale(db) == 2
    days, items = tables(db)
    assert {row[1] for row in days} == {row[1] for row in items} == {people["li"].id}


def test_a_deleted_recording_leaves_its_summaries(db: Database, people: dict[str, Any]) -> None:
    made = heard(db, people, cast.MONDAY.date())
    with db.writing() as session:
        row = session.get_one(Recording, made)
        row.deleted_at = now()
        stale.mark_stale(session, row)
    keep.refresh_stale(db)
    assert tables(db) == ([], [])
    with db.reading() as session:
        assert session.scalars(select(StaleDay)).all() == []


def test_a_change_that_comes_while_summaries_are_computed_is_not_lost(
    db: Database, people: dict[str, Any], monkeypatch: Any
) -> None:
    heard(db, people, cast.MONDAY.date())
    compute = keep._computed
    late: list[int] = []

    def slow(*arguments: Any) -> Any:
        found = compute(*arguments)
        if not late:
            late.append(heard(db, people, cast.MONDAY.date()))
        return found

    monkeypatch.setattr(keep, "_computed", slow)
    keep.refresh_stale(db)
    kept = tables(db)
    keep.rebuild(db)
    assert tables(db) == kept
    assert sum(row[5] for row in kept[0] if row[0] == "2026-11" and row[3] == "*") == 2
