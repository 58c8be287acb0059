"""Notes about technicians: what was seen, what was agreed, until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from web.db import now
from web.kit import audit
from web.models import CoachingNote

MOST_TEXT, MOST_ACTION = 1000, 500


@dataclass(frozen=True, slots=True)
class NoteValues:
    """A note as a form states it."""

    text: str
    action: str
    due_on: dt.date | None


def read(form: Mapping[str, str]) -> NoteValues | str:
    """Return the form's note, or why it cannot be taken: empty | long | date."""
    text, action, due = (form.get(name, "").strip() for name in ("text", "action", "due_on"))
    if not text:
        return "empty"
    if len(text) > MOST_TEXT or len(action) > MOST_ACTION:
        return "long"
    try:
        return NoteValues(text, action, dt.date.fromisoformat(due) if due else None)
    except ValueError:
        return "date"


def add(session: Session, technician_id: int, author_id: int, values: NoteValues) -> None:
    """Add a note."""
    session.add(
        CoachingNote(
            technician_id=technician_id,
            author_id=author_id,
            text=values.text,
            action=values.action,
            due_on=values.due_on,
        )
    )
    audit.record(session, "coaching-note", "technician", technician_id)


def done(session: Session, technician_id: int, note_id: int) -> bool:
    """Mark a note's agreement as done; False where the technician has no such note."""
    note = session.get(CoachingNote, note_id)
    if note is None or note.technician_id != technician_id:
        return False
    note.done_at = note.done_at or now()
    audit.record(session, "coaching-done", "technician", technician_id, note=note_id)
    return True
