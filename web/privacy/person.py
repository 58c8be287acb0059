"""What the site holds about one person: a technician by staff number, a customer by work order or mobile number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from web.intake.private import digest_of_number
from web.masking import phone_numbers, secrets
from web.models import LegalHold, Recording, SpokenNumber, Technician, WorkOrder


class By(StrEnum):
    """What names the person."""

    TECHNICIAN = "technician"
    ORDER = "order"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Person:
    """The person asked about, with the ids of what is about him. `name` is what the asker is shown."""

    by: By
    value: str
    name: str
    recordings: tuple[int, ...]
    orders: tuple[int, ...] = ()
    technician_id: int | None = None
    held: tuple[int, ...] = ()

    @property
    def is_technician(self) -> bool:
        return self.by is By.TECHNICIAN


def find(session: Session, by: By, value: str) -> Person | None:
    """None where nobody is known by that. A mobile number is found written in orders, notes and names, and where it is said."""
    value = unicodedata.normalize("NFKC", value).strip()
    if by is By.TECHNICIAN:
        return _technician(session, value)
    return _order(session, value) if by is By.ORDER else _phone(session, value)


def _technician(session: Session, value: str) -> Person | None:
    row = session.scalar(select(Technician).where(Technician.staff_no == value))
    if row is None:
        return None
    ids = _alive(session, Recording.technician_id == row.id)
    return Person(By.TECHNICIAN, value, f"{row.name}（{row.staff_no}）", ids, (), row.id, _held(session, ids))


def _order(session: Session, value: str) -> Person | None:
    order = session.scalar(select(WorkOrder.id).where(WorkOrder.order_no == value))
    if order is None:
        return None
    ids = _alive(session, Recording.work_order_id == order)
    return Person(By.ORDER, value, value, ids, (order,), held=_held(session, ids))


def _phone(session: Session, value: str) -> Person | None:
    """Raises ValueError for what is no mobile number."""
    number = next(iter(phone_numbers(secrets(re.sub(r"[\s\-]", "", value)))), None)
    if number is None:
        raise ValueError(value)
    orders = tuple(
        session.scalars(select(WorkOrder.id).where(WorkOrder.address_note.contains(number, autoescape=True)))
    )
    said = select(SpokenNumber.recording_id).where(SpokenNumber.digest == digest_of_number(number))
    ids = _alive(
        session,
        or_(
            Recording.id.in_(said),
            Recording.work_order_id.in_(orders),
            Recording.original_name.contains(number, autoescape=True),
            Recording.note.contains(number, autoescape=True),
        ),
    )
    shown = f"{number[:3]}****{number[-4:]}"
    return Person(By.PHONE, number, shown, ids, orders, held=_held(session, ids)) if ids or orders else None


def _alive(session: Session, condition: object) -> tuple[int, ...]:
    statement = select(Recording.id).where(Recording.deleted_at.is_(None), condition)  # type: ignore[arg-type]
    return tuple(session.scalars(statement.order_by(Recording.id)))


def _held(session: Session, ids: Sequence[int]) -> tuple[int, ...]:
    held = session.scalars(select(LegalHold.recording_id)).all()
    return tuple(sorted(set(held) & set(ids)))
