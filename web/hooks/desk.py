"""The database's side of sending: who has what waiting, who is at which attempt, how it ended.

Plain functions over a session, each told the time. In `db.writing()`, whose blocks run one after the other: two workers
never make one attempt. One that is killed in between leaves its attempt without an end, and after `LEASE` the next begins.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from web.hooks import schedule
from web.kit import audit
from web.models import (
    DeliveryState,
    Hook,
    HookAttempt,
    HookDelivery,
    HookEvent,
    HookState,
    NoticeKind,
    UserRole,
)
from web.notices.tell import tell, with_role

LEASE = dt.timedelta(minutes=2)  # longer than any attempt may take, the look-up of a name included
MOST_ANSWER = 300  # characters of an answer that are kept
SURE = 5  # tries of one delivery, seven minutes, before it counts against a receiver that took nothing for days
GONE = 410


@dataclass(frozen=True, slots=True)
class Claimed:
    """An attempt that a worker has taken upon itself. `hook` is read and detached."""

    hook: Hook
    delivery_id: int
    number: int
    message_id: str
    event: HookEvent
    facts: dict[str, Any]
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended; `trouble` is "" where it was taken, `status` None where nobody answered."""

    took_ms: int
    status: int | None
    answer: str
    trouble: str


def due(session: Session, moment: dt.datetime) -> list[int]:
    """The receivers for whom something is to be sent now."""
    ready = select(HookDelivery.hook_id).join(Hook, Hook.id == HookDelivery.hook_id).where(_ready(moment))
    return list(session.scalars(ready.distinct().order_by(HookDelivery.hook_id)))


def claim(session: Session, hook_id: int, moment: dt.datetime) -> Claimed | None:
    """Begin the next attempt for a receiver; None where nothing is due. In `db.writing()`."""
    ready = (
        select(HookDelivery, Hook)
        .join(Hook, Hook.id == HookDelivery.hook_id)
        .where(_ready(moment), HookDelivery.hook_id == hook_id)
        .order_by(HookDelivery.next_at, HookDelivery.id)
        .limit(1)
    )
    row = session.execute(ready).first()
    if row is None:
        return None
    delivery, hook = row
    delivery.lease_until = moment + LEASE
    delivery.attempts += 1
    delivery.tries += 1
    session.add(HookAttempt(delivery_id=delivery.id, number=delivery.attempts, at=moment))
    session.flush()
    session.expunge(hook)
    return Claimed(
        hook, delivery.id, delivery.attempts, delivery.message_id, delivery.event, dict(delivery.facts), delivery.at
    )


def end(session: Session, claimed: Claimed, outcome: Outcome, moment: dt.datetime, chance: float) -> None:
    """Note how an attempt ended and what follows. In `db.writing()`; `chance` as `schedule.wait` has it."""
    attempt = session.get(HookAttempt, (claimed.delivery_id, claimed.number))
    delivery = session.get(HookDelivery, claimed.delivery_id)
    hook = session.get(Hook, claimed.hook.id)
    if attempt is None or delivery is None or hook is None:
        return  # the log was swept meanwhile
    attempt.took_ms, attempt.status = outcome.took_ms, outcome.status
    attempt.answer, attempt.trouble = outcome.answer[:MOST_ANSWER], outcome.trouble[:MOST_ANSWER]
    if not outcome.trouble:
        hook.failing_since = None
        delivery.state, delivery.lease_until = DeliveryState.SENT, None
        return
    hook.failing_since = hook.failing_since or moment
    if delivery.attempts != claimed.number or delivery.state is not DeliveryState.WAITING:
        return  # it took so long that somebody else has begun the next
    delivery.lease_until = None
    again = None if outcome.status == GONE else schedule.next_at(delivery.begun_at, delivery.tries, moment, chance)
    if again is None:
        delivery.state = DeliveryState.FAILED
    else:
        delivery.next_at = again
    if outcome.status == GONE:
        _end(session, hook, HookState.GONE)
    elif delivery.tries >= SURE and moment - hook.failing_since >= schedule.PAUSED:
        _end(session, hook, HookState.PAUSED)


def _end(session: Session, hook: Hook, state: HookState) -> None:
    """Send a receiver nothing more, and tell the administrators."""
    if hook.state is not HookState.ON:
        return
    hook.state = state
    audit.record(session, "hook-ended", "hook", hook.id, reason=state.value)
    admins = with_role(session, UserRole.ADMIN)
    tell(session, NoticeKind.HOOK_ENDED, admins, hook=hook.id, reason=state.value)


def _ready(moment: dt.datetime) -> ColumnElement[bool]:
    free = or_(HookDelivery.lease_until.is_(None), HookDelivery.lease_until < moment)
    waiting = HookDelivery.state == DeliveryState.WAITING
    return and_(waiting, HookDelivery.next_at <= moment, free, Hook.state == HookState.ON)
