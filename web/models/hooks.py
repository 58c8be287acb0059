"""Webhooks: who is told of what happened, what waits to be sent, and every attempt at it."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from web.db import UtcDateTime, now
from web.models.base import Base, words


class HookEvent(StrEnum):
    """What a receiver can be told of; the words are part of what is sent and never change."""

    RECORDING_JUDGED = "recording.judged"
    SUSPICION_FOUND = "suspicion.found"
    APPEAL_FILED = "appeal.filed"
    APPEAL_ANSWERED = "appeal.answered"
    MONTH_PUBLISHED = "month.published"
    PING = "webhook.ping"  # a test: of no subscription, sent to the one that asks for it


class HookState(StrEnum):
    """Whether a receiver is sent anything, and why not."""

    ON = "on"
    OFF = "off"  # somebody switched it off
    GONE = "gone"  # it answered 410
    PAUSED = "paused"  # it failed for days


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"  # tried until its time was over


class Hook(Base):
    """A receiver. Its secret is made of the salt and the site's key with this mark, which is not in the database.

    After a change of secret the former signs beside the new one until `former_until`.
    """

    __tablename__ = "hooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    url: Mapped[str] = mapped_column(String(500))
    events: Mapped[list[str]] = mapped_column(JSON, default=list)  # of HookEvent
    state: Mapped[HookState] = mapped_column(words(HookState), default=HookState.ON)
    salt: Mapped[str] = mapped_column(String(64))
    key_mark: Mapped[str] = mapped_column(String(16))
    former_salt: Mapped[str] = mapped_column(String(64), default="")
    former_mark: Mapped[str] = mapped_column(String(16), default="")
    former_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    failing_since: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # the first failure since the last success
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class HookDelivery(Base):
    """One event for one receiver, written in the transaction of what happened (an outbox); afterwards the log.

    `facts` are ids and numbers only. `lease_until`: a worker is at it.
    """

    __tablename__ = "hook_deliveries"
    __table_args__ = (
        Index("ix_hook_deliveries_hook", "hook_id", "id"),
        Index("ix_hook_deliveries_at", "at"),
        Index("ix_hook_deliveries_state", "state", "next_at", "hook_id"),  # looked at every other second
        UniqueConstraint("message_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hook_id: Mapped[int] = mapped_column(ForeignKey("hooks.id"))
    message_id: Mapped[str] = mapped_column(String(40))  # webhook-id: the same at every attempt and replay
    event: Mapped[HookEvent] = mapped_column(words(HookEvent))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)  # when it happened
    state: Mapped[DeliveryState] = mapped_column(words(DeliveryState), default=DeliveryState.WAITING)
    begun_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)  # when it was to be sent, or sent again
    next_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    tries: Mapped[int] = mapped_column(default=0)  # since `begun_at`
    attempts: Mapped[int] = mapped_column(default=0)  # in all
    lease_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class HookAttempt(Base):
    """One attempt to deliver; `took_ms` is None while it goes on, and for ever where its worker was killed."""

    __tablename__ = "hook_attempts"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("hook_deliveries.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # two workers cannot both make it
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    took_ms: Mapped[int | None] = mapped_column()
    status: Mapped[int | None] = mapped_column()  # of HTTP; None where nobody answered
    answer: Mapped[str] = mapped_column(String(500), default="")  # its beginning
    trouble: Mapped[str] = mapped_column(String(500), default="")  # why it failed, for people
