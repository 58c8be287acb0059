"""Taking a recording away: its work ends, nothing of it is found, its summaries are computed again, the worker erases words and sound."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from web import queue
from web.db import now as present
from web.intake import findable
from web.intake.stale import mark_stale
from web.kit.recordings import refuse_held, refuse_signed
from web.models import Recording


def remove(session: Session, recording_id: int, now: datetime | None = None, *, signed: bool = False) -> bool:
    """False: already gone. Raises SignedError: what is signed is somebody's pay (unless `signed`); HeldError."""
    recording = session.get(Recording, recording_id)
    if recording is None or recording.deleted_at is not None:
        return False
    refuse_held(session, recording)
    if not signed:
        refuse_signed(recording)
    queue.cancel(session, recording_id, now)
    findable.erase(session, recording_id)
    recording.deleted_at = now or present()
    recording.revision += 1
    mark_stale(session, recording)
    return True
