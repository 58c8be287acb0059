"""What was said and how it was judged, as the page of a recording shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from web.intake.analysis import Dropped, Fact, Keyword, Span, StoredAnalysis, newest_hearing
from web.intake.private import hide
from web.intake.seen import seen_by
from web.kit.access import reads_private, told_decided
from web.kit.login import Viewer
from web.masking import secrets_in
from web.masking.find import covered
from web.models import AnalysisDocument, Verdict
from web.models.vocabulary import Role
from web.recordings.figures import Figure, figures
from web.recordings.turns import Edit, LaneMark, ShownTurn, evidence, marks, standings, turns

WITHDRAWN = ("overruled", "suspicion")  # tones of what counts against nobody


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
    viewer: Viewer,
    recording_id: int,
    analysis_id: int,
    edits: Mapping[int, Edit],
    roles: Mapping[str, str],
) -> ShownConversation:
    """The words of the newest hearing with people's corrections and `roles` of speakers, judged by the analysis.

    All of it as this viewer may see it (`web.intake.seen`).
    """
    base = newest_hearing(recording_id).scalar_subquery()
    statement = select(AnalysisDocument.analysis_id, AnalysisDocument.body).where(
        or_(AnalysisDocument.analysis_id == analysis_id, AnalysisDocument.analysis_id == base)
    )
    bodies: dict[int, dict[str, Any]] = dict(session.execute(statement).all())
    if not reads_private(viewer):
        edits = _discreet(edits, bodies[min(bodies)])
    documents = {
        number: StoredAnalysis(seen_by(session, viewer, recording_id, body), f"analysis {number}")
        for number, body in bodies.items()
    }
    current, original = documents[analysis_id], documents[min(documents)]
    finals = {
        item: (final, human is not None, credit)
        for item, final, human, credit in session.execute(
            select(Verdict.item_id, Verdict.final, Verdict.human, Verdict.final_credit).where(
                Verdict.recording_id == recording_id
            )
        )
    }
    judgement, hearing = current.judgement, current.hearing
    hits = evidence(judgement.items, standings(judgement.items, finals))
    if told_decided(viewer):
        hits = [hit for hit in hits if hit.tone not in WITHDRAWN]
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


def _discreet(edits: Mapping[int, Edit], document: Mapping[str, Any]) -> dict[int, Edit]:
    """Corrections without private words: read among the lines around them, as the talk now stands."""
    talk = [
        (
            edit.text if (edit := edits.get(number)) and edit.text is not None else str(said.get("text", "")),
            said.get("role") == Role.TECHNICIAN,
        )
        for number, said in enumerate(document.get("transcript") or [])
    ]
    masked = [covered(text, places) for (text, _), places in zip(talk, secrets_in(talk), strict=True)]
    return {
        number: edit
        if edit.text is None
        else replace(edit, text=masked[number] if number < len(masked) else hide(edit.text))
        for number, edit in edits.items()
    }
