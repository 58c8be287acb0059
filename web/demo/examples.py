"""The clips that the demo's manager keeps to be heard: a good example of each of a few clauses, and forbidden words to work on.

Kept by the scorecards' own function, from signed recordings that have sound: the newest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.kit.login import viewer_of
from web.models import Recording, ReviewState, Technician, User, Verdict
from web.models.vocabulary import How, Kind, VerdictWord
from web.scorecards.clips import ClipValues, add

GOOD, TO_WORK_ON = 8, 6
LONGEST_S = 15.0


def keep(session: Session) -> int:
    """Keep the clips; return how many there are. Kept once, a clip stays as it is."""
    manager = viewer_of(session.scalars(select(User).where(User.username == "manager")).one())
    good: dict[str, tuple[int, ClipValues]] = {}
    for row in _heard(session, Kind.REQUIRED, VerdictWord.MET):
        clip = _clip(row.item_id, row.evidence, good=True)
        if row.example_consent and row.final_credit == 1.0 and clip is not None:
            good.setdefault(row.item_id, (row.id, clip))
    bad = [
        (row.id, _clip(row.item_id, row.evidence, good=False))
        for row in _heard(session, Kind.FORBIDDEN, VerdictWord.MISSED)
    ]
    chosen = [*list(good.values())[:GOOD], *[(i, clip) for i, clip in bad if clip is not None][:TO_WORK_ON]]
    return sum(add(session, manager, recording_id, clip) for recording_id, clip in chosen)


def _heard(session: Session, kind: Kind, final: VerdictWord) -> Sequence[Any]:
    """Verdicts of the archive that rest on words which can be heard, the newest recordings first."""
    statement = (
        select(Recording.id, Verdict.item_id, Verdict.evidence, Verdict.final_credit, Technician.example_consent)
        .join(Verdict, Verdict.recording_id == Recording.id)
        .join(Technician, Technician.id == Recording.technician_id)
        .where(
            Recording.source == "demo",
            Recording.stored_key != "",
            Recording.deleted_at.is_(None),
            Recording.review_state == ReviewState.SIGNED,
            Verdict.kind == kind.value,
            Verdict.how == How.RULE.value,
            Verdict.final == final.value,
        )
        .order_by(Recording.recorded_at.desc(), Recording.id, Verdict.position)
    )
    return session.execute(statement).all()


def _clip(item_id: str, evidence: Sequence[dict[str, Any]], *, good: bool) -> ClipValues | None:
    """From the first words that count to the last, none where they lie far apart."""
    hits = [hit for hit in evidence if not hit.get("suspicion")]
    if not hits:
        return None
    start_s, end_s = min(hit["start_s"] for hit in hits), max(hit["end_s"] for hit in hits)
    if not start_s < end_s <= start_s + LONGEST_S:
        return None
    return ClipValues(item_id, start_s, end_s, "".join(hit["quote"] for hit in hits)[:500], good)
