"""Counts of customers' words: the same after a change as computed anew, and they follow technicians between teams."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from tests.web import cast
from web.db import Database
from web.intake.stale import mark_stale
from web.models import CustomerWord, Recording, RecordingState, Technician, WordPeriod
from web.summaries import keep, words

Counts = set[tuple[str, str, int, str, str, int, int]]


def counts(db: Database) -> Counts:
    with db.reading() as session:
        return {
            (w.period, w.job_kind, w.team_id, w.standard_id, w.word, w.recordings, w.said)
            for w in session.scalars(select(WordPeriod))
        }


@pytest.fixture
def spoken(db: Database, people: dict[str, Any]) -> list[int]:
    """王师傅: two visits of one order kind with 漏水, one a week before; 李师傅: 跳闸, no order."""
    made = []
    with db.writing() as session:
        order = cast.order(session, people["wang"])
        for number, (who, days, word, times) in enumerate(
            [("wang", 0, "漏水", 3), ("wang", 0, "漏水", 1), ("wang", 7, "漏水", 2), ("li", 0, "跳闸", 5)]
        ):
            row = cast.recording(
                session,
                people[who],
                f"{number}.mp3",
                state=RecordingState.JUDGED,
                work_order_id=order.id if who == "wang" else None,
                recorded_on=cast.MONDAY.date() - timedelta(days=days),
            )
            session.add(CustomerWord(recording_id=row.id, word=word, count=times, first_s=1.0))
            mark_stale(session, row)
            made.append(row.id)
    return made


def test_recordings_and_times_are_counted_by_team_period_and_kind(
    db: Database, people: dict[str, Any], spoken: list[int]
) -> None:
    keep.refresh_stale(db)
    east, west = people["east"].id, people["west"].id
    assert counts(db) == {
        ("2026-W48", "*", east, "property-visit", "漏水", 2, 4),
        ("2026-W47", "*", east, "property-visit", "漏水", 1, 2),
        ("2026-11", "*", east, "property-visit", "漏水", 3, 6),
        ("2026-11", "水管", east, "property-visit", "漏水", 3, 6),
        ("2026-W48", "*", west, "property-visit", "跳闸", 1, 5),
        ("2026-11", "*", west, "property-visit", "跳闸", 1, 5),
        ("2026-11", "", west, "property-visit", "跳闸", 1, 5),
    }


def test_a_change_leaves_the_same_as_counting_anew(db: Database, spoken: list[int]) -> None:
    keep.refresh_stale(db)
    before = counts(db)
    with db.writing() as session:
        gone = session.get_one(Recording, spoken[0])
        gone.deleted_at = cast.MONDAY
        mark_stale(session, gone)
        session.execute(delete(CustomerWord).where(CustomerWord.recording_id == spoken[3]))
        mark_stale(session, session.get_one(Recording, spoken[3]))
    keep.refresh_stale(db)
    followed = counts(db)
    keep.rebuild(db)
    assert followed == counts(db)
    assert followed != before
    assert "跳闸" not in {row[4] for row in followed}


def test_words_go_with_a_technician_to_his_new_team(db: Database, people: dict[str, Any], spoken: list[int]) -> None:
    assert words.follow_teams(db)  # a database that was just migrated: counted for the first time
    before = counts(db)
    assert not words.follow_teams(db)
    with db.writing() as session:
        session.get_one(Technician, people["wang"].id).team_id = None
    assert words.follow_teams(db)
    moved = {(p, k, words.NO_TEAM if w == "漏水" else t, s, w, n, m) for p, k, t, s, w, n, m in before}
    assert counts(db) == moved
