"""What came back: recordings whose signature was taken back, and verdicts that technicians contest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from web.kit.access import visible
from web.kit.login import Viewer
from web.kit.recording_line import columns_of, with_people
from web.models import Appeal, Recording, ReviewState, SignOff, User
from web.review.work_filter import WorkFilter
from web.summaries.judged import included

MOST_RETURNED = 200


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """A recording that came back: reopened (`appeal_id` is None) or contested, with the words."""

    recording_id: int
    name: str
    technician: str
    order_no: str
    standard_id: str
    score: float | None
    at: datetime
    by: str
    text: str
    appeal_id: int | None = None
    item_id: str = ""


def _contested(viewer: Viewer, wanted: WorkFilter) -> Select[Any]:
    statement: Any = (
        select(Appeal.id, Recording.id)
        .select_from(Appeal)
        .join(Recording, Recording.id == Appeal.recording_id)
        .where(Appeal.state == "open")
    )
    return wanted.narrow(visible(statement, viewer))


def _reopened(viewer: Viewer, wanted: WorkFilter) -> Select[Any]:
    newest = (
        select(func.max(SignOff.id)).where(SignOff.recording_id == Recording.id).correlate(Recording).scalar_subquery()
    )
    statement: Any = (
        select(SignOff.id, Recording.id)
        .select_from(SignOff)
        .join(Recording, Recording.id == SignOff.recording_id)
        .where(SignOff.id == newest, Recording.review_state == ReviewState.STARTED, included())
    )
    return wanted.narrow(visible(statement, viewer))


def count_returned(session: Session, viewer: Viewer, wanted: WorkFilter) -> int:
    """How many lines `returned_lines` gives."""
    both = [_contested(viewer, wanted).limit(MOST_RETURNED), _reopened(viewer, wanted).limit(MOST_RETURNED)]
    counts = [select(func.count()).select_from(one.subquery()).scalar_subquery() for one in both]
    return session.scalar(select(counts[0] + counts[1])) or 0


def returned_lines(session: Session, viewer: Viewer, wanted: WorkFilter) -> tuple[ReturnedLine, ...]:
    """The oldest first, at most `MOST_RETURNED` of a kind."""
    contested = (
        _contested(viewer, wanted)
        .with_only_columns(
            *columns_of(
                ReturnedLine, appeal_id=Appeal.id, item_id=Appeal.item_id, at=Appeal.at, text=Appeal.text, by=User.name
            )
        )
        .join(User, User.id == Appeal.user_id)
        .order_by(Appeal.id)
    )
    reopened = (
        _reopened(viewer, wanted)
        .with_only_columns(
            *columns_of(
                ReturnedLine,
                at=func.coalesce(SignOff.reopened_at, SignOff.at),
                text=SignOff.reopen_reason,
                by=func.coalesce(User.name, ""),
            )
        )
        .outerjoin(User, User.id == SignOff.reopened_by_id)
        .order_by(SignOff.id)
    )
    lines = [
        ReturnedLine(**row._asdict())
        for statement in (contested, reopened)
        for row in session.execute(with_people(statement).limit(MOST_RETURNED))
    ]
    return tuple(sorted(lines, key=lambda line: line.at))
