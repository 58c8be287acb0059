"""What was said and how it was judged, as the page of a recording shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from web.intake.analysis import newest_hearing
from web.models import AnalysisDocument, Verdict
from web.recordings.figures import Figure, figures
from web.recordings.turns import Edit, LaneMark, Turn, evidence, marks, standings, turns


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of time that was dropped or not heard, with what is known of it."""

    start_s: float
    end_s: float
    text: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact about the job: whether it holds, who says so, and where it was heard."""

    name: str
    value: bool
    given: bool
    at_s: float | None
    quote: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """Empty where the machine is not done. `keywords`: word, count, first second."""

    turns: tuple[Turn, ...] = ()
    marks: tuple[LaneMark, ...] = ()
    unheard: tuple[Piece, ...] = ()
    dropped: tuple[Piece, ...] = ()
    facts: tuple[Fact, ...] = ()
    figures: tuple[Figure, ...] = ()
    keywords: tuple[tuple[str, int, float], ...] = ()
    warnings: tuple[str, ...] = ()


def conversation(
    session: Session,
    recording_id: int,
    analysis_id: int,
    edits: Mapping[int, Edit],
    roles: Mapping[str, str],
) -> Conversation:
    """The words of the newest hearing with people's corrections and `roles` of speakers, judged by the analysis."""
    base = newest_hearing(recording_id).scalar_subquery()
    statement = select(AnalysisDocument.analysis_id, AnalysisDocument.body).where(
        or_(AnalysisDocument.analysis_id == analysis_id, AnalysisDocument.analysis_id == base)
    )
    documents: dict[int, Any] = dict(session.execute(statement).all())
    judged, heard = documents[analysis_id], documents[min(documents)]
    finals = {
        item: (final, human is not None)
        for item, final, human in session.execute(
            select(Verdict.item_id, Verdict.final, Verdict.human).where(Verdict.recording_id == recording_id)
        )
    }
    hits = evidence(judged["items"], standings(judged["items"], finals))
    numbers = judged.get("figures") or {}
    return Conversation(
        turns=tuple(turns(heard["transcript"], judged["transcript"], edits, roles, hits)),
        marks=tuple(marks(hits)),
        unheard=tuple(Piece(a, b) for a, b in judged.get("unheard", ())),
        dropped=tuple(Piece(d["start_s"], d["end_s"], d["text"], d["reason"]) for d in judged["dropped"]),
        facts=tuple(
            Fact(
                name,
                fact["value"],
                fact["from"] == "given",
                fact["hits"][0]["start_s"] if fact.get("hits") else None,
                fact["hits"][0]["quote"] if fact.get("hits") else "",
            )
            for name, fact in judged["facts"].items()
        ),
        figures=figures(numbers),
        keywords=tuple((k["word"], k["count"], k["first_s"]) for k in numbers.get("keywords", ())),
        warnings=tuple(judged.get("warnings", ())),
    )
