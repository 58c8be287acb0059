"""What the queue and the database take for a recording, without any hearing: the site's own steps, by several processes.

Files of noise come in through the upload page, processes claim them, tell how far they are, and store a stored Analysis;
then the worker's chores run over the results. `held` is the time from the write lock to the end of the commit: all writers
of a site wait for it one after the other, so that its sum over a recording's steps bounds the recordings a second.
"""

from __future__ import annotations

import functools
import hashlib
import json
import multiprocessing
import os
import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analyzer.settings import ROOT, Settings
from benchmarks.capacity.simulation import rank
from benchmarks.pages.command import SECRET_KEY, signed_in
from benchmarks.pages.fill import add_people
from tests.web.worker.kills import wav
from web import create_app, queue
from web.config import WebSettings
from web.db import now
from web.intake import findable
from web.kit.site import Site, open_site, site_of
from web.links import keep as links
from web.migrations import upgrade
from web.models import Job, JobKind, JobState
from web.queue import Standing, doorbell, presence
from web.summaries import keep
from web.worker import assignment

STAGES = ("decode", "detect", "separate", "transcribe", "roles", "judge")  # each new one is told at once
STANDARD = "property-followup"
LEASE_S = 30.0
Writing = Callable[[], AbstractContextManager[Session]]


@dataclass(slots=True)
class Step:
    """Writing transactions of one kind, in milliseconds: waiting for the lock, holding it, computing meanwhile."""

    waited_ms: list[float] = field(default_factory=list)
    held_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(
        default_factory=list
    )  # of the thread that held it: a busy machine does not stretch them


@dataclass(frozen=True, slots=True)
class Told:
    """A step over all processes. `each` is how often a recording takes it."""

    name: str
    count: int
    each: float
    wait_p50_ms: float
    wait_p95_ms: float
    held_p50_ms: float
    held_mean_ms: float
    cpu_mean_ms: float


@dataclass(frozen=True, slots=True)
class Round:
    """One number of processes: recordings claimed and stored a second, and their steps."""

    processes: int
    recordings: int
    seconds: float
    cpu_s: float
    steps: list[Told]


class Probe:
    """Times writing transactions, under the name of what goes on."""

    def __init__(self) -> None:
        self.steps: dict[str, Step] = {}

    @contextmanager
    def writing(self, here: Site, name: str, write: Writing | None = None) -> Iterator[Session]:
        """`db.writing()`, timed."""
        step = self.steps.setdefault(name, Step())
        asked_s = time.perf_counter()
        with (write or here.db.writing)() as session:
            session.connection()  # only now the lock is had
            had_s, had_cpu_s = time.perf_counter(), time.thread_time()
            yield session
        step.waited_ms.append(1000 * (had_s - asked_s))
        step.held_ms.append(1000 * (time.perf_counter() - had_s))
        step.cpu_ms.append(1000 * (time.thread_time() - had_cpu_s))

    @contextmanager
    def all_of(self, here: Site, name: str) -> Iterator[None]:
        """Time every `db.writing()` block of what runs inside; nobody else writes meanwhile."""
        with mock.patch.object(here.db, "writing", functools.partial(self.writing, here, name, here.db.writing)):
            yield


def told(steps: Mapping[str, Step], recordings: int) -> list[Told]:
    made = []
    for name, step in steps.items():
        if not step.held_ms:
            continue
        made.append(
            Told(
                name,
                len(step.held_ms),
                len(step.held_ms) / recordings,
                statistics.median(step.waited_ms),
                rank(sorted(step.waited_ms), 95),
                statistics.median(step.held_ms),
                statistics.mean(step.held_ms),
                statistics.mean(step.cpu_ms),
            )
        )
    return made


def opened(home: Path, database_url: str, queue_url: str) -> Flask:
    (home / "web").mkdir(parents=True, exist_ok=True)
    settings, web = Settings(home=home), WebSettings(database_url=database_url, queue_url=queue_url)
    upgrade(web.database(settings.home))
    app = create_app({"TESTING": True, "WTF_CSRF_ENABLED": False, "SECRET_KEY": SECRET_KEY}, settings, web)
    with site_of(app).db.reading() as session:
        there = session.scalar(select(func.count()).select_from(Job))
    if not there:
        add_people(site_of(app))
    return app


