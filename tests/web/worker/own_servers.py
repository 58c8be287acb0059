"""A PostgreSQL and a Redis of one's own, to be killed: in a folder of /tmp, on free ports, ended with the block."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PROGRAMS = "/usr/lib/postgresql/*/bin/postgres"
FILE = "servers.json"  # in a home: the settings of its site that name them
START_S = 30.0


class Servers:
    """`kill(name)` ends one with SIGKILL and starts it again, as whoever watches over it does."""

    names = ("postgres", "redis")

    def __init__(self, folder: Path, programs: Path) -> None:
        self._ports = {name: _free_port() for name in self.names}
        self._user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        data = folder / "data"
        if self._user:
            shutil.chown(folder, **self._user)
        initdb = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(initdb, check=True, capture_output=True, **self._user)  # type: ignore[call-overload]
        options = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"]
        self._commands = {
            "postgres": [programs / "postgres", "-D", data, "-p", str(self._ports["postgres"]), *options],
            "redis": ["redis-server", "--port", str(self._ports["redis"]), "--bind", "127.0.0.1", "--save", ""],
        }
        self._folder = folder
        self._running = {name: self._start(name) for name in self.names}

    @property
    def settings(self) -> dict[str, str]:
        return {
            "database_url": f"postgresql://postgres@127.0.0.1:{self._ports['postgres']}/postgres",
            "queue_url": f"redis://127.0.0.1:{self._ports['redis']}/0",
        }

    def kill(self, name: str) -> None:
        self._running[name].kill()
        self._running[name].wait()
        self._running[name] = self._start(name)

    def end(self) -> None:
        for one in self._running.values():
            one.kill()
            one.wait()

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        until = time.monotonic() + START_S
        while time.monotonic() < until:  # what a killed one leaves behind keeps a new one out for a moment
            with (self._folder / f"{name}.log").open("ab") as log:
                made = subprocess.Popen(self._commands[name], stdout=log, stderr=log, cwd="/tmp", **self._user)  # type: ignore[call-overload]  # noqa: S108
            while made.poll() is None:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self._ports[name]), 1):
                    return made  # type: ignore[no-any-return]
                time.sleep(0.05)
            time.sleep(0.1)
        raise TimeoutError(f"{name} does not start: {self._folder / f'{name}.log'}")


@contextlib.contextmanager
def own_servers(home: Path) -> Iterator[Servers]:
    """Servers for the site of a home, whose settings stand in it. Raises FileNotFoundError where they are not installed."""
    found = sorted(Path("/").glob(PROGRAMS.removeprefix("/")))
    if not found or shutil.which("redis-server") is None:
        raise FileNotFoundError("needs Debian's postgresql and redis-server")
    folder = Path(tempfile.mkdtemp(prefix="tingjian-servers-"))
    try:
        servers = Servers(folder, found[-1].parent)
        try:
            home.mkdir(parents=True, exist_ok=True)
            (home / FILE).write_text(json.dumps(servers.settings))
            yield servers
        finally:
            servers.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
