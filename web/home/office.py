"""The home of QA: what waits, what is stuck, what one has done today. Each number equals the list behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.kit.access import visible
from web.kit.login import Viewer
from web.kit.recording_line import columns_of, with_people
from web.models import Recording, RecordingState, SetAside, SignOff
from web.review import worklist
from web.review.work_filter import WorkFilter

MOST_SIGNED = 500  # of a day: more than anybody signs
LATEST = (
    5_000  # sign-offs of everybody among which today's are looked for: without an index the whole table would be read
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Numbers beside those of the menu: the work list's tabs, and what is stuck."""

    tabs: Mapping[str, int]
    aside: int  # files and rows that a step of the worker could not do
    without_standard: int  # recordings that nobody can judge yet


@dataclass(frozen=True, slots=True)
class Signed:
    """A recording that the viewer signed today."""

    id: int
    technician: str
    order_no: str
    recorded_at: dt.datetime
    score: float | None
    at: dt.datetime


def waiting(session: Session, viewer: Viewer) -> Waiting:
    """Four queries."""
    aside = select(func.count()).select_from(SetAside).scalar_subquery()
    bare = visible(
        select(func.count()).select_from(Recording).where(Recording.state == RecordingState.NEEDS_DATA), viewer
    )
    row = session.execute(
        select(
            aside,
            bare.scalar_subquery(),
        )
    ).one()
    return Waiting(worklist.counts(session, viewer, WorkFilter()), *row)


def signed_today(session: Session, viewer: Viewer, today: dt.date, zone: ZoneInfo) -> tuple[Signed, ...]:
    """What the viewer signed since midnight and nobody took back, the latest first."""
    midnight = dt.datetime.combine(today, dt.time.min, zone)
    oldest = select(func.coalesce(func.max(SignOff.id), 0) - LATEST).scalar_subquery()
    statement = (
        with_people(select(*columns_of(Signed, score=SignOff.score, at=SignOff.at)).select_from(Recording))
        .join(SignOff, SignOff.recording_id == Recording.id)
        .where(SignOff.id > oldest, SignOff.user_id == viewer.id, SignOff.at >= midnight, SignOff.reopened_at.is_(None))
        .order_by(SignOff.at.desc(), SignOff.id.desc())
        .limit(MOST_SIGNED)
    )
    return tuple(Signed(**row._asdict()) for row in session.execute(visible(statement, viewer)))
