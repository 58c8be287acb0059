"""What a reviewer is shown of a model's proposals, and when: never before he has answered where that would spoil a measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.models import Opinion, OpinionRun


@dataclass(frozen=True, slots=True)
class Said:
    """A quotation as the panel's evidence button takes it: seconds, words, and nothing that they are compared with."""

    start_s: float
    end_s: float
    quote: str
    similarity: float = 1.0
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A model's proposal on one clause: met | missed."""

    verdict: str
    why: str
    model: str
    quotes: tuple[Said, ...]
    withheld: int


def suggestions(session: Session, recording_id: int, analysis_id: int) -> Mapping[str, Suggestion]:
    """The proposals on the words of this analysis, by clause; one query."""
    rows = session.execute(
        select(Opinion, OpinionRun.withheld)
        .join(OpinionRun, OpinionRun.recording_id == Opinion.recording_id)
        .where(Opinion.recording_id == recording_id, Opinion.analysis_id == analysis_id)
    )
    return {row.item_id: _of(row, withheld) for row, withheld in rows}


def _of(row: Opinion, withheld: int) -> Suggestion:
    return Suggestion(row.verdict, row.why, row.model, tuple(_said(one) for one in row.quotes), withheld)


def _said(one: Mapping[str, Any]) -> Said:
    return Said(float(one["start_s"]), float(one["end_s"]), str(one["text"]))
