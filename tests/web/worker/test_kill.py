"""Site and worker are killed at random instants: nothing acknowledged is lost, nothing is done twice.

Twenty kills here, within a minute; a hundred with `python -m benchmarks kills`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.settings import ROOT

KILLS = 20
NOTHING = (
    "lost", "audio_lost", "doubled", "not_judged", "analyses_without_their_job", "failed", "told_twice",
    "audit_broken", "foreign_keys", "orphans",
)  # fmt: skip


@pytest.mark.timeout(420)
def test_nothing_is_lost_or_done_twice_however_often_site_and_worker_are_killed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = subprocess.run(
        [sys.executable, "-m", "tests.web.worker.kills", str(home), str(KILLS)],
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
