"""What keeps people's data private and lets it go: private words of recordings, legal holds, files to be removed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from web.db import UtcDateTime, now
from web.models.base import Base


class PrivateWords(Base):
    """Where somebody's private words are heard in a recording, and the sound without them, for those without the right.

    `state`: waiting (words are new or were corrected: nobody without the right hears it) | ready | failed. `spans`:
    [[start_s, end_s], …]; `stored_key`: the sound with silence there, "" where there are none. `stamp` is new with each
    change, so that what was computed for older words is not taken.
    """

    __tablename__ = "private_words"
    __table_args__ = (Index("ix_private_words_state", "state", "recording_id"),)

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    stamp: Mapped[str] = mapped_column(String(32))
    spans: Mapped[list[Any]] = mapped_column(JSON, default=list)
    stored_key: Mapped[str] = mapped_column(String(128), default="")


class SpokenNumber(Base):
    """The digest of a mobile number that is said in a recording: finds what is somebody's without keeping a list of numbers.

    `told`: a list or a telephone system named it; what is said again or corrected does not take it away.
    """

    __tablename__ = "spoken_numbers"
    __table_args__ = (Index("ix_spoken_numbers_digest", "digest"),)

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    told: Mapped[bool] = mapped_column(default=False, server_default=false())


class LegalHold(Base):
    """While it stands nothing of the recording is removed: by nobody, no date and no request."""

    __tablename__ = "legal_holds"

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(500))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class DoomedFile(Base):
    """A file of the storage that is to go, written with the change that makes it so: the worker removes it."""

    __tablename__ = "doomed_files"

    stored_key: Mapped[str] = mapped_column(String(128), primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    removing_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # since when a worker is at it
