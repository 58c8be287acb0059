"""What the machine said: every analysis is kept, the verdicts of the current one as rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from web.db import Document, UtcDateTime, now
from web.models.base import Base


class Analysis(Base):
    """One result of the machine. Rows are only added; `Recording.analysis_id` names the current one."""

    __tablename__ = "analyses"
    __table_args__ = (UniqueConstraint("recording_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"))
    number: Mapped[int] = mapped_column()  # 1, 2, … within the recording
    origin: Mapped[str] = mapped_column(String(16))  # heard | rescored | imported
    cause: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    standard_id: Mapped[str] = mapped_column(String(64))
    standard_version: Mapped[str] = mapped_column(String(32))
    standard_digest: Mapped[str] = mapped_column(String(80))
    engine: Mapped[str] = mapped_column(String(64), default="")
    model: Mapped[str] = mapped_column(String(64), default="")
    score: Mapped[float | None] = mapped_column()


class AnalysisDocument(Base):
    """The whole Analysis JSON (schema 1), apart from `Analysis` so that lists never load it."""

    __tablename__ = "analysis_documents"

    analysis_id: Mapped[int] = mapped_column(ForeignKey("analyses.id"), primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(Document)


class Verdict(Base):
    """The current verdict on one clause: the machine's and, beside it, the person's.

    `final` = the person's where there is one, else the machine's; so with `final_credit`. Person and link items have
    no machine verdict; of a person item people may also say NOT_SEEN. `evidence` = the hits [{start_s, end_s, role,
    quote, similarity, suspicion}], at most 20.
    """

    __tablename__ = "verdicts"
    __table_args__ = (
        Index("ix_verdicts_item", "standard_id", "item_id", "final", "recording_id"),
        Index("ix_verdicts_forbidden", "kind", "final", "recording_id"),
        Index(
            "ix_verdicts_link_open",
            "recording_id",
            sqlite_where=text("how = 'link' AND machine IS NULL"),
            postgresql_where=text("how = 'link' AND machine IS NULL"),
        ),
    )

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    analysis_id: Mapped[int] = mapped_column(ForeignKey("analyses.id"))
    standard_id: Mapped[str] = mapped_column(String(64))
    position: Mapped[int] = mapped_column()  # order within the standard
    kind: Mapped[str] = mapped_column(String(16))  # required | forbidden
    how: Mapped[str] = mapped_column(String(16))  # rule | link | person
    weight: Mapped[float] = mapped_column(default=1.0)
    machine: Mapped[str | None] = mapped_column(String(16))
    machine_credit: Mapped[float | None] = mapped_column()
    human: Mapped[str | None] = mapped_column(String(16))
    rests_on: Mapped[str] = mapped_column(
        String(16), default="nothing"
    )  # the machine's: the least sure of its evidence
    human_credit: Mapped[float | None] = mapped_column()
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id", use_alter=True))
    final: Mapped[str | None] = mapped_column(String(16))
    final_credit: Mapped[float | None] = mapped_column()
    suspicion: Mapped[bool] = mapped_column(default=False)
    optional: Mapped[bool] = mapped_column(default=False, server_default=false())  # nobody has to answer it
    hit_count: Mapped[int] = mapped_column(default=0)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class RecordingFigures(Base):
    """Figures beside the verdicts that are compared between people; None where the recording cannot give one."""

    __tablename__ = "recording_figures"

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    talk_share: Mapped[float | None] = mapped_column()  # of the technician, 0..1
    syllables_per_minute: Mapped[float | None] = mapped_column()  # of the technician
    interruptions: Mapped[int | None] = mapped_column()  # of the customer by the technician
    silence_share: Mapped[float | None] = mapped_column()  # 0..1, between first and last voice


class CustomerWord(Base):
    """A keyword of the customer's turns in one recording, for what customers talk about."""

    __tablename__ = "customer_words"
    __table_args__ = (Index("ix_customer_words_word", "word", "recording_id"),)

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    word: Mapped[str] = mapped_column(String(32), primary_key=True)
    count: Mapped[int] = mapped_column()
    first_s: Mapped[float] = mapped_column()
