"""The site as it is served, and several users who ask at once."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analyzer.settings import Settings


@contextmanager
def serving(home: Path, secret_key: str) -> Iterator[int]:
    """Serve the site of `home` in a process of its own; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    environment = {
        **os.environ,
        "TINGJIAN_HOME": str(home),
        "TINGJIAN_WEB_PORT": str(port),
        "TINGJIAN_WEB_SECRET_KEY": secret_key,
    }
    server = subprocess.Popen([sys.executable, "-m", "flask", "--app", "web", "serve"], env=environment)
    try:
        while not _answers(port):
            if server.poll() is not None:
                raise RuntimeError("the site ended by itself")
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait()


@contextmanager
def working(home: Path, secret_key: str) -> Iterator[None]:
    """Hear what waits at `home` with our own models, in a worker of its own."""
    models = home / "models"
    if not models.exists():
        models.symlink_to(Settings.from_environment().models_dir)
    environment = {**os.environ, "TINGJIAN_HOME": str(home), "TINGJIAN_WEB_SECRET_KEY": secret_key}
    command = [sys.executable, "-m", "flask", "--app", "web", "worker"]
    worker = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        yield
        if worker.poll() is not None:
            raise RuntimeError("the worker ended by itself")
    finally:
        worker.terminate()
        worker.wait()


def ask_together(port: int, path: str, cookie: str, users: int, rounds: int) -> list[float]:
    """Ask for a page `rounds` times by each of `users` at once, after one to warm up; return the times in ms."""
    times: list[float] = []
    start = threading.Barrier(users)
    failures: list[Exception] = []

    def user() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        try:
            _get(connection, path, cookie)
            start.wait(timeout=120)
            for _ in range(rounds):
                begun = time.perf_counter()
                _get(connection, path, cookie)
                times.append(1000 * (time.perf_counter() - begun))
        except Exception as error:
            failures.append(error)
            start.abort()
        finally:
            connection.close()

    threads = [threading.Thread(target=user) for _ in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(f"{path}: {failures[0]!r}")
    return times


def _get(connection: http.client.HTTPConnection, path: str, cookie: str) -> None:
    connection.request("GET", path, headers={"Cookie": cookie})
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise RuntimeError(f"{path}: {response.status}")


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
