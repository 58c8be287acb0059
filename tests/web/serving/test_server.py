"""The site as it is served for real: several processes at one address, which end together and replace one another."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from flask import Flask
from waitress import create_server

from analyzer.serving.server import end_listening
from analyzer.settings import ROOT
from web.serving.balance import UNUSED_IN_A_CROWD_S, UNUSED_S, balanced

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


def test_two_hundred_connections_that_browsers_keep_open_leave_room_for_more(
    served: tuple[psutil.Process, int],
) -> None:
    """30 browsers with 6 connections each; waitress's own limit is 100 a process."""
    _, port = served
    kept = [http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S) for _ in range(240)]
    try:
        for connection in kept:
            connection.connect()
        for connection in (*kept[:3], *kept[-3:]):
            connection.request("GET", "/health")
            assert connection.getresponse().status == 200
        assert answers(port)
    finally:
        for connection in kept:
            connection.close()


@pytest.mark.parametrize(("many", "crowded"), [(9, False), (0, True)])
def test_in_a_crowd_no_connection_is_kept(app: Flask, many: int, crowded: bool) -> None:
    server = balanced(create_server(app, host="127.0.0.1", port=0), shared=False, many=many)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        used = http.client.HTTPConnection("127.0.0.1", int(server.effective_port), timeout=PATIENCE_S)
        used.request("GET", "/health")
        assert used.getresponse().will_close is crowded
        with socket.create_connection(("127.0.0.1", int(server.effective_port))):  # and never used
            wait_until(lambda: bool(server.active_channels))
            server.maintenance(time.time() + UNUSED_IN_A_CROWD_S + 1)
            assert server.adj.channel_timeout == (UNUSED_IN_A_CROWD_S if crowded else UNUSED_S)
        used.close()
    finally:
        server.task_dispatcher.shutdown(timeout=PATIENCE_S)
        end_listening(server)
        thread.join(PATIENCE_S)
    assert not thread.is_alive()
