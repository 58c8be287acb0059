"""A post and its child: what the child tells reaches the database; a child may die, hang or be unable to start."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web import cast
from tests.web.worker import stubs
from web import queue
from web.db import Database
from web.intake import removal
from web.kit.site import Site
from web.models import Job, JobKind, JobState, Recording, RecordingState
from web.worker.post import Post, Terms

LONG_S = 30.0


@pytest.fixture
def post(here: Site) -> Iterator[Post]:
    made = Post(here, JobKind.HEAR, stubs.child, Terms(hung_s=LONG_S, stop_s=0.5), threading.Event())
    yield made
    made.close()


@pytest.fixture
def waiting(db: Database, people: dict[str, Any]) -> Callable[[str], int]:
    def waiting(name: str) -> int:
        with db.writing() as session:
            row = cast.recording(session, people["wang"], f"{name}.mp3", stored_key="aa/bb/cc", duration_s=None)
            return queue.enqueue(session, row.id, JobKind.HEAR)

    return waiting


def job(db: Database, job_id: int) -> Job:
    with db.reading() as session:
        return session.get_one(Job, job_id)


def recording(db: Database, job_id: int) -> Recording:
    with db.reading() as session:
        return session.get_one(Recording, session.get_one(Job, job_id).recording_id)


def children(here: Site) -> list[int]:
    return sorted(int(path.name.removeprefix("child-")) for path in here.settings.home.glob("child-*"))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] != "Z"
    except OSError:
        return False


def test_a_result_becomes_rows_and_one_child_does_many_jobs(post: Post, db: Database, here: Site, waiting: Any) -> None:
    first, second = waiting("works"), waiting("works2")
    assert post.step()
    assert post.step()
    assert not post.step()
    assert [job(db, j).state for j in (first, second)] == [JobState.DONE, JobState.DONE]
    found = recording(db, first)
    assert (found.state, found.media_type, found.channels, found.score) == (RecordingState.JUDGED, "audio/mp4", 2, 60.0)
    assert job(db, first).stage == "transcribe"
    assert job(db, first).worker.endswith(":hear")
    assert len(children(here)) == 1


def test_a_failure_is_told_and_the_child_goes_on(post: Post, db: Database, here: Site, waiting: Any) -> None:
    failing, next_one = waiting("fails"), waiting("works")
    post.step()
    post.step()
    assert job(db, failing).error == "文件已损坏，解不出声音"
    assert job(db, next_one).state is JobState.DONE
    assert len(children(here)) == 1


def test_a_result_that_cannot_be_stored_fails_once(post: Post, db: Database, waiting: Any) -> None:
    job_id = waiting("unstorable")
    post.step()
    row = job(db, job_id)
    assert (row.state, row.error) == (JobState.FAILED, "结果没能保存")
    assert "TranscriptError" in row.detail


def test_a_file_that_kills_its_child_is_set_aside_at_the_third_time(
    post: Post, db: Database, here: Site, waiting: Any
) -> None:
    deadly = waiting("dies")
    for _ in range(3):
        assert post.step()
    row = job(db, deadly)
    assert (row.state, row.deaths) == (JobState.SET_ASIDE, 3)
    assert "退出码 -9" in row.detail
    assert recording(db, deadly).state is RecordingState.SET_ASIDE
    assert len(children(here)) == 3
    harmless = waiting("works")
    post.step()
    assert job(db, harmless).state is JobState.DONE


def test_a_file_whose_child_the_system_ended_says_memory_and_lets_others_go_first(
    post: Post, db: Database, waiting: Any
) -> None:
    deadly, harmless = waiting("dies"), waiting("works")
    post.step()
    assert "内存不够" in job(db, deadly).detail
    post.step()
    assert (job(db, harmless).state, job(db, deadly).state) == (JobState.DONE, JobState.QUEUED)


def test_a_child_that_ran_out_of_memory_is_replaced(post: Post, db: Database, here: Site, waiting: Any) -> None:
    thirsty = waiting("thirsty")
    post.step()
    assert (job(db, thirsty).state, job(db, thirsty).error_code) == (JobState.FAILED, "out-of-memory")
    assert not any(alive(pid) for pid in children(here))


def test_damaged_weights_are_no_recordings_fault(here: Site, db: Database, waiting: Any) -> None:
    post = Post(here, JobKind.HEAR, stubs.child, Terms(hung_s=LONG_S, damaged_s=0.0), threading.Event())
    job_id = waiting("unheard")
    for _ in range(2):
        assert post.step()
    row = job(db, job_id)
    assert (row.state, row.deaths) == (JobState.QUEUED, 0)
    assert "model --verify" in row.detail
    assert len(children(here)) == 2  # each looks at the weights anew
    post.close()


def test_a_child_without_progress_is_killed(here: Site, db: Database, waiting: Any) -> None:
    post = Post(here, JobKind.HEAR, stubs.child, Terms(hung_s=0.6), threading.Event())
    hanging = waiting("hangs")
    post.step()
    row = job(db, hanging)
    assert (row.state, row.deaths) == (JobState.QUEUED, 1)
    assert "没有任何进展" in row.detail
    assert not any(alive(pid) for pid in children(here))
    post.close()


@pytest.mark.parametrize("act", [queue.cancel, removal.remove])
def test_work_that_is_cancelled_or_deleted_stops(
    here: Site, db: Database, waiting: Any, act: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.worker.post.BEATS", 400)  # a heartbeat every 75 ms
    post = Post(here, JobKind.HEAR, stubs.child, Terms(hung_s=LONG_S), threading.Event())
    hanging = waiting("hangs")
    thread = threading.Thread(target=post.step)
    thread.start()
    until(lambda: job(db, hanging).stage == "decode")
    with db.writing() as session:
        act(session, recording(db, hanging).id)
    thread.join(60)
    assert not thread.is_alive()
    assert job(db, hanging).state is JobState.CANCELLED
    assert not any(alive(pid) for pid in children(here))
    post.close()


def test_stopping_gives_the_job_back_without_counting_a_death(here: Site, db: Database, waiting: Any) -> None:
    stopping = threading.Event()
    post = Post(here, JobKind.HEAR, stubs.child, Terms(hung_s=LONG_S, stop_s=0.3), stopping)
    hanging = waiting("hangs")
    thread = threading.Thread(target=post.run)
    thread.start()
    until(lambda: job(db, hanging).stage == "decode")
    stopping.set()
    post.work.set()
    thread.join(60)
    assert not thread.is_alive()
    row = job(db, hanging)
    assert (row.state, row.deaths, row.lease_token) == (JobState.QUEUED, 0, None)
    assert not any(alive(pid) for pid in children(here))


def test_a_child_is_replaced_after_its_share_of_jobs(here: Site, db: Database, waiting: Any) -> None:
    post = Post(here, JobKind.HEAR, stubs.child, Terms(hung_s=LONG_S, jobs=1), threading.Event())
    for number in range(2):
        waiting(f"works{number}")
        post.step()
    assert len(children(here)) == 2
    post.close()


def test_a_child_that_cannot_start_costs_no_recording_a_death(here: Site, db: Database, waiting: Any) -> None:
    post = Post(here, JobKind.HEAR, stubs.unable, Terms(hung_s=LONG_S), threading.Event())
    job_id = waiting("works")
    with pytest.raises(EOFError):
        post.step()
    row = job(db, job_id)
    assert (row.state, row.deaths, row.attempts) == (JobState.QUEUED, 0, 0)
    post.close()


def until(condition: Callable[[], bool], within_s: float = 60.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)
