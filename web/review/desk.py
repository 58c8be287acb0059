"""The desk of a reviewer: which recordings are his to review, and today's share of them.

A recording is a reviewer's once it was given to him or he took it, until it is signed or given back. What a share draws is
his for that day only, unless he has begun it: nobody has to tidy up after a colleague who went home.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from web.kit import audit
from web.kit.access import visible
from web.kit.counts import counted
from web.kit.login import Viewer
from web.kit.site import site, today
from web.models import Recording, RecordingState, ReviewState, SignOff, TeamReviewer, Technician, User

WAITING = (ReviewState.OPEN, ReviewState.STARTED)


@dataclass(frozen=True, slots=True)
class Share:
    """Of today: how many the reviewer has signed, how many a day's share is, how many lie on his desk."""

    done: int
    size: int
    waiting: int

    @property
    def missing(self) -> int:
        """How many are still to be drawn."""
        return max(0, self.size - self.done - self.waiting)


def held(day: dt.date) -> ColumnElement[bool]:
    """Whether the recording is somebody's on that day."""
    for_keeps = or_(
        Recording.reserved_on.is_(None), Recording.reserved_on >= day, Recording.review_state == ReviewState.STARTED
    )
    return and_(Recording.reviewer_id.is_not(None), for_keeps)


def whose() -> dict[str, Any]:
    """Columns of a recording: the name and the id of who has it on his desk today, "" and None where nobody has."""
    holder = case((held(today()), Recording.reviewer_id))
    name = select(User.name).where(User.id == holder).correlate(Recording).scalar_subquery()
    return {"reviewer": func.coalesce(name, ""), "reviewer_id": holder}


def held_by_another(viewer: Viewer, day: dt.date) -> ColumnElement[bool]:
    return and_(held(day), Recording.reviewer_id != viewer.id)


def waiting(viewer: Viewer) -> Select[Any]:
    """The ids of all recordings that wait for a review and the viewer may see."""
    statement = select(Recording.id).where(
        Recording.review_state.in_(WAITING), Recording.state == RecordingState.JUDGED
    )
    return visible(statement, viewer)


@counted("review.work_list", name="review.mine", queue="mine")
def mine(viewer: Viewer) -> Select[Any]:
    """Those on the viewer's desk: what was given to him first, then the random sample by its age, then by risk."""
    return waiting(viewer).where(held(today()), Recording.reviewer_id == viewer.id)


def share(session: Session, viewer: Viewer) -> Share:
    """How today goes; one query."""
    midnight = dt.datetime.combine(today(), dt.time.min, site().zone)
    done = select(func.count(SignOff.recording_id.distinct())).where(
        SignOff.user_id == viewer.id, SignOff.at >= midnight, SignOff.reopened_at.is_(None)
    )
    on_desk = select(func.count()).select_from(mine(viewer).subquery())
    row = session.execute(select(done.scalar_subquery(), on_desk.scalar_subquery())).one()
    return Share(row[0], site().web.daily_share, row[1])


def draw(session: Session, viewer: Viewer) -> int:
    """Fill the viewer's desk up to today's share, in the writing transaction; return how many came.

    His own teams' recordings come first, then the random sample, the oldest first, then the riskiest. None that is
    somebody's, begun, or of a team that another reviews.
    """
    missing, day, drawn = share(session, viewer).missing, today(), 0
    for source in _sources(viewer, day):
        if drawn == missing:
            break
        ids = list(session.scalars(source.limit(missing - drawn)))
        session.execute(
            update(Recording).where(Recording.id.in_(ids)).values(reviewer_id=viewer.id, reserved_on=day),
            execution_options={"synchronize_session": False},
        )
        drawn += len(ids)
    if drawn:
        audit.record(session, "share-drawn", "recordings", "", count=drawn)
    return drawn


def _sources(viewer: Viewer, day: dt.date) -> Iterator[Select[Any]]:
    free = waiting(viewer).where(
        Recording.review_state == ReviewState.OPEN, or_(Recording.reviewer_id.is_(None), Recording.reserved_on < day)
    )
    by_risk = (Recording.risk.desc(), Recording.id.desc())
    teams = select(Technician.id).join(TeamReviewer, TeamReviewer.team_id == Technician.team_id)
    mine_by_team = Recording.technician_id.in_(teams.where(TeamReviewer.user_id == viewer.id))
    others = Recording.technician_id.in_(teams.where(TeamReviewer.user_id != viewer.id))
    yield free.where(mine_by_team).order_by(*by_risk)
    free = free.where(or_(Recording.technician_id.is_(None), ~others))
    yield free.where(Recording.sampled.is_(True)).order_by(Recording.recorded_at, Recording.id)
    yield free.order_by(*by_risk)
