"""What the staff and order pages show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from web.kit.paging import Paging, paging
from web.models import Recording, Team, Technician, WorkOrder


@dataclass(frozen=True, slots=True)
class StaffLine:
    """A technician with the number of his recordings."""

    id: int
    staff_no: str
    name: str
    team: str
    active: bool
    example_consent: bool
    recordings: int


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A work order with the number of its recordings."""

    id: int
    order_no: str
    staff_no: str
    technician: str
    job_kind: str
    address_note: str
    appointment_at: datetime | None
    finished_at: datetime | None
    facts: dict[str, bool]
    recordings: int


@dataclass(frozen=True, slots=True)
class OrderPage:
    """A page of work orders, newest appointment first."""

    lines: tuple[OrderLine, ...]
    paging: Paging


def staff(session: Session, team: str = "", text: str = "") -> tuple[StaffLine, ...]:
    """Return technicians by team and number, those who left last."""
    count = (
        select(func.count())
        .where(Recording.technician_id == Technician.id, Recording.deleted_at.is_(None))
        .scalar_subquery()  # one look into an index for each person; a join would go through the whole table
    )
    statement = (
        select(Technician, Team.name, count)
        .outerjoin(Team, Team.id == Technician.team_id)
        .order_by(Technician.active.desc(), Team.name.nulls_first(), Technician.staff_no)
    )
    if team:
        statement = statement.where(Team.name == team)
    if text:
        statement = statement.where(
            or_(Technician.name.contains(text, autoescape=True), Technician.staff_no.contains(text, autoescape=True))
        )
    return tuple(
        StaffLine(t.id, t.staff_no, t.name, name or "", t.active, t.example_consent, n)
        for t, name, n in session.execute(statement)
    )


def teams(session: Session) -> tuple[str, ...]:
    return tuple(session.scalars(select(Team.name).order_by(Team.name)))


def team_of(session: Session, technician: Technician) -> str:
    return session.scalar(select(Team.name).where(Team.id == technician.team_id)) or ""


def choosable(session: Session, chosen: str = "") -> dict[str, str]:
    """What is shown by staff number: of those who work here, and of the one already chosen."""
    rows = session.execute(
        select(Technician.staff_no, Technician.name)
        .outerjoin(Team, Team.id == Technician.team_id)
        .where(or_(Technician.active, Technician.staff_no == chosen))
        .order_by(Technician.active.desc(), Team.name.nulls_first(), Technician.staff_no)
    )
    return {staff_no: f"{staff_no} {name}" for staff_no, name in rows}


def orders(session: Session, *, wanted: int, text: str = "", technician_id: int | None = None) -> OrderPage:
    statement: Any = select(WorkOrder.id)
    if text:
        statement = statement.where(
            or_(
                WorkOrder.order_no.contains(text, autoescape=True),
                WorkOrder.address_note.contains(text, autoescape=True),
            )
        )
    if technician_id is not None:
        statement = statement.where(WorkOrder.technician_id == technician_id)
    total = session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    place = paging(wanted, total)
    ids = session.scalars(statement.order_by(WorkOrder.id.desc()).limit(place.size).offset(place.offset)).all()
    counts = dict(
        session.execute(
            select(Recording.work_order_id, func.count())
            .where(Recording.work_order_id.in_(ids), Recording.deleted_at.is_(None))
            .group_by(Recording.work_order_id)
        ).all()
    )
    rows = session.execute(
        select(WorkOrder, Technician.staff_no, Technician.name)
        .outerjoin(Technician, Technician.id == WorkOrder.technician_id)
        .where(WorkOrder.id.in_(ids))
        .order_by(WorkOrder.id.desc())
    )
    lines = tuple(
        OrderLine(
            o.id,
            o.order_no,
            staff_no or "",
            name or "",
            o.job_kind,
            o.address_note,
            o.appointment_at,
            o.finished_at,
            dict(o.facts or {}),
            counts.get(o.id, 0),
        )
        for o, staff_no, name in rows
    )
    return OrderPage(lines, place)
