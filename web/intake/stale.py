"""Days whose summaries must be computed again."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from web.models import Recording, StaleDay


def mark_stale(session: Session, recording: Recording) -> None:
    """Have the summaries of the recording's technician and day computed again; call it before and after moving it."""
    if recording.technician_id is not None:
        mark_stale_day(session, recording.technician_id, recording.recorded_on)


def mark_stale_day(session: Session, technician_id: int, day: date) -> None:
    """Have the summaries of one technician's day computed again."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    stamp = uuid.uuid4().hex
    session.execute(
        insert(StaleDay)
        .values(day=day, technician_id=technician_id, stamp=stamp)
        .on_conflict_do_update(index_elements=["day", "technician_id"], set_={"stamp": stamp})
    )
