"""Recordings heard by one, two, four real workers at once on this machine: the whole way, from the queue to the verdicts.

Each worker first hears one recording that is not counted, so that loading is not; threads are shared out among workers.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import func, select

from analyzer.settings import ROOT
from benchmarks.capacity.claims import opened
from benchmarks.kit.machine import say
from benchmarks.pages.command import SECRET_KEY
from benchmarks.pages.load import working
from web.intake.details import Details
from web.intake.receive import receive_file
from web.intake.storage import open_storage
from web.kit.site import Site, site_of
from web.models import Job, JobState, Recording

SAMPLES = (
    "visit-01-faucet",
    "visit-02-toilet-late",
    "visit-04-ceiling-three",
    "visit-08-lamp-swearing",
    "sales-01-first-visit",
)
FIRST = "followup-02-still-leaking"
SOUNDS = (".ogg", ".opus", ".mp3", ".wav", ".m4a", ".amr", ".flac", ".webm")
GIVE_UP_S = 1800.0


@dataclass(frozen=True, slots=True)
class Heard:
    """`sound_s` of recordings heard by so many workers of `threads` threads; `cpu_s` of all their processes meanwhile."""

    workers: int
    threads: int
    recordings: int
    sound_s: float
    seconds: float
    cpu_s: float
    load: float


def measure(home: Path, workers: Sequence[int], copies: int) -> list[Heard]:
    return [_heard(home / f"hearing-{count}", count, copies) for count in workers]


def _heard(home: Path, count: int, copies: int) -> Heard:
    shutil.rmtree(home, ignore_errors=True)
    app = opened(home, "", "")
    here = site_of(app)
    threads = max(1, len(os.sched_getaffinity(0)) // count)
    os.environ["TINGJIAN_THREADS"] = str(threads)
    with contextlib.ExitStack() as stack:
        for number in range(count):
            _put(here, FIRST, number)
        for _ in range(count):
            stack.enter_context(working(home, SECRET_KEY))
        _until_done(here)
        children = psutil.Process().children(recursive=True)
        before_s = sum(_spent_s(p) for p in children)
        begun_s = time.perf_counter()
        put = [_put(here, sample, number) for number in range(copies) for sample in SAMPLES]
        _until_done(here)
        seconds = time.perf_counter() - begun_s
        cpu_s = sum(_spent_s(p) for p in children) - before_s
    with here.db.reading() as session:
        sound_s = session.scalar(select(func.sum(Recording.duration_s)).where(Recording.id.in_(put))) or 0.0
    here.db.dispose()
    shutil.rmtree(home)
    made = Heard(count, threads, len(put), sound_s, seconds, cpu_s, os.getloadavg()[0])
    say(f"{made}")
    return made


def _put(here: Site, sample: str, number: int) -> int:
    """A sample as a recording of its own: bytes behind the sound make it another file."""
    sound = next(p for p in sorted((ROOT / "samples" / sample).iterdir()) if p.suffix in SOUNDS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{number}-{sound.name}"
        path.write_bytes(sound.read_bytes() + number.to_bytes(8))
        script = (ROOT / "samples" / sample / f"{sample}.script.yaml").read_text("utf-8")
        standard = next(line.partition(":")[2].strip() for line in script.splitlines() if line.startswith("standard:"))
        storage = open_storage(here.web, here.settings.home)
        details = Details(standard_id=standard)
        return receive_file(here.db, storage, here, path, path.name, details, None, "upload").recording_id


def _until_done(here: Site) -> None:
    until_s = time.perf_counter() + GIVE_UP_S
    while time.perf_counter() < until_s:
        with here.db.reading() as session:
            states = set(session.scalars(select(Job.state).distinct()))
        if states <= {JobState.DONE}:
            return
        if not states <= {JobState.DONE, JobState.QUEUED, JobState.RUNNING}:
            raise RuntimeError(f"jobs ended as {states}")
        time.sleep(0.2)
    raise TimeoutError("the recordings were not heard")


def _spent_s(process: psutil.Process) -> float:
    """Processor seconds of a process and of its children that have ended; 0 for one that is gone."""
    try:
        spent = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(spent.user + spent.system + spent.children_user + spent.children_system)
