"""An Analysis document as its reader may see it: verdicts as people decided them, words without what is private.

Whoever judges (QA, administrators) sees what the machine said, whole; a technician is told what was decided, and nothing that
was taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.intake.analysis import StoredAnalysis, score, with_terms
from web.intake.private import discreet
from web.kit.access import reads_private, told_decided
from web.kit.login import Viewer
from web.models import Verdict
from web.models.vocabulary import NOT_SEEN, Kind, VerdictWord


class Stands(NamedTuple):
    """How a clause stands: the final verdict, and whether a person made it another than the machine's."""

    final: str | None
    credit: float | None
    overruled: bool


def seen_by(session: Session, viewer: Viewer, recording_id: int, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document as this viewer may see it."""
    if told_decided(viewer):
        document = as_decided(document, decided_verdicts(session, recording_id))
    return document if reads_private(viewer) else discreet(document)


def decided_verdicts(session: Session, recording_id: int) -> dict[str, Stands]:
    rows = session.execute(
        select(Verdict.item_id, Verdict.final, Verdict.final_credit, Verdict.human, Verdict.machine).where(
            Verdict.recording_id == recording_id
        )
    )
    return {
        item: Stands(final, credit, human is not None and human != machine)
        for item, final, credit, human, machine in rows
    }


def as_decided(document: Mapping[str, Any], stands: Mapping[str, Stands]) -> dict[str, Any]:
    """The document with the verdicts that hold and the score they make; what was overruled leaves neither words nor reason."""
    if not document.get("items"):
        return dict(document)
    items = [_item(item, stands[item["id"]]) if item["id"] in stands else item for item in document["items"]]
    made = {**document, "items": items}
    counted = score(StoredAnalysis(with_terms(made), "decided").judgement.items)
    return {**made, "score": {**document["score"], **asdict(counted)}}


def _item(item: Mapping[str, Any], stand: Stands) -> dict[str, Any]:
    """A clause as decided. Of words that are not forbidden after all, or were only suspected, nothing stays.

    Schema 1 knows four verdicts: what nobody saw has none, and says so beside it.
    """
    unseen = stand.final == NOT_SEEN
    made = {**item, "verdict": None if unseen else stand.final, "credit": stand.credit}
    if unseen:
        made[NOT_SEEN] = True
    acquitted = item["kind"] == Kind.FORBIDDEN.value and stand.final != VerdictWord.MISSED
    if stand.overruled:
        made |= {"reason": "", "nearest": None, "searched": []}
    if acquitted:
        made |= {"hits": [], "nearest": None}
    elif stand.overruled:
        made["hits"] = [{**hit, "suspicion": False} for hit in item.get("hits") or []]
    return made
