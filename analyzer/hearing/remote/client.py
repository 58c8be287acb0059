"""The only module that opens a connection: one request, its answer as JSON, tried again while that may help.

`http.client` follows no redirect and knows no proxy by itself, which is what is wanted here; certificates are verified by
the system's authorities (SSL_CERT_FILE names others). The key stands in one header and nowhere else.
"""

from __future__ import annotations

import email.utils
import http.client
import json
import random
import secrets
import socket
import ssl
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from typing import Any

from analyzer.errors import ModelError
from analyzer.hearing.remote.address import KEY, KEY_FILE, URL, address, key, proxy
from analyzer.settings import Settings

MOST_BYTES = 8 * 1024**2  # of an answer: a window's is 40 kB with a word a character
CONNECT_S = 10.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
MOST_TRIES = 1_000
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_CHUNK = 64 * 1024


class MissingError(Exception):
    """The server knows no such path (404, 405, 501)."""


class _AgainError(Exception):
    """This may go better in a while; `wait_s` is what the server asks for."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


class Client:
    """Requests to one server. Safe for several threads: each request has a connection of its own."""

    def __init__(self, settings: Settings) -> None:
        self.address = address(settings.speech_url)
        self._key = key(settings)
        self._timeout_s, self._patience_s = settings.speech_timeout_s, settings.speech_patience_s
        self._tls = ssl.create_default_context() if self.address.secure else None
        self._proxy = proxy(self.address)

    def get(self, path: str) -> Any:
        """The answer to GET, as JSON. Raises ModelError, MissingError."""
        return self._insist(lambda: self._once("GET", path, b"", {}), threading.Event())

    def post(self, path: str, fields: Mapping[str, str], sound: bytes, stopping: threading.Event | None = None) -> Any:
        """The answer to a form with a sound file, as JSON. Raises ModelError, MissingError.

        `fields` whose name ends in [] hold several values, apart by commas. Once `stopping` is set nothing is tried again.
        """
        boundary = secrets.token_hex(16)
        body = _form(boundary, fields, sound)
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self._insist(lambda: self._once("POST", path, body, headers), stopping or threading.Event())

    def _insist(self, act: Callable[[], Any], stopping: threading.Event) -> Any:
        """`act`, again after a pause where that may help, until it is well or patience ends."""
        began = time.monotonic()
        pause_s = FIRST_PAUSE_S
        for _ in range(MOST_TRIES):
            try:
                return act()
            except _AgainError as error:
                left_s = self._patience_s - (time.monotonic() - began)
                wait_s = pause_s * random.uniform(0.75, 1.25) if error.wait_s is None else error.wait_s  # noqa: S311  # spreads retries, guards nothing
                if left_s <= wait_s or stopping.wait(wait_s):
                    raise ModelError(
                        "speech-unreachable",
                        f"语音服务器 {self.address.shown} 没有给出结果：{error}",
                        f"试了 {time.monotonic() - began:.0f} 秒。请确认服务器开着、{URL} 写得对、防火墙放行；"
                        "之后重试这段录音，忙的时候可以调大 TINGJIAN_SPEECH_PATIENCE_S",
                    ) from error.__cause__
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        raise AssertionError("pauses outlast patience long before so many tries")

    def _once(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Any:
        target = f"{self.address.path}/{path}"
        sent = {"Accept": "application/json", "Accept-Encoding": "identity", "Connection": "close", **headers}
        if self._key:
            sent["Authorization"] = f"Bearer {self._key}"
        connection, target, more = self._connection(target)
        late = threading.Event()
        try:
            with _watched(connection, 2 * CONNECT_S, late):
                connection.connect()
            connection.sock.settimeout(self._timeout_s)
            with _watched(connection, self._timeout_s, late):
                connection.request(method, target, body or None, {**sent, **more})
                with closing(connection.getresponse()) as answer:
                    return self._read(answer)
        except ssl.SSLCertVerificationError as error:
            raise ModelError(
                "speech-certificate",
                f"语音服务器 {self.address.shown} 的证书通不过验证：{error.verify_message}",
                "请让服务器用受信任的证书；公司自己的 CA 可用 SSL_CERT_FILE 指给本程序。不会跳过验证",
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise _AgainError(_why(error, late.is_set(), self._timeout_s)) from error
        finally:
            connection.close()

    def _connection(self, target: str) -> tuple[http.client.HTTPConnection, str, dict[str, str]]:
        """A connection that is not open yet, what to ask it for, and the headers that a proxy needs."""
        where = self.address
        near = self._proxy or where
        if self._tls is None:
            connection = http.client.HTTPConnection(near.host, near.port, timeout=CONNECT_S)
        else:
            connection = http.client.HTTPSConnection(near.host, near.port, timeout=CONNECT_S, context=self._tls)
        if self._proxy is None:
            return connection, target, {}
        if self._tls is not None:
            connection.set_tunnel(where.host, where.port, self._proxy.headers)
            return connection, target, {}
        return connection, where.shown.removesuffix(where.path) + target, self._proxy.headers

    def _read(self, answer: http.client.HTTPResponse) -> Any:
        shown, status = self.address.shown, answer.status
        if 300 <= status < 400:
            to = urllib.parse.urlsplit(answer.headers.get("Location", "")).hostname or "别处"
            raise ModelError(
                "speech-redirect",
                f"语音服务器 {shown} 要把请求转到 {to:.100}，没有跟过去：录音只发给设置里写的地址",
                f"如果那里才对，请把 {URL} 改成最终的地址",
            )
        body = _bounded(answer)
        if status in BUSY:
            raise _AgainError(f"它答复 {status}{_said(body)}", _retry_after(answer.headers.get("Retry-After")))
        if status in (401, 403):
            raise ModelError(
                "speech-key", f"语音服务器 {shown} 不接受密钥（{status}）{_said(body)}", f"请检查 {KEY} 或 {KEY_FILE}"
            )
        if status in (404, 405, 501):
            raise MissingError(_said(body))
        if not 200 <= status < 300:
            raise ModelError(
                "speech-refused",
                f"语音服务器 {shown} 拒绝了请求（{status}）{_said(body)}",
                f"请按它说的改正 TINGJIAN_MODEL、TINGJIAN_PROMPT 或 {URL}",
            )
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise ModelError(
                "speech-protocol",
                f"语音服务器 {shown} 的答复不是 JSON，开头是 {body[:40]!r}",
                f"请确认 {URL} 指的是 OpenAI 兼容的语音接口（一般以 /v1 结尾）",
            ) from None


@contextmanager
def _watched(connection: http.client.HTTPConnection, within_s: float, late: threading.Event) -> Iterator[None]:
    """Hang up after so long: a server that sends a byte now and then keeps every wait short and the whole one endless."""
    held = connection.sock  # an answer that is the last one takes it away from the connection

    def hang_up() -> None:
        late.set()
        with suppress(OSError, AttributeError):
            (held or connection.sock).shutdown(socket.SHUT_RDWR)

    watch = threading.Timer(within_s, hang_up)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _bounded(answer: http.client.HTTPResponse) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := answer.read1(_CHUNK):
        size += len(part)
        if size > MOST_BYTES:
            raise ModelError(
                "speech-protocol", f"语音服务器的答复超过 {MOST_BYTES >> 20} MB，没有读完", f"请检查 {URL} 指的是什么"
            )
        parts.append(part)
    if answer.length:
        raise http.client.IncompleteRead(b"", answer.length)
    return b"".join(parts)


def _form(boundary: str, fields: Mapping[str, str], sound: bytes) -> bytes:
    """multipart/form-data (RFC 7578); names and values are ours, the boundary is random and occurs in none of them."""
    head = f"--{boundary}\r\nContent-Disposition: form-data; name="
    parts = [
        f'{head}"{name}"\r\n\r\n{value}\r\n'.encode()
        for name, values in fields.items()
        for value in (values.split(",") if name.endswith("[]") else [values])
    ]
    parts.append(f'{head}"file"; filename="window.wav"\r\nContent-Type: audio/wav\r\n\r\n'.encode())
    return b"".join([*parts, sound, f"\r\n--{boundary}--\r\n".encode()])


def _why(error: Exception, late: bool, timeout_s: float) -> str:
    if late or isinstance(error, TimeoutError):
        return f"{timeout_s:g} 秒没有答完"
    if isinstance(error, ConnectionRefusedError):
        return "没有程序在那里监听"
    if isinstance(error, socket.gaierror):
        return "找不到这台主机"
    return f"连接断了（{type(error).__name__}）"


def _said(body: bytes) -> str:
    """What the server says of its refusal, short and printable; "" where it says nothing that can be read."""
    try:
        told = json.loads(body)
        while isinstance(told, dict):
            told = next(told[name] for name in ("error", "message", "detail", "msg") if name in told)
    except (ValueError, RecursionError, StopIteration):
        return ""
    words = "".join(char for char in str(told) if char.isprintable())[:200]
    return f"：{words}" if words else ""


def _retry_after(value: str | None) -> float | None:
    """Seconds that the server asks to wait, at most LONGEST_PAUSE_S; None where it does not say so readably."""
    if not value:
        return None
    try:
        wait_s = float(value) if value.strip().isdecimal() else _until(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(0.0, wait_s), LONGEST_PAUSE_S)


def _until(date: str) -> float:
    return email.utils.parsedate_to_datetime(date).timestamp() - time.time()
