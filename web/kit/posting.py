"""Sending something to another server by POST: to the very address that was looked at, within bounds of time and size.

No redirect is followed, no proxy asked; what is said of a failure names no address, for there are keys in them.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from web.config import AnalyzerError
from web.kit.addresses import Place, RefusedError, resolved

CONNECT_S = 5.0
READ_S = 10.0  # for each piece of an answer
LONGEST_S = 20.0  # for the whole from the connection on: who answers a byte at a time holds nobody up
MOST = 65_536  # bytes of an answer that are read


class Answer(NamedTuple):
    """The status of an answer and the beginning of its body."""

    status: int
    body: bytes


class AddressError(RefusedError):
    """What was given is no address that anything is sent to."""


class UnreachableError(AnalyzerError):
    """Nobody answered; `why` names the kind of error."""

    def __init__(self, why: str) -> None:
        super().__init__("unreachable", f"连不上（{why}）", "请检查网络和地址")
        self.why = why


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    private: bool,
    public: bool = True,
    most: int = MOST,
    longest_s: float | None = None,
) -> Answer:
    """Send a body and return what was answered, whatever its status.

    `private`: the own network may be asked, and without HTTPS; `public`: the internet may. `most`: bytes of the answer that
    are read. `longest_s`: seconds for the whole (LONGEST_S if nothing is said); one that is longer may be silent as long.
    Raises RefusedError for an address of a kind that is not allowed, AddressError for what is no address, UnreachableError.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise AddressError("not-https", "地址不对", "要写成 https:// 开头的完整地址") from error
    if not parts.hostname or parts.scheme not in (("https", "http") if private else ("https",)):
        raise AddressError("not-https", "地址不对", "要写成 https:// 开头的完整地址")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    whole_s = LONGEST_S if longest_s is None else longest_s
    try:
        place = resolved(parts.hostname, port, private=private, public=public)
        connection = _Pinned(place, parts.scheme == "https", whole_s if whole_s > LONGEST_S else READ_S)
        return _exchange(connection, path, body, headers, most, whole_s)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UnreachableError(type(error).__name__) from error


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was looked at, under the name that it was asked for."""

    def __init__(self, place: Place, tls: bool, read_s: float) -> None:
        super().__init__(place.host, place.port, timeout=read_s)
        self._place, self._tls = place, tls
        self.default_port = 443 if tls else 80  # then the Host header leaves it out

    def connect(self) -> None:
        """Connect without shaking hands: whoever does that holds a watch."""
        plain = socket.create_connection((self._place.address, self._place.port), CONNECT_S)
        plain.settimeout(self.timeout)
        self.sock = plain
        if self._tls:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(plain, server_hostname=self._place.host, do_handshake_on_connect=False)

    def shake_hands(self) -> None:
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.do_handshake()


def _exchange(
    connection: _Pinned, path: str, body: bytes, headers: Mapping[str, str], most: int, longest_s: float
) -> Answer:
    try:
        connection.connect()
        timer = threading.Timer(longest_s, _hang_up, (connection.sock,))
        timer.daemon = True
        timer.start()
        try:
            connection.shake_hands()
            connection.request("POST", path, body, dict(headers))
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(most))
        finally:
            timer.cancel()
    finally:
        connection.close()


def _hang_up(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended already
