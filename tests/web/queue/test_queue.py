"""The queue's promises: one holder a job, nothing done twice, nothing lost, three strikes, every act in every state."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.web import cast
from tests.web.data import analysis
from web import queue
from web.db import Database, now
from web.intake import removal, rows
from web.models import Analysis, Decision, Job, JobKind, JobState, Recording, RecordingState, ReviewState, Verdict
from web.queue import Claim, JobFailure, Standing
from web.worker import assignment
from web.worker.assignment import Assignment

LEASE_S = 30.0
BOTH = tuple(JobKind)
START = now()


@pytest.fixture
def recording_id(db: Database, people: dict[str, Any]) -> int:
    """A recording whose audio waits to be heard."""
    return make(db, people, "甲.mp3")


def make(db: Database, people: dict[str, Any], name: str, **more: Any) -> int:
    with db.writing() as session:
        row = cast.recording(
            session, people["wang"], name, stored_key="aa/bb/cc", state=RecordingState.NEEDS_DATA, **more
        )
        return row.id


def enqueue(db: Database, recording_id: int, kind: JobKind = JobKind.HEAR, priority: int = 100) -> int:
    with db.writing() as session:
        return queue.enqueue(session, recording_id, kind, "因为", None, priority)


def claim(db: Database, worker: str = "w", at: datetime = START, kinds: Any = BOTH) -> Assignment | None:
    with db.writing() as session:
        return assignment.take(session, worker, LEASE_S, kinds, at)


def claimed(db: Database, at: datetime = START) -> Assignment:
    found = claim(db, at=at)
    assert found is not None
    return found


def job(db: Database, job_id: int) -> Job:
    with db.reading() as session:
        return session.get_one(Job, job_id)


def state(db: Database, recording_id: int) -> RecordingState:
    with db.reading() as session:
        return session.get_one(Recording, recording_id).state


def finish(db: Database, held: Assignment) -> bool:
    with db.writing() as session:
        return assignment.store(session, held, analysis("visit-03"))


def count(db: Database, what: Any = Analysis.id) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count(what))) or 0


class TestEnqueue:
    def test_the_same_work_is_queued_once_and_becomes_as_urgent_as_asked(self, db: Database, recording_id: int) -> None:
        first = enqueue(db, recording_id, priority=100)
        assert enqueue(db, recording_id, priority=10) == first
        assert enqueue(db, recording_id, priority=50) == first
        assert job(db, first).priority == 10
        assert state(db, recording_id) is RecordingState.QUEUED

    def test_a_running_hearing_is_not_doubled(self, db: Database, recording_id: int) -> None:
        first = enqueue(db, recording_id)
        claimed(db)
        assert enqueue(db, recording_id) == first
        assert job(db, first).state is JobState.RUNNING

    def test_a_running_scoring_starts_again_with_what_is_known_now(self, db: Database, recording_id: int) -> None:
        enqueue(db, recording_id)
        finish(db, claimed(db))
        first = enqueue(db, recording_id, JobKind.SCORE)
        old = claimed(db)
        with db.writing() as session:
            session.get_one(Recording, recording_id).roles = {"S1": "technician"}
        assert enqueue(db, recording_id, JobKind.SCORE) == first
        assert not finish(db, old)  # judged by what was known before
        new = claimed(db)
        assert new.inputs.roles == {"S1": "technician"}
        assert finish(db, new)
        assert count(db) == 2

    def test_scoring_what_is_only_being_heard_is_that_hearing(self, db: Database, recording_id: int) -> None:
        first = enqueue(db, recording_id)
        assert enqueue(db, recording_id, JobKind.SCORE) == first
        claimed(db)
        assert enqueue(db, recording_id, JobKind.SCORE) == first
        assert count(db, Job.id) == 1

    def test_nothing_is_queued_for_what_is_gone(self, db: Database, recording_id: int) -> None:
        with db.writing() as session:
            removal.remove(session, recording_id)
        for missing in (recording_id, 999):
            with pytest.raises(LookupError), db.writing() as session:
                queue.enqueue(session, missing, JobKind.HEAR)


class TestClaim:
    def test_the_urgent_comes_first_then_the_oldest(self, db: Database, people: dict[str, Any]) -> None:
        first, second, urgent = (make(db, people, f"{n}.mp3") for n in range(3))
        for recording_id, priority in ((first, 100), (second, 100), (urgent, 10)):
            enqueue(db, recording_id, priority=priority)
        assert [claimed(db).recording_id for _ in range(3)] == [urgent, first, second]
        assert claim(db) is None

    def test_only_the_asked_kinds_are_taken(self, db: Database, recording_id: int) -> None:
        enqueue(db, recording_id)
        assert claim(db, kinds=(JobKind.SCORE,)) is None
        assert claim(db, kinds=(JobKind.HEAR,)) is not None

    def test_a_claim_brings_a_lease_and_what_people_told(self, db: Database, recording_id: int) -> None:
        with db.writing() as session:
            session.get_one(Recording, recording_id).facts = {"late": True}
        enqueue(db, recording_id)
        held = claimed(db)
        row = job(db, held.job_id)
        assert (row.state, row.worker, row.attempts) == (JobState.RUNNING, "w", 1)
        assert row.lease_until == START + timedelta(seconds=LEASE_S)
        assert held.inputs.facts == {"late": True}
        assert state(db, recording_id) is RecordingState.RUNNING


class TestHeartbeat:
    def test_it_prolongs_the_lease_and_tells_how_far_the_work_is(self, db: Database, recording_id: int) -> None:
        enqueue(db, recording_id)
        held = claimed(db)
        later = START + timedelta(seconds=20)
        with db.writing() as session:
            assert queue.heartbeat(session, held.token, LEASE_S, Standing("transcribe", 30.0, 97.0, 0.4), later)
        row = job(db, held.job_id)
        assert (row.stage, row.done_s, row.total_s, row.fraction) == ("transcribe", 30.0, 97.0, 0.4)
        assert row.lease_until == later + timedelta(seconds=LEASE_S)

    def test_progress_never_goes_back(self, db: Database, recording_id: int) -> None:
        enqueue(db, recording_id)
        held = claimed(db)
        for fraction in (0.5, 0.3):
            with db.writing() as session:
                queue.heartbeat(session, held.token, LEASE_S, Standing("transcribe", 1.0, 2.0, fraction))
        assert job(db, held.job_id).fraction == 0.5

    @pytest.mark.parametrize("act", ["reap", "cancel", "delete", "fail", "give back"])
    def test_who_lost_the_job_is_told(self, db: Database, recording_id: int, act: str) -> None:
        enqueue(db, recording_id)
        held = claimed(db)
        with db.writing() as session:
            match act:
                case "reap":
                    queue.reap(session, START + timedelta(seconds=LEASE_S + 1))
                case "cancel":
                    queue.cancel(session, recording_id)
                case "delete":
                    removal.remove(session, recording_id)
                case "fail":
                    queue.fail(session, held.token, JobFailure("x", "x"))
                case _:
                    queue.give_back(session, held.token)
        with db.writing() as session:
            assert not queue.heartbeat(session, held.token, LEASE_S)
            assert not queue.fail(session, held.token, JobFailure("y", "y"))
            assert not queue.give_back(session, held.token)
            assert queue.died(session, held.token, "") is None
        assert not finish(db, held)
        assert count(db) == 0


class TestFinish:
    def test_the_result_and_the_end_are_one_transaction(
        self, db: Database, recording_id: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        enqueue(db, recording_id)
        held = claimed(db)

        def broken(*_: object) -> None:
            raise RuntimeError("the disk is gone")

        monkeypatch.setattr(rows, "_put_words", broken)
        with pytest.raises(RuntimeError):
            finish(db, held)
        assert count(db) == 0
        assert job(db, held.job_id).state is JobState.RUNNING
        monkeypatch.undo()
        assert finish(db, held)
        assert not finish(db, held)
        assert count(db) == 1
        assert state(db, recording_id) is RecordingState.JUDGED
        row = job(db, held.job_id)
        assert (row.state, row.fraction, row.lease_token) == (JobState.DONE, 1.0, None)

    def test_a_worker_thought_dead_cannot_finish_what_another_has_taken_over(
        self, db: Database, recording_id: int
    ) -> None:
        enqueue(db, recording_id)
        slow = claimed(db)
        later = START + timedelta(seconds=LEASE_S + 1)
        with db.writing() as session:
            assert queue.reap(session, later).again == (slow.job_id,)
        quick = claimed(db, later)
        assert quick.job_id == slow.job_id
        assert not finish(db, slow)
        assert finish(db, quick)
        assert not finish(db, slow)
        assert count(db) == 1

    def test_what_people_told_meanwhile_is_judged_next(self, db: Database, recording_id: int) -> None:
        enqueue(db, recording_id)
        held = claimed(db)
        with db.writing() as session:
            session.get_one(Recording, recording_id).facts = {"late": True}
        finish(db, held)
        follower = claimed(db)
        assert (follower.kind, follower.inputs.facts) == (JobKind.SCORE, {"late": True})
        finish(db, follower)
        assert claim(db) is None

    def test_a_recording_signed_meanwhile_keeps_what_was_signed(
        self, db: Database, recording_id: int, people: dict[str, Any]
    ) -> None:
        enqueue(db, recording_id)
        finish(db, claimed(db))
        enqueue(db, recording_id, JobKind.SCORE)
        held = claimed(db)
        with db.writing() as session:
            session.get_one(Recording, recording_id).review_state = ReviewState.SIGNED
        assert not finish(db, held)
        assert count(db) == 1
        assert job(db, held.job_id).error_code == "recording-signed"
        assert state(db, recording_id) is RecordingState.JUDGED

    def test_decisions_made_meanwhile_are_in_the_new_verdicts(
        self, db: Database, recording_id: int, people: dict[str, Any]
    ) -> None:
        enqueue(db, recording_id)
        finish(db, claimed(db))
        enqueue(db, recording_id, JobKind.SCORE)
        held = claimed(db)
        with db.writing() as session:
            analysis_id = session.get_one(Recording, recording_id).analysis_id
            session.add(
                Decision(
                    recording_id=recording_id,
                    analysis_id=analysis_id,
                    item_id="knock",
                    user_id=people["qa"].id,
                    action="answer",
                    after="met",
                )
            )
        finish(db, held)
        with db.reading() as session:
            assert session.get_one(Verdict, (recording_id, "knock")).final == "met"


class TestDeath:
    def test_a_lease_that_holds_is_left_alone(self, db: Database, recording_id: int) -> None:
        enqueue(db, recording_id)
        claimed(db)
        with db.writing() as session:
            assert queue.reap(session, START + timedelta(seconds=LEASE_S - 1)) == queue.Reaped((), ())

    def test_the_third_death_sets_the_recording_aside_with_its_reason(self, db: Database, recording_id: int) -> None:
        job_id = enqueue(db, recording_id)
        at = START
        for death in range(3):
            claimed(db, at)
            at += timedelta(seconds=LEASE_S + 1)
            with db.writing() as session:
                reaped = queue.reap(session, at)
            assert reaped == (queue.Reaped((job_id,), ()) if death < 2 else queue.Reaped((), (job_id,)))
        row = job(db, job_id)
        assert (row.state, row.deaths, row.error_code) == (JobState.SET_ASIDE, 3, "worker-died")
        assert "3 次" in row.error
        assert row.advice
        assert row.detail
        assert claim(db, at=at) is None
        assert state(db, recording_id) is RecordingState.SET_ASIDE

    def test_a_childs_death_counts_and_a_job_given_back_does_not(self, db: Database, recording_id: int) -> None:
        job_id = enqueue(db, recording_id)
        for _ in range(5):
            with db.writing() as session:
                assert queue.give_back(session, claimed_in(session).token)
        with db.writing() as session:
            assert queue.died(session, claimed_in(session).token, "退出码 -9") is JobState.QUEUED
        row = job(db, job_id)
        assert (row.deaths, row.state, row.detail) == (1, JobState.QUEUED, "退出码 -9")

    def test_what_waits_goes_before_a_file_that_has_killed_its_worker(
        self, db: Database, people: dict[str, Any]
    ) -> None:
        deadly, harmless = (enqueue(db, make(db, people, name)) for name in ("a.mp3", "b.mp3"))
        with db.writing() as session:
            queue.died(session, claimed_in(session).token, "退出码 -9", killed=True)
        assert "内存不够" in job(db, deadly).detail
        assert [claimed(db).job_id, claimed(db).job_id] == [harmless, deadly]

    def test_a_file_whose_process_the_system_ended_says_memory(self, db: Database, recording_id: int) -> None:
        job_id = enqueue(db, recording_id)
        for _ in range(3):
            with db.writing() as session:
                queue.died(session, claimed_in(session).token, "退出码 -9", killed=True)
        row = job(db, job_id)
        assert (row.state, row.error_code) == (JobState.SET_ASIDE, "out-of-memory")
        assert "内存不够" in row.error
        assert "分段" in row.advice

    def test_a_failure_says_why(self, db: Database, recording_id: int) -> None:
        enqueue(db, recording_id)
        held = claimed(db)
        with db.writing() as session:
            assert queue.fail(session, held.token, JobFailure("audio-damaged", "文件已损坏", "请重新导出", "EOF"))
        row = job(db, held.job_id)
        assert (row.state, row.error_code, row.error, row.advice, row.detail) == (
            JobState.FAILED,
            "audio-damaged",
            "文件已损坏",
            "请重新导出",
            "EOF",
        )
        assert state(db, recording_id) is RecordingState.FAILED


def claimed_in(session: Any) -> Claim:
    found = queue.claim(session, "w", LEASE_S, BOTH, START)
    assert found is not None
    return found
