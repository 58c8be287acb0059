"""Two claimers never get the same job: threads and processes that all want the same few."""

from __future__ import annotations

import multiprocessing
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from tests.web import cast
from tests.web.data import analysis
from web import queue
from web.db import Database
from web.models import Analysis, JobKind
from web.worker import assignment

JOBS = 40


def fill(db: Database, people: dict[str, Any]) -> None:
    with db.writing() as session:
        for number in range(JOBS):
            row = cast.recording(session, people["wang"], f"{number}.mp3", stored_key="x")
            queue.enqueue(session, row.id, JobKind.HEAR)


def claim_all(db: Database, worker: str) -> list[int]:
    got = []
    while True:
        with db.writing() as session:
            held = queue.claim(session, worker, 30.0, tuple(JobKind))
        if held is None:
            return got
        got.append(held.job_id)


def claim_in_process(url: str, worker: str, results: Any) -> None:
    db = Database(url)
    results.put(claim_all(db, worker))
    db.dispose()


def test_threads_share_the_jobs_out(db: Database, people: dict[str, Any]) -> None:
    fill(db, people)
    got: list[int] = []
    start = threading.Barrier(4)

    def work(worker: str) -> None:
        start.wait()
        got.extend(claim_all(db, worker))

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == JOBS
    assert set(Counter(got).values()) == {1}


def test_processes_share_the_jobs_out(db: Database, people: dict[str, Any], home: Path) -> None:
    fill(db, people)
    spawn = multiprocessing.get_context("spawn")
    results = spawn.Queue()
    processes = [spawn.Process(target=claim_in_process, args=(db.url, f"w{n}", results)) for n in range(2)]
    for process in processes:
        process.start()
    got = [job_id for _ in processes for job_id in results.get(timeout=60)]
    for process in processes:
        process.join()
    results.close()
    results.join_thread()
    assert len(got) == JOBS
    assert set(Counter(got).values()) == {1}


def test_of_many_that_finish_one_job_one_writes(db: Database, people: dict[str, Any]) -> None:
    with db.writing() as session:
        row = cast.recording(session, people["wang"], "甲.mp3", stored_key="x")
        queue.enqueue(session, row.id, JobKind.HEAR)
        held = assignment.take(session, "w", 30.0, tuple(JobKind))
    assert held is not None
    start, told = threading.Barrier(4), []

    def end() -> None:
        start.wait()
        with db.writing() as session:
            told.append(assignment.store(session, held, analysis("visit-03")))

    threads = [threading.Thread(target=end) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [False, False, False, True]
    with db.reading() as session:
        assert session.query(Analysis).count() == 1
