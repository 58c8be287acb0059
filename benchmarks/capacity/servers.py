"""A PostgreSQL and a Redis of one's own that keep what they acknowledge, as in a company."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.web.worker.own_servers import PROGRAMS, Servers


class Durable(Servers):
    """Those of the tests forget what they were told when the power fails: fsync is on here."""

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        command = self._commands[name]
        self._commands[name] = ["fsync=on" if part == "fsync=off" else part for part in command]
        return super()._start(name)


@contextlib.contextmanager
def durable_servers() -> Iterator[dict[str, str]]:
    """Their addresses, by the names of the site's settings. Raises FileNotFoundError where they are not installed."""
    found = sorted(Path("/").glob(PROGRAMS.removeprefix("/")))
    if not found or shutil.which("redis-server") is None:
        raise FileNotFoundError("needs Debian's postgresql and redis-server")
    folder = Path(tempfile.mkdtemp(prefix="tingjian-servers-"))
    try:
        servers = Durable(folder, found[-1].parent)
        try:
            yield servers.settings
        finally:
            servers.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
