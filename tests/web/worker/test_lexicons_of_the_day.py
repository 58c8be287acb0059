"""Each recording is judged by what is in effect for its day, whenever it is judged and however often."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest

from analyzer.settings import Settings
from tests.web.dryrun import town
from web.db import Database
from web.intake.details import Details
from web.intake.receive import RefusedError, check_details
from web.intake.storage import Storage, open_storage
from web.kit.site import Site
from web.lexicon import drafts
from web.models import Analysis, JobKind, Recording, StandardVersion
from web.queue import enqueue
from web.worker import assignment, child
from web.worker.child import Work
from web.worker.parts import Done, Task
from web.worker.post import Post, Terms

TODAY = dt.date(2026, 11, 23)
YESTERDAY = TODAY - dt.timedelta(days=1)


@pytest.fixture
def ids(db: Database, people: dict[str, Any]) -> dict[str, int]:
    with db.writing() as session:
        return {
            name: town.recorded(session, people["wang"], f"{name}.mp3", recorded_on=day).id
            for name, day in (("yesterday", YESTERDAY), ("today", TODAY))
        }


def publish(here: Site, db: Database, day: dt.date, phrase: str = "天气真热") -> None:
    with db.writing() as session:
        town.publish(session, here, day, phrase)


def scored(here: Site, db: Database, recording_id: int) -> Recording:
    """Do a SCORE as the worker does: the post hands its task to the child, the answer is stored."""
    with db.writing() as session:
        enqueue(session, recording_id, JobKind.SCORE)
    with db.writing() as session:
        taken = assignment.take(session, "here", 60.0, (JobKind.SCORE,))
    assert taken is not None
    post = Post(here, JobKind.SCORE, child.main, Terms(60.0), threading.Event())
    work = Work(here.settings, open_storage(here.web, here.settings.home))
    answer = child.answer(work, post._task(taken), lambda _: None)
    assert isinstance(answer, Done), answer
    with db.writing() as session:
        assignment.store(session, taken, answer.document)
    with db.reading() as session:
        return session.get_one(Recording, recording_id)


def version_of(db: Database, recording: Recording) -> tuple[str, float | None]:
    with db.reading() as session:
        return session.get_one(Analysis, recording.analysis_id).standard_version, recording.score


def test_of_two_recordings_around_an_effective_date_each_is_judged_by_its_own_version(
    here: Site, db: Database, ids: dict[str, int]
) -> None:
    publish(here, db, TODAY)
    old = version_of(db, scored(here, db, ids["yesterday"]))
    new = version_of(db, scored(here, db, ids["today"]))
    assert (old[0], new[0]) == ("1.0.0", "1.0.1")
    assert old[1] is not None and new[1] is not None and new[1] < old[1]


def test_an_old_recording_that_is_judged_again_stays_on_the_version_of_its_day(
    here: Site, db: Database, ids: dict[str, int]
) -> None:
    publish(here, db, TODAY)
    first = version_of(db, scored(here, db, ids["yesterday"]))
    publish(here, db, TODAY + dt.timedelta(days=1), "天气真好")
    assert version_of(db, scored(here, db, ids["yesterday"])) == first
    assert version_of(db, scored(here, db, ids["today"]))[0] == "1.0.1"


def test_a_version_with_a_past_date_counts_for_what_was_recorded_then(
    here: Site, db: Database, ids: dict[str, int]
) -> None:
    publish(here, db, YESTERDAY)
    assert version_of(db, scored(here, db, ids["yesterday"]))[0] == "1.0.1"


def test_a_new_recording_is_heard_and_judged_with_the_standards_of_its_task(
    here: Site, db: Database, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(here, db, TODAY)
    with db.writing() as session:
        enqueue(session, ids["today"], JobKind.HEAR)
    with db.writing() as session:
        taken = assignment.take(session, "here", 60.0, (JobKind.HEAR,))
    assert taken is not None
    post = Post(here, JobKind.HEAR, child.main, Terms(60.0), threading.Event())
    task = post._task(taken)
    assert task.lexicons == here.lexicons != here.settings.lexicons
    work = Work(here.settings, Storage(here.folder.as_uri()))
    judged_by: list[Settings] = []
    monkeypatch.setattr(work._analyzer, "analyse", lambda *_: judged_by.append(work._analyzer._analyzer.settings))
    monkeypatch.setattr(child.sound, "opened", _nothing_opened)
    monkeypatch.setattr(work._storage, "local_path", lambda key: _Somewhere(here))
    work.hear(Task(JobKind.HEAR, 1, "k", "一.mp3", task.inputs, None, task.lexicons), lambda _: None)
    assert [settings.lexicons for settings in judged_by] == [task.lexicons]


class _Somewhere:
    def __init__(self, here: Site) -> None:
        self._here = here

    def __enter__(self) -> Any:
        return self._here.folder

    def __exit__(self, *_: object) -> None: ...


def _nothing_opened(*_: object) -> Any:
    class Nothing(_Somewhere):
        def __init__(self) -> None: ...

        def __enter__(self) -> Any:
            return None, None

    return Nothing()


def test_a_standard_that_was_not_in_effect_on_the_recordings_day_is_refused_with_the_mend(
    here: Site, db: Database, people: dict[str, Any]
) -> None:
    with db.writing() as session:
        draft = drafts.open_draft(
            session, here, town.VISIT, people["qa"].id, copy_as="hotel-visit", title="酒店客房服务"
        )
        session.add(
            StandardVersion(
                standard_id="hotel-visit", number=1, version="1.0.0", title="酒店", digest="h", files=dict(draft.files),
                effective_from=TODAY,
            )
        )  # fmt: skip

    def told(day: dt.date) -> Details:
        at = dt.datetime.combine(day, dt.time(10), here.zone)
        return Details(standard_id="hotel-visit", recorded_at=at)

    check_details(db, told(TODAY), here)
    with pytest.raises(RefusedError) as refused:
        check_details(db, told(YESTERDAY), here)
    assert refused.value.code == "standard-not-yet"
    assert "还没有生效" in refused.value.message
