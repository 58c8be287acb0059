"""What administrators do with receivers. In `db.writing()`; every act stands in the audit log, of an address only its host."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.hooks import outbox, signing
from web.kit import audit
from web.kit.addresses import is_public
from web.kit.i18n import gettext as _
from web.kit.refusals import FieldError, InvalidError
from web.kit.seal import Seal
from web.models import DeliveryState, Hook, HookDelivery, HookEvent, HookState

MOST = 20  # receivers that are on: each has a thread of the worker
MOST_URL = 500
_PLAIN = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form asks for; `events` are some of `choices()`."""

    name: str
    url: str
    events: tuple[HookEvent, ...]


def choices() -> tuple[HookEvent, ...]:
    """The events that one can subscribe to."""
    return tuple(event for event in HookEvent if event is not HookEvent.PING)


def add(session: Session, keys: Seal, wish: Wish, user_id: int) -> tuple[int, str]:
    """Add a receiver; return its id and its secret. Raises InvalidError where there are too many."""
    _room(session)
    hook = Hook(name=wish.name, url=wish.url, events=_words(wish), salt="", key_mark="", created_by_id=user_id)
    session.add(hook)
    session.flush()
    secret = signing.give_secret(hook, keys)
    _note(session, "hook-added", hook)
    return hook.id, secret


def change(session: Session, hook: Hook, wish: Wish) -> None:
    hook.name, hook.url, hook.events = wish.name, wish.url, _words(wish)
    _note(session, "hook-changed", hook)


def switch(session: Session, hook: Hook, *, on: bool) -> None:
    """Begin or cease to send; what waits is kept. Raises InvalidError where too many are on."""
    if on == (hook.state is HookState.ON):
        return
    if on:
        _room(session)
    hook.state, hook.failing_since = (HookState.ON if on else HookState.OFF), None
    audit.record(session, "hook-switched", "hook", hook.id, on=on)


def rotate(session: Session, keys: Seal, hook: Hook, moment: dt.datetime) -> str:
    """Give a receiver another secret and return it; the former signs beside it for a day."""
    secret = signing.give_secret(hook, keys, moment)
    audit.record(session, "hook-secret-changed", "hook", hook.id)
    return secret


def ping(session: Session, hook: Hook) -> int:
    """Have a test sent; return its delivery. Raises InvalidError where nothing is sent."""
    _sending(hook)
    row = outbox.add(session, hook.id, HookEvent.PING, {"hook_id": hook.id})
    session.flush()
    audit.record(session, "hook-pinged", "hook", hook.id)
    return row.id


def replay(session: Session, delivery: HookDelivery, moment: dt.datetime) -> None:
    """Send a delivery again, under the id that it has. Raises InvalidError while it is being sent, or nothing is."""
    hook = session.get_one(Hook, delivery.hook_id)
    _sending(hook)
    if delivery.lease_until is not None and delivery.lease_until > moment:
        raise InvalidError(_("正在发送，请稍候再看。"))
    delivery.state, delivery.lease_until, delivery.tries = DeliveryState.WAITING, None, 0
    delivery.begun_at = delivery.next_at = moment
    audit.record(session, "hook-replayed", "hook", hook.id, delivery=delivery.id, event=delivery.event.value)


def checked_url(text: str, *, private: bool) -> str:
    """An address that something can be sent to. Raises FieldError.

    Names are looked up when it is sent, not here: what a name leads to changes.
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
        _port = parts.port
    except ValueError:
        parts = urlsplit("")
    if not parts.hostname or not _PLAIN.fullmatch(text) or parts.scheme not in ("https", "http"):
        raise FieldError("url", _("请填写 https:// 开头的完整地址，例如 https://hooks.example.com/tingjian。"))
    if len(text) > MOST_URL:
        raise FieldError("url", _("地址最多 %(n)s 个字符。", n=MOST_URL))
    if parts.scheme == "http" and not private:
        raise FieldError("url", _("地址要以 https:// 开头；只有允许发到内部网络时才可以用 http://。"))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise FieldError("url", _("地址里不能带用户名、密码或 #；对方可以核对签名来确认是谁发的。"))
    try:
        inner = not is_public(ipaddress.ip_address(parts.hostname))
    except ValueError:
        inner = parts.hostname == "localhost" or parts.hostname.endswith(".localhost")
    if inner and not private:
        raise FieldError(
            "url", _("这个地址在内部网络里。如果就是要发到内部网络，请设 TINGJIAN_WEB_PRIVATE_WEBHOOKS=true。")
        )
    return text


def _sending(hook: Hook) -> None:
    if hook.state is not HookState.ON:
        raise InvalidError(_("这个推送地址没有启用，请先启用。"))


def _room(session: Session) -> None:
    if (session.scalar(select(func.count()).select_from(Hook).where(Hook.state == HookState.ON)) or 0) >= MOST:
        raise InvalidError(_("最多启用 %(n)s 个推送地址，请先停用不再需要的。", n=MOST))


def _words(wish: Wish) -> list[str]:
    return [event.value for event in HookEvent if event in wish.events]


def _note(session: Session, action: str, hook: Hook) -> None:
    host, events = urlsplit(hook.url).hostname or "", "、".join(hook.events)
    audit.record(session, action, "hook", hook.id, name=hook.name, host=host, events=events)
