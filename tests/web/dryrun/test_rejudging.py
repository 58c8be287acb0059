"""After a publication with a past date: who is judged again, who stays, and that it ends."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from tests.web import cast
from tests.web.dryrun import town
from web.db import Database
from web.dryrun import rejudging
from web.dryrun.rejudging import Outdated
from web.kit.refusals import InvalidError
from web.kit.site import Site
from web.models import AuditEntry, Job, JobKind, JobState, PublishedMonth, RunState, StandardRejudging, StandardVersion

DAY = dt.date(2026, 11, 20)


def published(here: Site, db: Database, people: dict[str, Any], day: dt.date = DAY) -> int:
    with db.writing() as session:
        return town.publish(session, here, day).id


@pytest.fixture
def ids(db: Database, people: dict[str, Any]) -> dict[str, int]:
    with db.writing() as session:
        days = {"before": DAY - dt.timedelta(days=1), "frozen": dt.date(2026, 12, 1)}
        made = {
            name: town.recorded(session, people["wang"], f"{name}.mp3", recorded_on=days.get(name, DAY))
            for name in ("before", "same-day", "signed", "frozen", "deleted", "erased")
        }
        cast.sign(session, made["signed"])
        made["deleted"].deleted_at = made["erased"].words_erased_at = dt.datetime.now(dt.UTC)
        session.add(PublishedMonth(month="2026-12", edition=1, published_by_id=people["qa"].id, body={}))
        return {name: row.id for name, row in made.items()}


def counted(here: Site, db: Database, version_id: int) -> Outdated:
    with db.reading() as session:
        return rejudging.outdated(session, here, session.get_one(StandardVersion, version_id))


def begun(here: Site, db: Database, version_id: int) -> int:
    seen = counted(here, db, version_id)
    with db.writing() as session:
        return rejudging.begin(session, version_id, seen, None).id


def row_of(db: Database, row_id: int) -> StandardRejudging:
    with db.reading() as session:
        return session.get_one(StandardRejudging, row_id)


def queued(db: Database) -> dict[int, Job]:
    with db.reading() as session:
        return {job.recording_id: job for job in session.scalars(select(Job))}


def test_only_what_was_recorded_since_and_is_neither_signed_nor_frozen_is_judged_again(
    here: Site, db: Database, people: dict[str, Any], ids: dict[str, int]
) -> None:
    version_id = published(here, db, people)
    assert counted(here, db, version_id) == Outdated(1, 1, 1)
    row_id = begun(here, db, version_id)
    rejudging.step(here)
    (job,) = queued(db).values()
    assert (job.recording_id, job.kind, job.cause) == (ids["same-day"], JobKind.SCORE, rejudging.CAUSE)
    row = row_of(db, row_id)
    assert (row.state, row.total, row.queued, row.signed, row.frozen) == (RunState.DONE, 1, 1, 1, 1)


def test_a_draft_that_changes_no_verdict_leaves_nothing_to_judge(
    here: Site, db: Database, people: dict[str, Any], ids: dict[str, int]
) -> None:
    version_id = published(here, db, people, dt.date(2027, 1, 1))
    assert counted(here, db, version_id) == Outdated()
    with pytest.raises(InvalidError, match="没有需要"):
        begun(here, db, version_id)


def test_what_is_signed_or_frozen_between_the_question_and_the_turn_stays(
    here: Site, db: Database, people: dict[str, Any], ids: dict[str, int]
) -> None:
    version_id = published(here, db, people)
    row_id = begun(here, db, version_id)
    with db.writing() as session:
        session.add(PublishedMonth(month="2026-11", edition=1, published_by_id=people["qa"].id, body={}))
    rejudging.step(here)
    assert queued(db) == {}
    assert (row_of(db, row_id).state, row_of(db, row_id).queued) == (RunState.DONE, 0)


def test_the_queue_stays_short_and_each_recording_comes_once(
    here: Site, db: Database, people: dict[str, Any], ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.writing() as session:
        more = [town.recorded(session, people["wang"], f"{n}.mp3", recorded_on=DAY).id for n in range(4)]
    version_id = published(here, db, people)
    row_id = begun(here, db, version_id)
    monkeypatch.setattr(rejudging, "AT_ONCE", 2)
    seen: list[int] = []
    for _ in range(10):
        rejudging.step(here)
        with db.writing() as session:
            waiting = session.scalars(select(Job).where(Job.state == JobState.QUEUED)).all()
            assert len(waiting) <= 2
            for job in waiting:  # as if the worker could judge none of them: they must not come again
                job.state = JobState.FAILED
                seen.append(job.recording_id)
    assert sorted(seen) == sorted([ids["same-day"], *more])
    assert (row_of(db, row_id).state, row_of(db, row_id).queued) == (RunState.DONE, 5)
    with db.reading() as session:
        progress = rejudging.progress(session, version_id)
    assert progress is not None
    assert (progress.waiting, progress.failed) == (0, 5)


def test_stopped_it_queues_no_more_and_another_cannot_begin_beside_it(
    here: Site, db: Database, people: dict[str, Any], ids: dict[str, int]
) -> None:
    version_id = published(here, db, people)
    row_id = begun(here, db, version_id)
    with pytest.raises(InvalidError, match="已经在重新判分"):
        begun(here, db, version_id)
    with db.writing() as session:
        assert rejudging.stop(session, row_id)
        assert not rejudging.stop(session, row_id)
    rejudging.step(here)
    assert queued(db) == {}
    with db.reading() as session:
        told = session.execute(
            select(AuditEntry.action, AuditEntry.detail).where(AuditEntry.action.startswith("rejudging"))
        ).all()
    assert [action for action, _ in told] == ["rejudging-begun", "rejudging-ended"]
    assert told[0].detail["recordings"] == 1
