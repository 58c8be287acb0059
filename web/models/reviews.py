"""What people decided. Rows are only added: the history is the record."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from web.db import UtcDateTime, now
from web.models.base import Base

BULK = "bulk"
APPEAL_WAITS = ("open", "second")  # of `Appeal.state`: somebody is to answer


class Decision(Base):
    """A person confirmed, overruled or withdrew a verdict, or answered a person item.

    `BULK` left it to the machine together with others: no ear judged it, so no figure of agreement counts it and
    nothing is learnt from it.
    """

    __tablename__ = "decisions"
    __table_args__ = (Index("ix_decisions_recording", "recording_id", "item_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"))
    analysis_id: Mapped[int] = mapped_column(ForeignKey("analyses.id"))  # what the person saw
    item_id: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    action: Mapped[str] = mapped_column(String(16))  # confirm | bulk | overrule | answer | withdraw | appeal
    machine: Mapped[str | None] = mapped_column(String(16))
    before: Mapped[str | None] = mapped_column(String(16))  # the final verdict until now
    after: Mapped[str | None] = mapped_column(String(16))
    after_credit: Mapped[float | None] = mapped_column()
    note: Mapped[str] = mapped_column(String(500), default="")


class TranscriptEdit(Base):
    """A corrected line. `line` counts the utterances of the analysis that heard them; the machine's text stays there."""

    __tablename__ = "transcript_edits"
    __table_args__ = (Index("ix_transcript_edits_recording", "recording_id", "line", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"))
    analysis_id: Mapped[int] = mapped_column(ForeignKey("analyses.id"))  # origin heard or imported
    line: Mapped[int] = mapped_column()
    field: Mapped[str] = mapped_column(String(16))  # text | role
    before: Mapped[str] = mapped_column(String(2000))
    after: Mapped[str | None] = mapped_column(String(2000))  # None: back to the machine's
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)


class Presence(Base):
    """Who has a recording open, and when the page last said so."""

    __tablename__ = "presences"

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    seen_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)


class SignOff(Base):
    """A final score with the verdicts as signed; reopening adds who, when and why and a later sign-off a new edition."""

    __tablename__ = "sign_offs"
    __table_args__ = (UniqueConstraint("recording_id", "edition"), Index("ix_sign_offs_user_at", "user_id", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"))
    edition: Mapped[int] = mapped_column()
    analysis_id: Mapped[int] = mapped_column(ForeignKey("analyses.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    score: Mapped[float | None] = mapped_column()
    machine_score: Mapped[float | None] = mapped_column()
    note: Mapped[str] = mapped_column(String(500), default="")
    verdicts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # {item: {machine, human, final, credit}}
    reopened_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    reopened_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reopen_reason: Mapped[str] = mapped_column(String(500), default="")


class Appeal(Base):
    """A technician contests a verdict of a signed recording, in two rounds at most; it tells where it stands now.

    `state`: open (QA is to answer), second (a manager is to decide), or the answer: upheld | partly | rejected. What was
    done step by step stands in `AppealStep`; `resolution` is the last answer.
    """

    __tablename__ = "appeals"
    __table_args__ = (
        Index("ix_appeals_state", "state", "id"),
        Index("ix_appeals_recording", "recording_id", "item_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"))
    item_id: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    text: Mapped[str] = mapped_column(String(1000))
    state: Mapped[str] = mapped_column(String(16), default="open")
    round: Mapped[int] = mapped_column(default=1)
    due_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # when the answer of this round is due
    contest_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # until when there may be a second round
    accepted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    resolved_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    resolution: Mapped[str] = mapped_column(String(1000), default="")


class AppealStep(Base):
    """Who did what about an appeal, and when. Rows are only added."""

    __tablename__ = "appeal_steps"
    __table_args__ = (Index("ix_appeal_steps_appeal", "appeal_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    what: Mapped[str] = mapped_column(String(16))  # filed | answered | accepted | contested | decided
    outcome: Mapped[str] = mapped_column(String(16), default="")  # of an answer: upheld | partly | rejected
    text: Mapped[str] = mapped_column(String(1000), default="")
    before: Mapped[str | None] = mapped_column(String(16))  # the verdict that was changed, and what it became
    after: Mapped[str | None] = mapped_column(String(16))
    after_credit: Mapped[float | None] = mapped_column()
    score_before: Mapped[float | None] = mapped_column()
    score_after: Mapped[float | None] = mapped_column()
    month: Mapped[str] = mapped_column(String(7), default="")  # the frozen month that waits for a correction
