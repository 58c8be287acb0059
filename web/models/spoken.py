"""What was said, made ready to be searched (`web/intake/findable.py` keeps it)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from web.db import Document
from web.models.base import Base


class SpokenText(Base):
    """The lines of a recording as they now stand, with what each class of readers sees of them.

    `waiting`: the words are new or were corrected, the index holds nothing of them, and `lines` is empty or of before.
    `stamp` is new with each change, so that what was computed for older words is not taken.
    """

    __tablename__ = "spoken_texts"
    __table_args__ = (
        Index(
            "ix_spoken_texts_waiting",
            "recording_id",
            sqlite_where=text("waiting"),
            postgresql_where=text("waiting"),
        ),
    )

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True, autoincrement=False)
    stamp: Mapped[str] = mapped_column(String(32))
    waiting: Mapped[bool] = mapped_column(default=True)
    lines: Mapped[list[Any]] = mapped_column(Document, default=list)  # web.intake.sounds.Line, as lists
