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

# Runs the command line and presses Ctrl-C itself, at the Nth import, exec or compile that Python reports after our first
# line: amid imports, inside dataclasses' exec, between packages of C, however quick or slow the machine is.
PRESSING = """
import os, runpy, signal, sys
press_at, passed = int(sys.argv.pop(1)), -1
def watch(event, arguments):
    global passed
    if event == "import" and arguments[0] == "analyzer.interrupt":
        passed = 0
    if event in ("import", "exec", "compile") and passed >= 0 and signal.getsignal(signal.SIGINT) is not first:
        passed += 1
        if passed == press_at:
            print("pressed", flush=True)
            os.kill(os.getpid(), signal.SIGINT)
first = signal.getsignal(signal.SIGINT)
sys.addaudithook(watch)
runpy.run_module("analyzer", run_name="__main__", alter_sys=True)
"""

# Says on stdout that our handling is in place, and goes on.
READY = """
import runpy, sys
from analyzer import interrupt
def install(install=interrupt.install):
    install()
    print("ready", flush=True)
interrupt.install = install
runpy.run_module("analyzer", run_name="__main__", alter_sys=True)
"""


def started(*command: str | Path, temporary: Path, **variables: str) -> subprocess.Popen[str]:
    """A process that listens to Ctrl-C even where the tests themselves run in the background and do not."""
    return subprocess.Popen(
        [sys.executable, *command],
        env=environment(TMPDIR=str(temporary), **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def assert_interrupted(process: subprocess.Popen[str], out: str, err: str) -> None:
    assert process.returncode == 130, err
    assert err.splitlines()[-1] == "已中断。"
    assert "Traceback" not in err
    assert out == ""


@pytest.mark.weights
@pytest.mark.parametrize(("stage", "threads"), [("解码", "2"), ("分说话人", "1"), ("转写", "2")])
def test_ctrl_c_ends_with_130_and_leaves_nothing_behind(stage: str, threads: str, cuts: Cuts, tmp_path: Path) -> None:
    """With one thread speakers are told apart before the words are heard, with two meanwhile."""
    temporary, out = tmp_path / "tmp", tmp_path / "out.json"
    temporary.mkdir()
    run = ("-m", "analyzer", "run", cuts.visit, "--standard", "property-visit", "--json", out)
    with started(*run, temporary=temporary, TINGJIAN_THREADS=threads) as process:
        assert process.stderr is not None
        watchdog = time.monotonic() + LIMIT_S
        seen = ""
        while f"  {stage}  " not in seen:
            line = process.stderr.readline()
            assert line and time.monotonic() < watchdog, seen
            seen += line
        os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to all in the foreground
        said, err = process.communicate(timeout=LIMIT_S)
    assert_interrupted(process, said, err)
    assert out.read_text("utf-8") == ""
    assert list(temporary.glob("tingjian-*")) == []
    while _alive(tmp_path):  # the decoder notices by itself that nobody waits for it
        assert time.monotonic() < watchdog
        time.sleep(0.05)


@pytest.mark.parametrize("press_at", [1, 10, 100, 400, 800, 1200])
def test_ctrl_c_amid_imports_ends_with_130(press_at: int, cuts: Cuts, tmp_path: Path) -> None:
    run = (str(press_at), "run", cuts.visit, "--standard", "property-visit")
    with started("-c", PRESSING, *run, temporary=tmp_path) as process:
        out, err = process.communicate(timeout=LIMIT_S)
    assert out.startswith("pressed\n")
    assert_interrupted(process, out.removeprefix("pressed\n"), err)


@pytest.mark.parametrize("delay_s", [0.0, 0.01, 0.05, 0.2, 0.8])
def test_ctrl_c_at_any_instant_after_our_first_line_ends_with_130(delay_s: float, cuts: Cuts, tmp_path: Path) -> None:
    run = ("run", *[cuts.visit] * 20, "--standard", "property-visit")
    with started("-c", READY, *run, temporary=tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(delay_s)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LIMIT_S)
    assert_interrupted(process, out, err)


def _alive(folder: Path) -> list[int]:
    """Processes that still work in our temporary folder, the decoding child with a session of its own among them."""
    alive = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("TMPDIR", "").startswith(str(folder)) or str(folder) in process.cwd():
                alive.append(process.pid)
    return alive
