"""Words that reviewers counted for a clause, or against it, where the machine had not: what they quoted, or what came nearest."""

from __future__ import annotations

import re

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from web.intake.analysis import ItemResult, stored
from web.lexicon.suggestions import MOST, Heard
from web.masking import mask
from web.models import BULK, Decision, Recording, Verdict
from web.models.vocabulary import Kind, VerdictWord
from web.summaries.judged import included

QUOTED = re.compile(r"[“「『\"]([^“”「」『』\"]{2,60})[”」』\"]")


def heard_otherwise(session: Session, standard_id: str, item_id: str) -> list[Heard]:
    """The newest first, of recordings that count. Two queries. Private words are left out."""
    said = and_(Verdict.kind == Kind.REQUIRED, Verdict.final == VerdictWord.MET, Verdict.machine != VerdictWord.MET)
    banned = and_(
        Verdict.kind == Kind.FORBIDDEN, Verdict.final == VerdictWord.MISSED, Verdict.machine != VerdictWord.MISSED
    )
    chosen = (
        select(Verdict.recording_id, Decision.analysis_id, Decision.note)
        .join(Decision, Decision.id == Verdict.decision_id)
        .join(Recording, Recording.id == Verdict.recording_id)
        .where(Verdict.standard_id == standard_id, Verdict.item_id == item_id, Verdict.how == "rule", or_(said, banned))
        .where(Decision.action != BULK, Recording.deleted_at.is_(None), included())
        .order_by(Decision.id.desc())
        .limit(MOST)
    )
    rows = session.execute(chosen).all()
    results = {
        number: analysis.items.get(item_id)
        for number, analysis in stored(session, {analysis_id for _, analysis_id, _ in rows}).items()
    }
    found = []
    for recording_id, analysis_id, note in rows:
        found += _of_decision(recording_id, note, results.get(analysis_id))
    return [one for one in found if mask(one.words, technician=True) == one.words]


def _of_decision(recording_id: int, note: str, item: ItemResult | None) -> list[Heard]:
    """The words that the reason quotes; else those that the machine found nearest, or suspected."""
    near = item.nearest if item is not None else None
    element = near.element if near is not None else ""
    quoted = QUOTED.findall(note)
    if quoted:
        return [Heard(words, element, recording_id, near.start_s if near else None) for words in quoted]
    hits = [hit for hit in item.hits if hit.suspicion] if item is not None else []
    offered = hits or ([near] if near is not None else [])
    return [Heard(hit.quote, hit.element, recording_id, hit.start_s) for hit in offered]
