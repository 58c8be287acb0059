"""Words to hear: the forbidden phrases that count against somebody, and chosen clips."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select, true
from sqlalchemy.orm import Session

from web.intake.private import hide
from web.kit.login import Viewer
from web.kit.sound import Silence, silence
from web.kit.standards import ItemInfo, StandardInfo
from web.models import Clip, Recording, ReviewState, Technician, Verdict
from web.models.vocabulary import VerdictWord
from web.scorecards.person import Person
from web.summaries.judged import asked_for, included
from web.summaries.query import ScorecardQuery

MOST_QUOTES, MOST_CLIPS = 20, 50
Clauses = Mapping[tuple[str, str], ItemInfo]  # by standard id and item id


@dataclass(frozen=True, slots=True)
class Quote:
    """Words to hear: from a verdict's evidence or a chosen clip. `silence`: why they cannot be (`web.kit.sound`)."""

    recording_id: int
    recorded_at: dt.datetime
    standard_id: str
    item_id: str
    clause: str
    start_s: float | None
    quote: str
    name: str = ""
    clip_id: int | None = None
    reviewed: bool = False
    end_s: float | None = None
    silence: str | None = None


def clauses_of(standards: Sequence[StandardInfo]) -> Clauses:
    return {(s.id, i.id): i for s in standards for i in s.items}


def clause_text(clauses: Clauses, standard_id: str, item_id: str) -> str:
    """The clause's words; the id of one that the standard no longer has."""
    info = clauses.get((standard_id, item_id))
    return info.text if info else item_id


def decisive_hit(evidence: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The first hit that is no mere suspicion; {} without one."""
    return next((hit for hit in evidence if not hit.get("suspicion")), {})


def forbidden_quotes(
    session: Session, viewer: Viewer, technician_id: int, query: ScorecardQuery, clauses: Clauses
) -> tuple[tuple[Quote, ...], int]:
    """The forbidden phrases that count against him in the period, newest first, and in how many recordings they were said."""
    own = (asked_for(query), Recording.technician_id == technician_id)
    recordings = select(func.count()).select_from(Recording).where(*own, Recording.forbidden_count > 0).correlate(None)
    rows = (
        session.execute(
            select(
                Recording.id,
                Recording.recorded_at,
                Recording.review_state,
                Verdict.standard_id,
                Verdict.item_id,
                Verdict.evidence,
                silence(viewer),
                recordings.scalar_subquery().label("recordings"),
            )
            .join(Verdict, Verdict.recording_id == Recording.id)
            .where(*own, Verdict.kind == "forbidden", Verdict.final == "missed")
            .order_by(Recording.recorded_at.desc(), Recording.id.desc(), Verdict.position)
            .limit(MOST_QUOTES)
        )
        .mappings()
        .all()
    )
    return tuple(forbidden_quote(row, clauses) for row in rows), rows[0]["recordings"] if rows else 0


def forbidden_quote(row: Mapping[Any, Any], clauses: Clauses, name: str = "") -> Quote:
    """The quote of a row with a recording's id, recorded_at, review_state, silence and a verdict's ids and evidence."""
    hit = decisive_hit(row["evidence"])
    return Quote(
        recording_id=row["id"],
        recorded_at=row["recorded_at"],
        standard_id=row["standard_id"],
        item_id=row["item_id"],
        clause=clause_text(clauses, row["standard_id"], row["item_id"]),
        start_s=hit.get("start_s"),
        quote=hide(hit.get("quote", "")),
        name=name,
        reviewed=row["review_state"] is ReviewState.SIGNED,
        end_s=hit.get("end_s"),
        silence=row["silence"],
    )


def acquitted() -> ColumnElement[bool]:
    """Whether a clip to work on is of a clause that is met after all: it is kept from him whom it would blame."""
    met = exists().where(
        Verdict.recording_id == Clip.recording_id,
        Verdict.item_id == Clip.item_id,
        Verdict.final == VerdictWord.MET.value,
    )
    return ~Clip.good & met.correlate(Clip)


def clip_quotes(
    session: Session, viewer: Viewer, who: Person, members: frozenset[int], clauses: Clauses, *, own_view: bool
) -> tuple[tuple[Quote, ...], tuple[Quote, ...]]:
    """Good examples (his own, and those of colleagues who consent), and his own clips to work on."""
    rows = session.execute(
        select(Clip, Technician.name, Recording.recorded_at, silence(viewer))
        .join(Technician, Technician.id == Clip.technician_id)
        .join(Recording, Recording.id == Clip.recording_id)
        .where(
            Recording.deleted_at.is_(None),
            included(),
            or_(
                Clip.technician_id == who.id,
                Clip.good & Clip.technician_id.in_(members) & Technician.example_consent,
            ),
            ~acquitted() if own_view else true(),
        )
        .order_by(Clip.id.desc())
        .limit(MOST_CLIPS)
    )
    good: list[Quote] = []
    bad: list[Quote] = []
    for clip, name, at, silent in rows:
        own = not own_view or clip.technician_id == who.id  # of a colleague's he is given the clip alone
        quote = Quote(
            recording_id=clip.recording_id,
            recorded_at=at,
            standard_id=clip.standard_id,
            item_id=clip.item_id,
            clause=clause_text(clauses, clip.standard_id, clip.item_id),
            start_s=clip.start_s,
            quote=hide(clip.quote),
            name=name if own else "",
            clip_id=clip.id,
            end_s=clip.end_s,
            silence=silent if own else None if clip.stored_key else silent or Silence.WAITS,
        )
        (good if clip.good else bad).append(quote)
    return tuple(good), tuple(bad)
