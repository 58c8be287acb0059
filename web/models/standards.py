"""The company's own standards: versions in effect from a day, drafts, and every change of a draft.

A file is named by its path within `lexicons/` (`property-visit.yaml`, `shared/courtesy.yaml`). What the company keeps are
whole files that stand over those shipped; `web/kit/lexicons.py` says which are in effect.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from web.db import UtcDateTime, now
from web.models.base import Base, words


class DraftState(StrEnum):
    """What has become of a draft."""

    OPEN = "open"
    PUBLISHED = "published"
    DROPPED = "dropped"


class StandardVersion(Base):
    """What was published of one standard; rows are only added. `files`: path → text, None where the file goes.

    On a day those count whose `effective_from` has come; of one file the last published.
    """

    __tablename__ = "standard_versions"
    __table_args__ = (UniqueConstraint("standard_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    standard_id: Mapped[str] = mapped_column(String(64))
    number: Mapped[int] = mapped_column()  # 1, 2, … of the standard; what was shipped is 0 and has no row
    version: Mapped[str] = mapped_column(String(32))  # as the file says; "" where the standard is retired
    title: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(80))
    files: Mapped[dict[str, str | None]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(String(1000), default="")
    effective_from: Mapped[dt.date] = mapped_column()
    retired: Mapped[bool] = mapped_column(default=False, server_default=false())
    published_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class StandardDraft(Base):
    """Changes of one standard that are not in effect: at most one open draft a standard, which all editors share.

    `files`: the whole texts that differ; `bases`: what stood there when each was first changed (None: no such file).
    `revision` counts the saves; a save names the one that it was made from.
    """

    __tablename__ = "standard_drafts"
    __table_args__ = (Index("ix_standard_drafts_state", "state", "standard_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    standard_id: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200), default="")
    files: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    bases: Mapped[dict[str, str | None]] = mapped_column(JSON, default=dict)
    base_id: Mapped[int | None] = mapped_column(ForeignKey("standard_versions.id"))  # None: what was shipped
    revision: Mapped[int] = mapped_column(default=0)
    state: Mapped[DraftState] = mapped_column(words(DraftState), default=DraftState.OPEN)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    changed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)


class DraftChange(Base):
    """A draft as it stood after one save. Nothing typed is lost: undo takes the one before."""

    __tablename__ = "draft_changes"
    __table_args__ = (UniqueConstraint("draft_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("standard_drafts.id"))
    revision: Mapped[int] = mapped_column()
    files: Mapped[dict[str, str]] = mapped_column(JSON)
    what: Mapped[str] = mapped_column(String(200))
    restores: Mapped[int | None] = mapped_column()  # the revision that an undo went back to
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
