"""Listening again in the background: where a changed standard judges what was heard, and the sound is kept."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from tests.web import cast
from tests.web.data import analysis
from web import queue
from web.db import Database
from web.intake import effective, rows
from web.models import Analysis, Job, JobKind, JobState, Recording, RecordingState, TranscriptEdit
from web.worker import assignment

CHECK = {"start_s": 1.0, "end_s": 2.0, "heard": "天麻烦", "phrase": "添麻烦", "nats": 0.4, "outcome": "said"}


@pytest.fixture
def heard(db: Database, people: dict[str, Any]) -> int:
    """王师傅's visit, heard and judged, its sound kept."""
    with db.writing() as session:
        row = cast.recording(session, people["wang"], "visit", stored_key="aa/bb/cc")
        rows.record_analysis(session, row.id, analysis("visit-03"), "heard")
        return row.id


def work(db: Database, recording_id: int, kind: JobKind, document: dict[str, Any]) -> None:
    """Queue a job, and do it with this result."""
    with db.writing() as session:
        session.add(Job(recording_id=recording_id, kind=kind, cause="test"))
    with db.writing() as session:
        held = assignment.take(session, "w", 30.0, (kind,))
    assert held is not None
    with db.writing() as session:
        assert assignment.store(session, held, document)


def judged_by(digest: str, **more: Any) -> dict[str, Any]:
    document = {**analysis("visit-03"), **more}
    return {**document, "standard": {**document["standard"], "digest": digest}}


def waiting(db: Database, recording_id: int) -> list[tuple[JobKind, int, str]]:
    with db.reading() as session:
        jobs = session.scalars(select(Job).where(Job.recording_id == recording_id, Job.state == JobState.QUEUED))
        return [(job.kind, job.priority, job.cause) for job in jobs]


def test_a_changed_standard_lets_the_recording_be_listened_to_again_when_nobody_waits(db: Database, heard: int) -> None:
    work(db, heard, JobKind.SCORE, judged_by("changed"))
    assert waiting(db, heard) == [(JobKind.HEAR, queue.IN_THE_BACKGROUND, queue.LISTEN_AGAIN)]
    with db.reading() as session:
        assert session.get_one(Recording, heard).state is RecordingState.JUDGED


def test_the_same_standard_needs_no_listening_again(db: Database, heard: int) -> None:
    work(db, heard, JobKind.SCORE, analysis("visit-03"))
    assert waiting(db, heard) == []


def test_without_its_sound_a_recording_is_not_listened_to_again(db: Database, heard: int) -> None:
    with db.writing() as session:
        session.get_one(Recording, heard).stored_key = ""
    work(db, heard, JobKind.SCORE, judged_by("changed"))
    assert waiting(db, heard) == []


def test_listening_again_keeps_the_lines_that_people_corrected(
    db: Database, heard: int, people: dict[str, Any]
) -> None:
    with db.writing() as session:
        of = session.get_one(Recording, heard).analysis_id
        session.add(
            TranscriptEdit(
                recording_id=heard,
                analysis_id=of,
                line=0,
                field="text",
                before="谁呀？",
                after="谁啊？",
                user_id=people["qa"].id,
            )
        )
    work(db, heard, JobKind.HEAR, judged_by("changed", checks=[CHECK]))
    assert waiting(db, heard) == []
    with db.reading() as session:
        recording = session.get_one(Recording, heard)
        assert session.get_one(Analysis, recording.analysis_id).origin == "rescored"
        assert effective.inputs(session, recording).edits == {(0, "text"): "谁啊？"}
        document = effective.heard_document(session, heard)
    assert document is not None and document["checks"] == [CHECK]


def test_what_was_held_against_the_sound_stays_when_it_is_judged_again(db: Database, heard: int) -> None:
    work(db, heard, JobKind.HEAR, judged_by("changed", checks=[CHECK]))
    work(db, heard, JobKind.SCORE, judged_by("changed", checks=[CHECK]))
    with db.reading() as session:
        document = effective.heard_document(session, heard)
    assert document is not None and document["checks"] == [CHECK]


def test_a_first_hearing_is_one(db: Database, people: dict[str, Any]) -> None:
    with db.writing() as session:
        row = cast.recording(session, people["wang"], "new", stored_key="aa/bb/cc")
        number = row.id
    work(db, number, JobKind.HEAR, analysis("visit-03"))
    with db.reading() as session:
        recording = session.get_one(Recording, number)
        assert session.get_one(Analysis, recording.analysis_id).origin == "heard"
        assert effective.was_heard(session, number)
