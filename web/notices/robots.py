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
import json
from typing import Any
from urllib.parse import urlencode, urlsplit

from web.config import AnalyzerError
from web.kit import posting
from web.kit.addresses import RefusedError


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
    body = json.dumps({"msgtype": "text", "text": {"content": text}}, ensure_ascii=False).encode()
    try:
        status, answer = posting.post(url, body, {"Content-Type": "application/json; charset=utf-8"}, private=private)
    except posting.AddressError as error:
        raise RefusedError("not-https", "群机器人的地址不对", "要写成 https:// 开头的完整地址") from error
    except posting.UnreachableError as error:
        raise RobotError("unreachable", f"群机器人连不上（{error.why}）", "请检查网络和地址") from error
    if 300 <= status < 400:
        raise RobotError("redirect", "群机器人的地址转到了别处，没有跟过去", "请填写机器人自己的地址")
    if status != 200:
        raise RobotError("status", f"群机器人没有收下（HTTP {status}）", "稍后会自动再发")
    code = _errcode(answer)
    if code != 0:
        raise RobotError("errcode", f"群机器人没有收下（errcode {code}）", "请核对机器人的地址、密钥和安全设置")


def _errcode(answer: bytes) -> Any:
    try:
        return json.loads(answer)["errcode"]
    except (ValueError, KeyError, TypeError):
        return "?"
