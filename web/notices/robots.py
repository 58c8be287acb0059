"""The robots of WeCom and DingTalk groups: an address takes {"msgtype": "text", …} by POST and answers with an errcode.

WeCom: the key in the address is all (developer.work.weixin.qq.com/document/path/91770). DingTalk: with a secret the
address also carries a time in milliseconds and base64(HMAC-SHA256(secret, "time\\nsecret"))
(open.dingtalk.com/document/robots/custom-robot-access). Both take 20 messages a minute. What is said of a failure names
no address: there are keys in them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import socket
import ssl
import threading
from typing import Any
from urllib.parse import urlencode, urlsplit

from web.config import AnalyzerError
from web.notices.addresses import Place, RefusedError, resolved

TIMEOUT_S = 10.0  # for each step
LONGEST_S = 30.0  # for the whole: who answers a byte at a time holds nobody up
MOST = 65_536  # bytes of an answer


class RobotError(AnalyzerError):
    """A message was not taken."""


def signed(url: str, secret: str, now_ms: int) -> str:
    """DingTalk's address with time and signature; without a secret as it is."""
    if not secret:
        return url
    digest = hmac.new(secret.encode(), f"{now_ms}\n{secret}".encode(), hashlib.sha256).digest()
    arguments = urlencode({"timestamp": now_ms, "sign": base64.b64encode(digest).decode()})
    return f"{url}{'&' if urlsplit(url).query else '?'}{arguments}"


def post(url: str, text: str, *, private: bool) -> None:
    """Send a text. Raises RobotError, RefusedError, both with words for people."""
    parts = urlsplit(url)
    if parts.hostname is None or parts.scheme not in (("https", "http") if private else ("https",)):
        raise RefusedError("not-https", "群机器人的地址不对", "要写成 https:// 开头的完整地址")
    body = json.dumps({"msgtype": "text", "text": {"content": text}}, ensure_ascii=False).encode()
    try:
        place = resolved(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80), private=private)
        status, answer = _exchange(place, parts.scheme == "https", f"{parts.path or '/'}?{parts.query}", body)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise RobotError("unreachable", f"群机器人连不上（{type(error).__name__}）", "请检查网络和地址") from error
    if 300 <= status < 400:
        raise RobotError("redirect", "群机器人的地址转到了别处，没有跟过去", "请填写机器人自己的地址")
    if status != 200:
        raise RobotError("status", f"群机器人没有收下（HTTP {status}）", "稍后会自动再发")
    code = _errcode(answer)
    if code != 0:
        raise RobotError("errcode", f"群机器人没有收下（errcode {code}）", "请核对机器人的地址、密钥和安全设置")


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was looked at, under the name that it was asked for."""

    def __init__(self, place: Place, tls: bool) -> None:
        super().__init__(place.host, place.port, timeout=TIMEOUT_S)
        self._place, self._tls = place, tls

    def connect(self) -> None:
        plain = socket.create_connection((self._place.address, self._place.port), TIMEOUT_S)
        if self._tls:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self._place.host)
        else:
            self.sock = plain


def _exchange(place: Place, tls: bool, path: str, body: bytes) -> tuple[int, bytes]:
    connection = _Pinned(place, tls)
    try:
        connection.connect()
        timer = threading.Timer(LONGEST_S, _hang_up, (connection.sock,))
        timer.start()
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json; charset=utf-8"})
            answer = connection.getresponse()
            return answer.status, answer.read(MOST)
        finally:
            timer.cancel()
    finally:
        connection.close()


def _hang_up(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended already


def _errcode(answer: bytes) -> Any:
    try:
        return json.loads(answer)["errcode"]
    except (ValueError, KeyError, TypeError):
        return "?"
