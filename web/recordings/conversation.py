"""What was said and how it was judged, as the page of a recording shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from web.intake.analysis import Dropped, Fact, Keyword, Span, StoredAnalysis, newest_hearing
from web.models import AnalysisDocument, Verdict
from web.recordings.figures import Figure, figures
from web.recordings.turns import Edit, LaneMark, ShownTurn, evidence, marks, standings, turns


@dataclass(frozen=True, slots=True)
class ShownConversation:
    """Empty where the machine is not done. `documents`: the analyses that were read for it, by id."""

    turns: tuple[ShownTurn, ...] = ()
    marks: tuple[LaneMark, ...] = ()
    unheard: tuple[Span, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    figures: tuple[Figure, ...] = ()
    keywords: tuple[Keyword, ...] = ()
    warnings: tuple[str, ...] = ()
    documents: Mapping[int, StoredAnalysis] = field(default_factory=dict)


def conversation(
    session: Session,
    recording_id: int,
    analysis_id: int,
    edits: Mapping[int, Edit],
    roles: Mapping[str, str],
) -> ShownConversation:
    """The words of the newest hearing with people's corrections and `roles` of speakers, judged by the analysis."""
    base = newest_hearing(recording_id).scalar_subquery()
    statement = select(AnalysisDocument.analysis_id, AnalysisDocument.body).where(
        or_(AnalysisDocument.analysis_id == analysis_id, AnalysisDocument.analysis_id == base)
    )
    documents = {number: StoredAnalysis(body, f"analysis {number}") for number, body in session.execute(statement)}
    current, original = documents[analysis_id], documents[min(documents)]
    finals = {
        item: (final, human is not None)
        for item, final, human in session.execute(
            select(Verdict.item_id, Verdict.final, Verdict.human).where(Verdict.recording_id == recording_id)
        )
    }
    judgement, hearing = current.judgement, current.hearing
    hits = evidence(judgement.items, standings(judgement.items, finals))
    return ShownConversation(
        turns=tuple(turns(original.hearing.transcript, hearing.transcript, edits, roles, hits)),
        marks=tuple(marks(hits)),
        unheard=hearing.unheard,
        dropped=hearing.dropped,
        facts=judgement.facts,
        figures=figures(judgement.figures),
        keywords=judgement.figures.keywords,
        warnings=(*hearing.warnings, *judgement.warnings),
        documents=documents,
    )
