"""Ctrl-C stops cleanly wherever the work is: exit status 130, one sentence, nothing left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.integration.command_line import environment
from tests.integration.conftest import Cuts

LIMIT_S = 120


@pytest.mark.weights
@pytest.mark.parametrize("stage", ["解码", "分说话人", "转写"])
def test_ctrl_c_ends_with_130_and_leaves_nothing_behind(stage: str, cuts: Cuts, tmp_path: Path) -> None:
    temporary, out = tmp_path / "tmp", tmp_path / "out.json"
    temporary.mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "analyzer", "run", cuts.visit, "--standard", "property-visit", "--json", out],
        env=environment(TMPDIR=str(temporary)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        watchdog = time.monotonic() + LIMIT_S
        seen = ""
        while f"  {stage}  " not in seen:
            line = process.stderr.readline()
            assert line and time.monotonic() < watchdog, seen
            seen += line
        time.sleep(0.2)
        os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to all in the foreground
        told, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "已中断。"
    assert "Traceback" not in err
    assert told == ""
    assert out.read_text("utf-8") == ""
    assert list(temporary.glob("tingjian-*")) == []
    while _alive(tmp_path):  # the decoder notices by itself that nobody waits for it
        assert time.monotonic() < watchdog
        time.sleep(0.05)


def _alive(folder: Path) -> list[int]:
    """Processes that still work in our temporary folder, the decoding child with a session of its own among them."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("TMPDIR", "").startswith(str(folder)) or str(folder) in process.cwd():
                found.append(process.pid)
    return found
