"""What is to be sent is written in the transaction of what happened: a crash loses nothing, and nothing is told that was
rolled back. Facts are ids, counts and scores: no words, no names (docs/WEBHOOKS.md says why).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from web.db import now
from web.models import (
    Analysis,
    Appeal,
    Hook,
    HookDelivery,
    HookEvent,
    HookState,
    PublishedMonth,
    Recording,
    RecordingState,
    Verdict,
)
from web.models.vocabulary import How, Kind, VerdictWord


def emit(session: Session, event: HookEvent, **facts: Any) -> None:
    """Have every receiver of the event told of it. Nobody listens: nothing is written."""
    for hook_id in _listeners(session).get(event, ()):
        add(session, hook_id, event, facts)


def add(session: Session, hook_id: int, event: HookEvent, facts: dict[str, Any]) -> HookDelivery:
    """Have one receiver told."""
    moment = now()
    row = HookDelivery(
        hook_id=hook_id,
        message_id=f"msg_{secrets.token_hex(16)}",
        event=event,
        facts=facts,
        at=moment,
        begun_at=moment,
        next_at=moment,
    )
    session.add(row)
    return row


@contextmanager
def judging(session: Session, recording_id: int) -> Iterator[None]:
    """Around the storing of an analysis: tells that it is there, and of what it accuses that the last one did not.

    A recording that counts nowhere (excluded, deleted) is told of to nobody.
    """
    listeners = _listeners(session)
    wanted = HookEvent.RECORDING_JUDGED in listeners or HookEvent.SUSPICION_FOUND in listeners
    before = _accused(session, recording_id) if wanted else frozenset()
    yield
    if not wanted:
        return
    recording = session.get_one(Recording, recording_id)
    if recording.deleted_at is not None or recording.state is RecordingState.EXCLUDED:
        return
    analysis = session.get_one(Analysis, recording.analysis_id)
    facts = {
        "recording_id": recording.id,
        "analysis": analysis.number,
        "score": recording.score,
        "suspicions": recording.suspicion_count,
        "forbidden": recording.forbidden_count,
    }
    emit(
        session,
        HookEvent.RECORDING_JUDGED,
        **facts,
        origin=analysis.origin,
        standard_id=analysis.standard_id,
        standard_version=analysis.standard_version,
        not_judged=recording.not_judged_count,
    )
    fresh = _accused(session, recording_id) - before
    if fresh:
        emit(session, HookEvent.SUSPICION_FOUND, **facts, items=sorted(fresh))


def appeal_filed(session: Session, row: Appeal) -> None:
    """A technician contests a verdict: round 1, or round 2 where he is not content with the answer."""
    emit(session, HookEvent.APPEAL_FILED, **_appeal(row))


def appeal_answered(session: Session, row: Appeal) -> None:
    """It is answered: in round 1, or decided in round 2."""
    score = session.scalar(select(Recording.score).where(Recording.id == row.recording_id))
    emit(session, HookEvent.APPEAL_ANSWERED, **_appeal(row), outcome=row.state, score=score)


def month_published(session: Session, row: PublishedMonth) -> None:
    """A month is published, or corrected (edition 2 and later)."""
    emit(session, HookEvent.MONTH_PUBLISHED, month=row.month, edition=row.edition)


def _appeal(row: Appeal) -> dict[str, Any]:
    return {"appeal_id": row.id, "recording_id": row.recording_id, "item_id": row.item_id, "round": row.round}


def _listeners(session: Session) -> dict[str, list[int]]:
    """The receivers that are on, by event."""
    found: dict[str, list[int]] = {}
    for hook_id, events in session.execute(select(Hook.id, Hook.events).where(Hook.state == HookState.ON)):
        for event in events:
            found.setdefault(event, []).append(hook_id)
    return found


def _accused(session: Session, recording_id: int) -> frozenset[str]:
    """The clauses with a suspicion that nobody has judged, and the forbidden ones that were said: what the counts count."""
    suspected = and_(
        Verdict.how == How.RULE.value,
        Verdict.suspicion,
        Verdict.human.is_(None),
        Verdict.machine == VerdictWord.CANNOT_JUDGE.value,
    )
    said = and_(Verdict.kind == Kind.FORBIDDEN.value, Verdict.final == VerdictWord.MISSED.value)
    return frozenset(
        session.scalars(select(Verdict.item_id).where(Verdict.recording_id == recording_id, or_(suspected, said)))
    )
