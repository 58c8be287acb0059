"""Site and worker are killed at random instants: nothing acknowledged is lost, nothing is done twice.

Twenty kills here, within a minute; a hundred with `python -m benchmarks kills`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.settings import ROOT
from tests.web.servers import POSTGRES

KILLS = 20
NOTHING = (
    "lost", "audio_lost", "doubled", "not_judged", "analyses_without_their_job", "failed", "told_twice",
    "audit_broken", "foreign_keys", "orphans",
)  # fmt: skip


@pytest.mark.sqlite
@pytest.mark.timeout(420)
def test_nothing_is_lost_or_done_twice_however_often_site_and_worker_are_killed(tmp_path: Path) -> None:
    play(tmp_path / "home")


@pytest.mark.skipif(not (POSTGRES and shutil.which("redis-server")), reason="needs PostgreSQL's and Redis's programs")
@pytest.mark.timeout(420)
def test_nor_where_postgresql_and_redis_are_killed_as_well(tmp_path: Path) -> None:
    play(tmp_path / "home", "1", "servers")


def play(home: Path, *more: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.web.worker.kills", str(home), str(KILLS), *more],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    log = (home / "client.log").read_text() if (home / "client.log").exists() else ""
    assert done.returncode == 0, done.stderr + log
    found = json.loads(done.stdout)
    assert {name: found[name] for name in NOTHING} == dict.fromkeys(NOTHING, 0), found
    assert found["integrity"] == "ok"
    assert sum(found["killed"].values()) >= KILLS
    assert found["acknowledged"] >= KILLS / 2, log  # there was something to lose
    assert found["analyses"] >= found["recordings"]
