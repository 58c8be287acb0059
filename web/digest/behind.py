"""How many recordings stand behind a change: its list holds as many (`web.summaries.listed`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.figures.movers import Measure, Mover
from web.models import Recording
from web.summaries.judged import asked_for
from web.summaries.query import ScorecardQuery


def behind(mover: Mover, standard_id: str, said: Mapping[tuple[int, str], int]) -> int:
    """Those with a score, with forbidden phrases (`said`), or that missed the clause, by what moved."""
    if mover.measure is Measure.FORBIDDEN:
        return said.get((mover.technician_id, standard_id), 0)
    return mover.after.n if mover.measure is Measure.SCORE else mover.after.others


def recordings_said(session: Session, query: ScorecardQuery, moved: Sequence[Mover]) -> dict[tuple[int, str], int]:
    """The recordings with forbidden phrases of those whose number of them moved, by technician and standard; one query."""
    people = {m.technician_id for m in moved if m.measure is Measure.FORBIDDEN}
    if not people:
        return {}
    rows = session.execute(
        select(Recording.technician_id, Recording.standard_id, func.count())
        .where(asked_for(query), Recording.technician_id.in_(people), Recording.forbidden_count > 0)
        .group_by(Recording.technician_id, Recording.standard_id)
    )
    return {(who, standard): count for who, standard, count in rows if who is not None and standard is not None}
