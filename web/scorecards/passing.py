"""How many recordings pass: the share with the pass mark of their standard on their day, or more."""

from __future__ import annotations

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from web.figures.intervals import Estimate, rate
from web.kit.policies import marks_in
from web.models import Recording, Technician
from web.summaries.judged import asked_for
from web.summaries.query import ScorecardQuery


def passing(
    session: Session, query: ScorecardQuery, *, technician_id: int | None = None, team_id: int | None = None
) -> Estimate | None:
    """The share that passes of the recordings with a score and a mark: of one person, of a team, or of everybody.

    None where no standard has a mark in the period; then nothing is asked.
    """
    marks = marks_in(query.span.period.first, query.span.period.last)
    if not marks:
        return None
    marked = [
        (and_(Recording.standard_id == m.standard_id, Recording.recorded_on.between(m.first, m.last)), m.mark)
        for m in marks
    ]
    least = case(*marked, else_=None)
    counted = select(func.count(least), func.sum(case((Recording.score >= least, 1), else_=0)))
    counted = counted.where(asked_for(query), Recording.score.is_not(None))
    if technician_id is not None:
        counted = counted.where(Recording.technician_id == technician_id)
    elif team_id is not None:
        team = select(Technician.id).where(Technician.team_id == team_id)
        counted = counted.where(Recording.technician_id.in_(team))
    whole, hits = session.execute(counted).one()
    return rate(int(hits or 0), int(whole or 0))
