"""Signatures as the "Standard Webhooks" specification has them (standardwebhooks.com, v1: HMAC-SHA256, base64).

A receiver's secret is not in the database: as with the second factor it is made from the row's salt and the site's key,
so that a stolen copy of the database signs nothing. Since a signature must stay the same when the site gets a new key,
the row also names the key that its secret was made with.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets

from web.config import AnalyzerError
from web.kit import seal
from web.kit.seal import Seal
from web.models import Hook

PREFIX = "whsec_"
FORMER = dt.timedelta(days=1)  # how long a changed secret signs beside the new one
AGENT = "Tingjian-Webhooks/1"


class LostKeyError(AnalyzerError):
    """The key that a secret was made with is no longer known."""

    def __init__(self) -> None:
        super().__init__(
            "lost-key",
            "签名用的密钥找不到了（TINGJIAN_WEB_AUDIT_KEY 换过）",
            "请把原来的密钥加进 TINGJIAN_WEB_AUDIT_KEY，或更换这个地址的密钥",
        )


def give_secret(hook: Hook, keys: Seal, moment: dt.datetime | None = None) -> str:
    """Give a stored receiver its secret, or another one; return it, to be shown once.

    With a `moment` the former one goes on signing for a day.
    """
    if moment is not None:
        hook.former_salt, hook.former_mark, hook.former_until = hook.salt, hook.key_mark, moment + FORMER
    hook.salt, hook.key_mark = secrets.token_hex(16), seal.mark(keys.newest)
    return PREFIX + base64.b64encode(_key(keys, hook.id, hook.salt, hook.key_mark)).decode()


def headers(hook: Hook, keys: Seal, message_id: str, body: bytes, moment: dt.datetime) -> dict[str, str]:
    """The headers of an attempt at `moment`. Raises LostKeyError."""
    made = [_key(keys, hook.id, hook.salt, hook.key_mark)]
    if hook.former_until is not None and moment < hook.former_until and keys.marked(hook.former_mark) is not None:
        made.append(_key(keys, hook.id, hook.former_salt, hook.former_mark))
    stamp = str(int(moment.timestamp()))
    signed = f"{message_id}.{stamp}.".encode() + body
    marks = (base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode() for key in made)
    return {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{mark}" for mark in marks),
    }


def _key(keys: Seal, hook_id: int, salt: str, mark: str) -> bytes:
    key = keys.marked(mark)
    if key is None:
        raise LostKeyError
    return seal.sealed(key, "webhook", f"{hook_id} {salt}".encode())
