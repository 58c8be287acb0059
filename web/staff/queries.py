"""What the staff and order pages show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
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
    statement = _staff().order_by(Technician.active.desc(), Team.name.nulls_first(), Technician.staff_no)
    if team:
        statement = statement.where(Team.name == team)
    if text:
        statement = statement.where(
            or_(Technician.name.contains(text, autoescape=True), Technician.staff_no.contains(text, autoescape=True))
        )
    return _staff_lines(session, statement)


def staff_behind(session: Session, last: int | None, count: int) -> tuple[StaffLine, ...]:
    """So many technicians that come behind number `last` (None: from the beginning), by number."""
    statement = _staff().where(Technician.id > (last or 0)).order_by(Technician.id).limit(count)
    return _staff_lines(session, statement)


def _staff() -> Select[Any]:
    count = (
        select(func.count())
        .where(Recording.technician_id == Technician.id, Recording.deleted_at.is_(None))
        .scalar_subquery()  # one look into an index for each person; a join would go through the whole table
    )
    return select(Technician, Team.name, count).outerjoin(Team, Team.id == Technician.team_id)


def _staff_lines(session: Session, statement: Select[Any]) -> tuple[StaffLine, ...]:
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
    return OrderPage(order_lines(session, ids), place)


def order_ids_behind(session: Session, last: int | None, count: int, technician_id: int | None = None) -> list[int]:
    """The numbers of so many work orders that come behind number `last` (None: from the beginning), newest first."""
    statement = select(WorkOrder.id).order_by(WorkOrder.id.desc()).limit(count)
    if last is not None:
        statement = statement.where(WorkOrder.id < last)
    if technician_id is not None:
        statement = statement.where(WorkOrder.technician_id == technician_id)
    return list(session.scalars(statement))


def order_lines(session: Session, ids: Sequence[int]) -> tuple[OrderLine, ...]:
    """The work orders with these numbers, newest first."""
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
    return tuple(
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
