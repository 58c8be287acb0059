"""Notes about technicians: what was seen, what was agreed, until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.db import now
from web.kit import audit
from web.kit.calendar import day_named
from web.models import CoachingNote, User

MOST_TEXT, MOST_ACTION, MOST_NOTES = 1000, 500, 50


@dataclass(frozen=True, slots=True)
class Note:
    """A manager's note and what was agreed."""

    id: int
    at: dt.datetime
    author: str
    text: str
    action: str
    due_on: dt.date | None
    done_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class NoteValues:
    """A note as a form states it."""

    text: str
    action: str
    due_on: dt.date | None


def notes(session: Session, technician_id: int) -> tuple[Note, ...]:
    """The notes about a technician, newest first."""
    rows = session.execute(
        select(CoachingNote, User.name)
        .join(User, User.id == CoachingNote.author_id)
        .where(CoachingNote.technician_id == technician_id)
        .order_by(CoachingNote.id.desc())
        .limit(MOST_NOTES)
    )
    return tuple(Note(n.id, n.at, author, n.text, n.action, n.due_on, n.done_at) for n, author in rows)


def read(form: Mapping[str, str]) -> NoteValues | str:
    """The form's note, or why it cannot be taken: empty | long | date."""
    text, action, due = (form.get(name, "").strip() for name in ("text", "action", "due_on"))
    if not text:
        return "empty"
    if len(text) > MOST_TEXT or len(action) > MOST_ACTION:
        return "long"
    try:
        return NoteValues(text, action, day_named(due) if due else None)
    except ValueError:
        return "date"


def add(session: Session, technician_id: int, author_id: int, values: NoteValues) -> None:
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
