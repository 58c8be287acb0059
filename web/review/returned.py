"""What came back: recordings whose signature was taken back, and verdicts that technicians contest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from web.kit.access import visible
from web.kit.login import Viewer
from web.models import Appeal, Recording, ReviewState, SignOff, Technician, User, WorkOrder
from web.review.asked import Asked

MOST_RETURNED = 200


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """A recording that came back: reopened (`appeal_id` is None) or contested, with the words."""

    recording_id: int
    appeal_id: int | None
    item_id: str
    at: datetime
    by: str
    text: str
    name: str
    technician: str
    order_no: str
    standard_id: str
    score: float | None


def _contested(viewer: Viewer, asked: Asked) -> Select[Any]:
    statement: Any = (
        select(Appeal.id, Recording.id)
        .join(Recording, Recording.id == Appeal.recording_id)
        .where(Appeal.state == "open")
    )
    return asked.narrow(visible(statement, viewer))


def _reopened(viewer: Viewer, asked: Asked) -> Select[Any]:
    newest = (
        select(func.max(SignOff.id)).where(SignOff.recording_id == Recording.id).correlate(Recording).scalar_subquery()
    )
    statement: Any = (
        select(SignOff.id, Recording.id)
        .join(Recording, Recording.id == SignOff.recording_id)
        .where(SignOff.id == newest, Recording.review_state == ReviewState.STARTED)
    )
    return asked.narrow(visible(statement, viewer))


def count_returned(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many lines `returned_lines` gives."""
    both = [_contested(viewer, asked).limit(MOST_RETURNED), _reopened(viewer, asked).limit(MOST_RETURNED)]
    counts = [select(func.count()).select_from(one.subquery()).scalar_subquery() for one in both]
    return session.scalar(select(counts[0] + counts[1])) or 0


def returned_lines(session: Session, viewer: Viewer, asked: Asked) -> tuple[ReturnedLine, ...]:
    """Return what came back, the oldest first, at most `MOST_RETURNED` of a kind."""
    about = (Recording, Technician.name, WorkOrder.order_no)
    contested = (
        _contested(viewer, asked)
        .with_only_columns(Appeal, User.name, *about)
        .join(User, User.id == Appeal.user_id)
        .order_by(Appeal.id)
    )
    reopened = (
        _reopened(viewer, asked)
        .with_only_columns(SignOff, User.name, *about)
        .outerjoin(User, User.id == SignOff.reopened_by_id)
        .order_by(SignOff.id)
    )
    lines = []
    for statement in (contested, reopened):
        told = (
            statement.outerjoin(Technician, Technician.id == Recording.technician_id)
            .outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id)
            .limit(MOST_RETURNED)
        )
        for row, by, r, technician, order_no in session.execute(told):
            is_appeal = isinstance(row, Appeal)
            lines.append(
                ReturnedLine(
                    r.id,
                    row.id if is_appeal else None,
                    row.item_id if is_appeal else "",
                    row.at if is_appeal else row.reopened_at or row.at,
                    by or "",
                    row.text if is_appeal else row.reopen_reason,
                    r.original_name,
                    technician or "",
                    order_no or "",
                    r.standard_id or "",
                    r.score,
                )
            )
    return tuple(sorted(lines, key=lambda line: line.at))
