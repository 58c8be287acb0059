"""What people corrected in the lines of a recording's newest hearing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.intake.analysis import newest_hearing
from web.models import TranscriptEdit, User
from web.recordings.turns import Edit


def edits_of(session: Session, recording_id: int) -> tuple[Mapping[int, Edit], datetime | None]:
    """The corrections that hold, by line, and when words were corrected last."""
    statement = (
        select(TranscriptEdit.line, TranscriptEdit.field, TranscriptEdit.after, TranscriptEdit.at, User.name)
        .join(User, User.id == TranscriptEdit.user_id)
        .where(
            TranscriptEdit.recording_id == recording_id,
            TranscriptEdit.analysis_id == newest_hearing(recording_id).scalar_subquery(),
        )
        .order_by(TranscriptEdit.id)
    )
    edits: dict[int, Edit] = {}
    words_at = None
    for line, field, after, at, by in session.execute(statement):
        before = edits.get(line, Edit())
        text, role = (after, before.role) if field == "text" else (before.text, after)
        edits[line] = Edit(text, role, by, at)
        words_at = at if field == "text" else words_at
    return edits, words_at
