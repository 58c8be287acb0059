"""Recordings that wait for data: nobody has said yet which standard holds. Saying so queues them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web import queue
from web.intake import receive
from web.intake.details import Details, stated
from web.intake.receive import RefusedError
from web.kit import audit
from web.kit.site import Site
from web.models import JobKind, Recording, RecordingState, Technician, User, WorkOrder

MOST = 100


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A recording without a standard, as the table shows it."""

    id: int
    name: str
    size_bytes: int
    uploaded_at: datetime
    uploaded_by: str
    staff_no: str
    order_no: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """The newest of them, and how many there are."""

    lines: tuple[WaitingLine, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Given:
    """What became of the answers: how many were queued, and what was wrong with the others (id → sentence)."""

    queued: int
    wrong: Mapping[int, str]


def waiting(session: Session) -> Waiting:
    """Return the recordings that wait for data, the newest first."""
    condition = (Recording.state == RecordingState.NEEDS_DATA, Recording.deleted_at.is_(None))
    total = session.scalar(select(func.count()).select_from(Recording).where(*condition)) or 0
    rows = session.execute(
        select(Recording, User.name, Technician.staff_no, WorkOrder.order_no)
        .outerjoin(User, User.id == Recording.uploaded_by_id)
        .outerjoin(Technician, Technician.id == Recording.technician_id)
        .outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id)
        .where(*condition)
        .order_by(Recording.id.desc())
        .limit(MOST)
    )
    lines = tuple(
        WaitingLine(
            r.id,
            r.original_name,
            r.size_bytes,
            r.uploaded_at,
            user or "",
            staff_no or "",
            order_no or "",
            r.recorded_at,
        )
        for r, user, staff_no, order_no in rows
    )
    return Waiting(lines, total)


def give(here: Site, answers: Mapping[int, Details], user_id: int) -> Given:
    """Put what was said into the recordings and queue those that now have a standard.

    A recording that somebody else has dealt with meanwhile is left as it is.
    """
    wrong: dict[int, str] = {}
    queued = 0
    for recording_id, details in answers.items():
        try:
            receive.check_details(here.db, details, here)
        except RefusedError as error:
            wrong[recording_id] = f"{error.message}，{error.advice}"
            continue
        with here.db.writing() as session:
            row = session.get(Recording, recording_id)
            if row is None or row.deleted_at is not None or row.state is not RecordingState.NEEDS_DATA:
                continue
            values = stated(session, row, details, here.zone)
            for name, value in values.items():
                setattr(row, name, value)
            if not values and details.standard_id is None:
                continue
            row.revision += 1
            if row.standard_id is not None:
                queue.enqueue(session, row.id, JobKind.HEAR, user_id=user_id)
                queued += 1
            audit.record(session, "recording.details", "recording", row.id, fields=list(values))
    return Given(queued, wrong)
