"""What the pages of receivers show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from web.hooks import payload
from web.hooks.words import event_names
from web.kit.paging import Paging, paging
from web.models import DeliveryState, Hook, HookAttempt, HookDelivery, HookEvent, HookState, User


@dataclass(frozen=True, slots=True)
class HookLine:
    """A receiver. `waiting` and `failed`: deliveries in the log."""

    id: int
    name: str
    host: str
    url: str
    events: tuple[str, ...]
    state: HookState
    failing_since: dt.datetime | None
    former_until: dt.datetime | None
    by: str
    waiting: int
    failed: int


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A delivery with its last attempt; `at_work`: it is just being sent."""

    id: int
    hook_id: int
    message_id: str
    what: str
    event: str
    at: dt.datetime
    state: DeliveryState
    at_work: bool
    next_at: dt.datetime
    attempts: int
    status: int | None
    took_ms: int | None
    words: str  # why it failed, else the beginning of the answer


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """An attempt; `at_work`: it goes on; neither that nor `took_ms`: its worker was interrupted."""

    number: int
    at: dt.datetime
    status: int | None
    took_ms: int | None
    answer: str
    trouble: str
    at_work: bool


@dataclass(frozen=True, slots=True)
class HookPage:
    hook: HookLine
    lines: tuple[DeliveryLine, ...]
    place: Paging


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    hook: HookLine
    line: DeliveryLine
    body: str
    attempts: tuple[AttemptLine, ...]


def hooks(session: Session) -> tuple[HookLine, ...]:
    """All receivers, those that are on first."""
    rows = session.execute(
        select(Hook, User.name)
        .outerjoin(User, User.id == Hook.created_by_id)
        .order_by(Hook.state != HookState.ON, Hook.id)
    ).all()
    return _lines(session, [(hook, name or "") for hook, name in rows])


def hook_page(session: Session, hook_id: int, wanted: int, moment: dt.datetime, only: str = "") -> HookPage | None:
    """A receiver with its log, newest first; `only`: deliveries in this state."""
    line = _line(session, hook_id)
    if line is None:
        return None
    chosen = [HookDelivery.hook_id == hook_id]
    if only in [*DeliveryState]:
        chosen.append(HookDelivery.state == DeliveryState(only))
    place = paging(wanted, session.scalar(select(func.count()).select_from(HookDelivery).where(*chosen)) or 0)
    rows = session.execute(
        _with_last_attempt().where(*chosen).order_by(HookDelivery.id.desc()).limit(place.size).offset(place.offset)
    )
    return HookPage(line, tuple(_delivery(row, last, moment) for row, last in rows), place)


def delivery_page(session: Session, delivery_id: int, moment: dt.datetime, public_url: str) -> DeliveryPage | None:
    """A delivery with all its attempts and what is sent."""
    found = session.execute(_with_last_attempt().where(HookDelivery.id == delivery_id)).first()
    if found is None:
        return None
    row, last = found
    line = _delivery(row, last, moment)
    tried = session.scalars(
        select(HookAttempt).where(HookAttempt.delivery_id == delivery_id).order_by(HookAttempt.number.desc())
    )
    attempts = tuple(
        AttemptLine(a.number, a.at, a.status, a.took_ms, a.answer, a.trouble, line.at_work and a.number == row.attempts)
        for a in tried
    )
    hook = _line(session, row.hook_id)
    assert hook is not None  # noqa: S101  # a foreign key
    return DeliveryPage(hook, line, payload.body(row.event, row.at, row.facts, public_url).decode(), attempts)


def _line(session: Session, hook_id: int) -> HookLine | None:
    row = session.execute(
        select(Hook, User.name).outerjoin(User, User.id == Hook.created_by_id).where(Hook.id == hook_id)
    ).first()
    return None if row is None else _lines(session, [(row[0], row[1] or "")])[0]


def _lines(session: Session, rows: Sequence[tuple[Hook, str]]) -> tuple[HookLine, ...]:
    counted = session.execute(
        select(HookDelivery.hook_id, HookDelivery.state, func.count())
        .where(
            HookDelivery.hook_id.in_([hook.id for hook, _ in rows]),
            HookDelivery.state.in_((DeliveryState.WAITING, DeliveryState.FAILED)),
        )
        .group_by(HookDelivery.hook_id, HookDelivery.state)
    )
    counts = {(hook_id, state): n for hook_id, state, n in counted}
    names = event_names()
    return tuple(
        HookLine(
            hook.id,
            hook.name,
            urlsplit(hook.url).hostname or "",
            hook.url,
            tuple(names[HookEvent(event)] for event in hook.events),
            hook.state,
            hook.failing_since,
            hook.former_until,
            by,
            counts.get((hook.id, DeliveryState.WAITING), 0),
            counts.get((hook.id, DeliveryState.FAILED), 0),
        )
        for hook, by in rows
    )


def _with_last_attempt() -> Select[HookDelivery, HookAttempt]:
    last = and_(HookAttempt.delivery_id == HookDelivery.id, HookAttempt.number == HookDelivery.attempts)
    return select(HookDelivery, HookAttempt).outerjoin(HookAttempt, last)


def _delivery(row: HookDelivery, last: HookAttempt | None, moment: dt.datetime) -> DeliveryLine:
    return DeliveryLine(
        row.id,
        row.hook_id,
        row.message_id,
        event_names()[row.event],
        row.event.value,
        row.at,
        row.state,
        row.lease_until is not None and row.lease_until > moment,
        row.next_at,
        row.attempts,
        last.status if last else None,
        last.took_ms if last else None,
        (last.trouble or last.answer) if last else "",
    )
