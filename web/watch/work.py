"""How the work goes: what waits and runs, and since when. Both /metrics and the system page tell it from here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.models import Job, JobKind, JobState
from web.queue import ACTIVE


@dataclass(frozen=True, slots=True)
class Line:
    """The jobs of one kind in one state; `since` the oldest was asked for, None where there is none."""

    kind: JobKind
    state: JobState
    count: int = 0
    since: datetime | None = None


def lines(session: Session) -> tuple[Line, ...]:
    """Every kind in every state that is not over."""
    found = session.execute(
        select(Job.kind, Job.state, func.count(), func.min(Job.created_at))
        .where(Job.state.in_(ACTIVE))
        .group_by(Job.kind, Job.state)
    )
    known = {(kind, state): Line(kind, state, count, since) for kind, state, count, since in found}
    return tuple(known.get((kind, state), Line(kind, state)) for kind in JobKind for state in ACTIVE)
