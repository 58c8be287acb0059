"""A line to a server that can be cut and mended: what a restart, a failing switch or a pulled cable looks like."""

from __future__ import annotations

import contextlib
import socket
import threading


class Line:
    """Passes on what comes to `port` to a server on this machine, both ways, until it is `cut`; `mend` opens it again."""

    def __init__(self, to: int) -> None:
        self._to, self.port = to, 0
        self._open: list[socket.socket] = []
        self.mend()

    def mend(self) -> None:
        self._door = socket.create_server(("127.0.0.1", self.port))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._take, args=(self._door,), daemon=True).start()

    def cut(self) -> None:
        for one in (self._door, *self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()

    def _take(self, door: socket.socket) -> None:
        with contextlib.suppress(OSError):  # cut
            while True:
                ours, _address = door.accept()
                theirs = socket.create_connection(("127.0.0.1", self._to))
                self._open += [ours, theirs]
                for pair in ((ours, theirs), (theirs, ours)):
                    threading.Thread(target=_pass, args=pair, daemon=True).start()


def _pass(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    for one in (source, target):
        one.close()