def measure(home: Path, recordings: int, processes: Sequence[int], addresses: Mapping[str, str]) -> list[Round]:
    """For each number of processes as many fresh recordings; what comes in and the chores are in round one."""
    rounds = []
    url, bell = addresses.get("database_url", ""), addresses.get("queue_url", "")
    shutil.rmtree(home, ignore_errors=True)
    app = opened(home, url, bell)
    here = site_of(app)
    for number, count in enumerate(processes):
        probe = Probe()
        upload(app, probe, recordings, f"{number}")
        if bell:
            begun_s = time.perf_counter()
            for _ in range(100):
                doorbell.broker(bell).storage.enqueue(doorbell.MESSAGE)
                doorbell.wait(bell)
            each_ms = 10 * (time.perf_counter() - begun_s)
            probe.steps["doorbell rung and heard"] = Step([0.0], [each_ms], [each_ms])
        steps, seconds, cpu_s = _claimed(home, count, url)
        for name in steps:
            probe.steps[name] = steps[name]
        _chores(here, probe)
        rounds.append(Round(count, recordings, seconds, cpu_s, told(probe.steps, recordings)))
    here.db.dispose()
    return rounds


def upload(app: Flask, probe: Probe, count: int, mark: str) -> None:
    """Files as the upload page sends them: told of, sent in one slice, finished."""
    client, here = app.test_client(), site_of(app)
    with client.session_transaction() as stored:
        stored.update(signed_in(app, "qa"))
    with probe.all_of(here, "upload"):
        for number in range(count):
            content = wav(os.urandom(32_000))
            sample = hashlib.sha256(content).hexdigest()[:16]
            asked = {"name": f"{mark}-{number}.wav", "size": len(content), "modified": 0, "sample": sample}
            begun = client.post("/api/uploads", json=asked).get_json()
            client.put(f"/api/uploads/{begun['id']}?offset=0", data=content)
            done = client.post(
                f"/api/uploads/{begun['id']}/finish",
                json={"details": {"standard_id": STANDARD, "staff_no": f"{1001 + number % 60}"}},
            )
            if done.status_code not in (200, 201):
                raise RuntimeError(f"upload: {done.status_code} {done.get_data(as_text=True)[:200]}")


def _claimed(home: Path, count: int, url: str) -> tuple[dict[str, Step], float, float]:
    """All queued recordings, claimed and stored by `count` processes: their steps, seconds on the wall, processor seconds."""
    context = multiprocessing.get_context("spawn")
    ready, answers = context.Barrier(count + 1), context.Queue()
    workers = [context.Process(target=_work, args=(home, url, ready, answers), daemon=True) for _ in range(count)]
    for worker in workers:
        worker.start()
    ready.wait(timeout=300)
    begun_s = time.perf_counter()
    gathered: dict[str, Step] = {}
    cpu_s, ended_s = 0.0, begun_s
    for _ in workers:
        steps, spent_s = answers.get(timeout=1800)
        ended_s = time.perf_counter()
        cpu_s += spent_s
        for name, step in steps.items():
            whole = gathered.setdefault(name, Step())
            whole.waited_ms += step.waited_ms
            whole.held_ms += step.held_ms
            whole.cpu_ms += step.cpu_ms
    for worker in workers:
        worker.join(timeout=60)
    return gathered, ended_s - begun_s, cpu_s


def _work(home: Path, url: str, ready: Any, answers: Any) -> None:
    """In a process of its own: what a post does with its jobs, with a stored Analysis in place of hearing."""
    here = open_site(Settings(home=home), WebSettings(database_url=url))
    body = ROOT / "tests" / "web" / "data" / "followup-02.analysis.json"
    document = json.loads(body.read_text("utf-8")) | {"terms": {}}
    probe, name = Probe(), f"bench:{os.getpid()}"
    with here.db.reading() as session:
        session.execute(select(func.count()).select_from(Job))
    ready.wait(timeout=300)
    began_cpu_s, number = time.process_time(), 0
    while True:
        with probe.writing(here, "claim") as session:
            claimed = assignment.take(session, name, LEASE_S, (JobKind.HEAR,))
        if claimed is None:
            break
        for stage in STAGES:
            with probe.writing(here, "heartbeat") as session:
                queue.heartbeat(session, claimed.token, LEASE_S, Standing(stage, 1.0, 10.0, 0.1))
        with probe.writing(here, "result") as session:
            if not assignment.store(session, claimed, document):
                raise RuntimeError("a result was not taken")
        if number % 20 == 0:
            with probe.writing(here, "look for the dead") as session:  # as web/worker/reaper.py
                presence.sign(session, name, now())
                queue.reap(session)
        number += 1
    answers.put((probe.steps, time.process_time() - began_cpu_s))


def _chores(here: Site, probe: Probe) -> None:
    """What the worker does with new results: search, links, summaries."""
    while True:
        with here.db.reading() as session:
            ids = findable.waiting(session, 50)
        if not ids:
            break
        with probe.all_of(here, "search index"):
            findable.fill(here.db, ids)
    with probe.all_of(here, "links"):
        links.refresh_new(here.db, now(), links.policy_of(here.web))
    with probe.all_of(here, "summaries"):
        keep.refresh_stale(here.db)
    with here.db.reading() as session:
        left = session.scalar(select(func.count()).select_from(Job).where(Job.state != JobState.DONE))
    if left:
        raise RuntimeError(f"{left} jobs are not done")
