"""What a local language model proposed where only a person may judge. No verdict, and no score, rests on it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from web.db import UtcDateTime, now
from web.models.base import Base


class OpinionRun(Base):
    """How far a recording has been put to the model. `state`: asking (until `until`) | done | failed.

    `analysis_id` names the analysis whose words were sent: another one is asked about anew. `withheld`: lines that were
    kept from the model because they speak to it.
    """

    __tablename__ = "opinion_runs"

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    analysis_id: Mapped[int] = mapped_column(ForeignKey("analyses.id"))
    state: Mapped[str] = mapped_column(String(16))
    tries: Mapped[int] = mapped_column(default=0)
    until: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    model: Mapped[str] = mapped_column(String(128), default="")
    failure: Mapped[str] = mapped_column(String(200), default="")
    withheld: Mapped[int] = mapped_column(default=0)


class Opinion(Base):
    """A proposal on one person item, met | missed, with the words that it rests on.

    `quotes`: [{line, start_s, end_s, text}], each found in the transcript that was sent.
    """

    __tablename__ = "opinions"

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    analysis_id: Mapped[int] = mapped_column(ForeignKey("analyses.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    model: Mapped[str] = mapped_column(String(128), default="")
    verdict: Mapped[str] = mapped_column(String(16))
    why: Mapped[str] = mapped_column(String(300), default="")
    quotes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
