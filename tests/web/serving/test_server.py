"""The site as it is served for real: several processes at one address, which end together and replace one another."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from analyzer.settings import ROOT

PATIENCE_S = 120.0  # on a machine as busy as may be


@pytest.fixture
def served(home: Path) -> Iterator[tuple[psutil.Process, int]]:
    """`flask serve` with two processes; its parent and its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    settings = {"TINGJIAN_HOME": str(home), "TINGJIAN_WEB_PORT": str(port), "TINGJIAN_WEB_PROCESSES": "2"}
    command = [sys.executable, "-m", "flask", "--app", "web", "serve"]
    server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.DEVNULL)
    parent = psutil.Process(server.pid)
    try:
        wait_until(lambda: len(parent.children()) == 2 and answers(port))
        yield parent, port
    finally:
        server.kill()
        server.wait()


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_process_that_dies_is_replaced_and_the_site_goes_on(served: tuple[psutil.Process, int]) -> None:
    parent, port = served
    first = parent.children()[0]
    first.kill()
    wait_until(lambda: gone(first) and sum(not gone(p) for p in parent.children()) == 2)
    assert answers(port)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_however_the_site_ends_no_process_of_it_stays(served: tuple[psutil.Process, int], number: int) -> None:
    parent, port = served
    children = parent.children()
    parent.send_signal(number)
    wait_until(lambda: all(gone(process) for process in (parent, *children)))
    assert not answers(port)
