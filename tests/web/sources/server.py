"""An SFTP server of this machine, which knows one user and one password and can hang up in the middle."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

USER, PASSWORD = "recorder", "sftp-test-password"


class Stand:
    """The server: `port`, its `key` as a line of known_hosts, and `fail(n)`, after which the next n reads end the connection."""

    def __init__(self, folder: Path) -> None:
        import asyncssh

        self.folder, self._fails = folder, 0
        key = asyncssh.generate_private_key("ssh-ed25519")
        stand = self

        class Files(asyncssh.SFTPServer):
            def __init__(self, chan: Any) -> None:
                super().__init__(chan, chroot=str(folder).encode())
                self._chan = chan

            def read(self, file_obj: object, offset: int, size: int) -> Any:
                if stand._fails:
                    stand._fails -= 1
                    self._chan.get_connection().abort()
                return super().read(file_obj, offset, size)

        connections: set[Any] = set()
        self._connections = connections

        class Door(asyncssh.SSHServer):
            def connection_made(self, conn: Any) -> None:
                connections.add(conn)

            def begin_auth(self, username: str) -> bool:
                return True

            def password_auth_supported(self) -> bool:
                return True

            def validate_password(self, username: str, password: str) -> bool:
                return (username, password) == (USER, PASSWORD)

        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

        async def opened() -> Any:
            return await asyncssh.create_server(
                Door, "127.0.0.1", 0, server_host_keys=[key], sftp_factory=Files, reuse_address=True
            )

        self._server = asyncio.run_coroutine_threadsafe(opened(), self._loop).result(20)
        self.port = int(self._server.get_port())
        self.key = f"[127.0.0.1]:{self.port} {key.export_public_key().decode().strip()}\n"

    def fail(self, times: int) -> None:
        self._fails = times

    def stop(self) -> None:
        async def end() -> None:
            self._server.close()
            for connection in self._connections:
                connection.abort()
                await connection.wait_closed()
            await self._server.wait_closed()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()


@contextmanager
def sftp(folder: Path) -> Iterator[Stand]:
    """The server over a folder, until the block ends."""
    stand = Stand(folder)
    try:
        yield stand
    finally:
        stand.stop()
