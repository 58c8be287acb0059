"""Legal holds: while one stands, nothing of the recording is removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.kit import audit
from web.models import LegalHold, Recording, User

MOST_REASON = 500
MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Hold:
    recording_id: int
    recorded_at: datetime
    reason: str
    at: datetime
    by: str


def holds(session: Session) -> tuple[Hold, ...]:
    """The holds that stand, newest first."""
    rows = session.execute(
        select(LegalHold.recording_id, Recording.recorded_at, LegalHold.reason, LegalHold.at, User.name)
        .join(Recording, Recording.id == LegalHold.recording_id)
        .join(User, User.id == LegalHold.by_id)
        .order_by(LegalHold.at.desc(), LegalHold.recording_id)
        .limit(MOST_SHOWN)
    )
    return tuple(Hold(*row) for row in rows)


def hold(session: Session, recording_id: int, reason: str, user_id: int) -> bool:
    """Put a hold on a recording; False where there is none, or its sound and words are gone already."""
    recording = session.get(Recording, recording_id)
    if recording is None or recording.deleted_at is not None:
        return False
    if session.get(LegalHold, recording_id) is None:
        session.add(LegalHold(recording_id=recording_id, reason=reason[:MOST_REASON], by_id=user_id))
        session.flush()
        audit.record(session, "hold-set", "recording", recording_id, reason=reason[:MOST_REASON])
    return True


def release(session: Session, recording_id: int) -> bool:
    """Lift a hold; False where none stands."""
    row = session.get(LegalHold, recording_id)
    if row is None:
        return False
    session.delete(row)
    audit.record(session, "hold-lifted", "recording", recording_id)
    return True
