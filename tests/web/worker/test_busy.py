"""A database that is busy costs no worker its job: heartbeats wait, results wait, and nobody is taken for dead."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.web import cast
from tests.web.worker import stubs
from web import queue
from web.db import Database, now
from web.kit.site import Site
from web.models import Job, JobKind, JobState
from web.queue import presence
from web.worker import reaper as reaping
from web.worker.post import Post, Terms
from web.worker.reaper import Reaper

LEASE_S = 30.0


@pytest.fixture
def lock(home: Path, db: Database) -> Iterator[sqlite3.Connection]:
    """Another process's connection; nobody waits long for it here."""
    event.listen(db.engine, "checkout", lambda connection, *_: connection.execute("PRAGMA busy_timeout=0"))
    connection = sqlite3.connect(home / "web" / "tingjian.db", isolation_level=None, check_same_thread=False)
    yield connection
    connection.close()


@pytest.fixture
def running(db: Database, people: dict[str, Any]) -> int:
    """A job whose lease has run out."""
    with db.writing() as session:
        row = cast.recording(session, people["wang"], stored_key="aa/bb/cc")
        job_id = queue.enqueue(session, row.id, JobKind.HEAR)
        queue.claim(session, "worker", LEASE_S, (JobKind.HEAR,), now() - timedelta(hours=1))
    return job_id


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets the machine's time pass, on both clocks."""
    start_s, start, ahead = time.monotonic(), now(), [0.0]
    monkeypatch.setattr(reaping.time, "monotonic", lambda: start_s + ahead[0])
    monkeypatch.setattr(reaping, "now", lambda: start + timedelta(seconds=ahead[0]))

    def passes(seconds: float) -> None:
        ahead[0] += seconds

    return passes


def state(db: Database, job_id: int) -> tuple[JobState, int]:
    with db.reading() as session:
        row = session.get_one(Job, job_id)
        return row.state, row.deaths


@pytest.mark.sqlite
def test_nobody_is_reaped_until_the_database_was_free_for_a_lease(
    db: Database, running: int, lock: sqlite3.Connection, clock: Callable[[float], None]
) -> None:
    reaper = Reaper(db, "here:1", LEASE_S)
    clock(LEASE_S)
    lock.execute("BEGIN IMMEDIATE")
    with pytest.raises(Exception, match="locked"):
        reaper.step()
    lock.execute("ROLLBACK")
    clock(LEASE_S - 1.0)
    assert reaper.step().again == ()
    assert state(db, running) == (JobState.RUNNING, 0)
    clock(1.0)
    assert reaper.step().again == (running,)
    assert state(db, running) == (JobState.QUEUED, 1)


def test_a_leap_of_the_clock_makes_nobody_dead(
    db: Database, running: int, clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    reaper = Reaper(db, "here:1", LEASE_S)
    clock(LEASE_S)
    later = now() + timedelta(hours=2)
    monkeypatch.setattr(reaping, "now", lambda: later)
    assert reaper.step().again == ()
    assert state(db, running) == (JobState.RUNNING, 0)


@pytest.mark.sqlite
def test_where_no_lease_has_run_out_a_look_waits_for_no_lock(
    db: Database, lock: sqlite3.Connection, clock: Callable[[float], None]
) -> None:
    reaper = Reaper(db, "here:1", LEASE_S)
    reaper.step()
    lock.execute("BEGIN IMMEDIATE")
    for _ in range(4):
        clock(3.0)
        assert reaper.step().again == ()
    clock(3.0)
    with pytest.raises(Exception, match="locked"):  # it is time to try whether the database can be written to
        reaper.step()
    lock.execute("ROLLBACK")


def test_a_lease_that_runs_out_between_two_tries_is_taken_back_at_the_next_look(
    db: Database, people: dict[str, Any], clock: Callable[[float], None]
) -> None:
    with db.writing() as session:
        row = cast.recording(session, people["wang"], stored_key="aa/bb/cc")
        job_id = queue.enqueue(session, row.id, JobKind.HEAR)
        queue.claim(session, "worker", LEASE_S, (JobKind.HEAR,), now() + timedelta(seconds=4))
    reaper = Reaper(db, "here:1", LEASE_S)
    for _ in range(10):
        clock(3.0)
        assert reaper.step().again == ()
    clock(6.0)
    assert reaper.step().again == (job_id,)


def test_a_worker_leaves_its_sign_and_takes_it_away(db: Database, clock: Callable[[float], None]) -> None:
    reaper = Reaper(db, "here:1", LEASE_S)
    reaper.step()
    with db.reading() as session:
        assert presence.alive(session, now()) == ["here:1"]
        assert presence.alive(session, now() + timedelta(minutes=5)) == []
    reaper.leave()
    with db.reading() as session:
        assert presence.alive(session, now()) == []


@pytest.mark.sqlite
def test_a_job_outlives_a_database_that_is_busy_beyond_its_lease(
    here: Site, db: Database, people: dict[str, Any], lock: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.worker.post.BEATS", 300)  # a heartbeat every 100 ms
    monkeypatch.setattr("web.worker.patience.AGAIN_S", 0.1)
    monkeypatch.setattr("web.worker.post.AGAIN_S", 0.1)
    with db.writing() as session:
        row = cast.recording(session, people["wang"], "waits.mp3", stored_key="aa/bb/cc")
        job_id = queue.enqueue(session, row.id, JobKind.HEAR)
    post = Post(here, JobKind.HEAR, stubs.child, Terms(hung_s=60.0), threading.Event())
    thread = threading.Thread(target=post.step)
    thread.start()
    until = time.monotonic() + 60
    while state(db, job_id)[0] is not JobState.RUNNING:
        assert time.monotonic() < until
        time.sleep(0.01)
    lock.execute("BEGIN IMMEDIATE")
    (here.settings.home / "go-on").touch()  # now the child may finish
    time.sleep(2.7)  # heartbeats and the result are refused meanwhile
    assert thread.is_alive()
    lock.execute("ROLLBACK")
    thread.join(60)
    assert state(db, job_id) == (JobState.DONE, 0)
    with db.reading() as session:
        assert set(session.get_one(Job, job_id).stage_s) == {"decode", "transcribe"}
    post.close()


@pytest.mark.sqlite
def test_a_busy_database_is_no_reason_to_start_a_child_anew(here: Site, db: Database, lock: sqlite3.Connection) -> None:
    post = Post(here, JobKind.HEAR, stubs.child, Terms(hung_s=60.0), threading.Event())
    lock.execute("BEGIN IMMEDIATE")
    assert post.step() is False
    assert post.step() is False
    lock.execute("ROLLBACK")
    assert len(list(here.settings.home.glob("child-*"))) == 1
    post.close()
