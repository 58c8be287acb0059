"""Technicians and work orders: checking, making and changing them; the same for forms and files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.models import Team, Technician, WorkOrder

_NUMBER = re.compile(r"[\w./-]{1,32}")
_ORDER = re.compile(r"[\w./#-]{1,64}")
YES = {"是", "true", "1", "y", "yes", "√", "对", "有"}
NO = {"否", "false", "0", "n", "no", "×", "无", "没有"}
_MOMENT_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y%m%d %H%M",
)


class FieldError(Exception):
    """A value that cannot be taken: `field`, `code` (missing, shape, unknown, moment, boolean, long) and the value."""

    def __init__(self, field: str, code: str, value: str = "") -> None:
        super().__init__(f"{field}: {code} ({value})")
        self.field, self.code, self.value = field, code, value


@dataclass(frozen=True, slots=True)
class StaffValues:
    """A technician as stated by a form or a row."""

    staff_no: str
    name: str
    team: str = ""
    active: bool = True
    example_consent: bool = False


@dataclass(frozen=True, slots=True)
class OrderValues:
    """A work order as stated by a form or a row. `facts` holds only what is stated."""

    order_no: str
    staff_no: str = ""
    job_kind: str = ""
    address_note: str = ""
    appointment_at: datetime | None = None
    finished_at: datetime | None = None
    facts: dict[str, bool] = field(default_factory=dict)


def boolean(name: str, text: str, default: bool) -> bool:
    """Read 是/否 and their like; empty is the default. Raises FieldError."""
    word = text.strip().lower()
    if not word:
        return default
    if word in YES or word in NO:
        return word in YES
    raise FieldError(name, "boolean", text)


def moment(name: str, text: str, zone: ZoneInfo) -> datetime | None:
    """Read a local date and time; empty is None. Raises FieldError."""
    words = " ".join(text.replace("年", "-").replace("月", "-").replace("日", " ").split())
    if not words:
        return None
    for pattern in _MOMENT_FORMATS:
        try:
            return datetime.strptime(words, pattern).replace(tzinfo=zone)
        except ValueError:
            continue
    raise FieldError(name, "moment", text)


def read_staff(cells: Mapping[str, str]) -> StaffValues:
    """Check a technician's values. Raises FieldError."""
    staff_no, name, team = (cells.get(n, "").strip() for n in ("staff_no", "name", "team"))
    if not staff_no:
        raise FieldError("staff_no", "missing")
    if not _NUMBER.fullmatch(staff_no):
        raise FieldError("staff_no", "shape", staff_no)
    if not name:
        raise FieldError("name", "missing")
    for column, value in (("name", name), ("team", team)):
        if len(value) > 64:
            raise FieldError(column, "long", value)
    return StaffValues(
        staff_no,
        name,
        team,
        boolean("active", cells.get("active", ""), True),
        boolean("example_consent", cells.get("example_consent", ""), False),
    )


def read_order(cells: Mapping[str, str], facts: Mapping[str, str], zone: ZoneInfo) -> OrderValues:
    """Check a work order's values; `facts`: the known facts' names with their cells. Raises FieldError."""
    order_no = cells.get("order_no", "").strip()
    if not order_no:
        raise FieldError("order_no", "missing")
    if not _ORDER.fullmatch(order_no):
        raise FieldError("order_no", "shape", order_no)
    for column, most in (("job_kind", 32), ("address_note", 200)):
        if len(cells.get(column, "")) > most:
            raise FieldError(column, "long", cells[column])
    return OrderValues(
        order_no,
        cells.get("staff_no", "").strip(),
        cells.get("job_kind", "").strip(),
        cells.get("address_note", "").strip(),
        moment("appointment_at", cells.get("appointment_at", ""), zone),
        moment("finished_at", cells.get("finished_at", ""), zone),
        {name: boolean(name, text, False) for name, text in facts.items() if text.strip()},
    )


def put_staff(session: Session, values: StaffValues) -> bool:
    """Add or change the technician with this number; say whether anything changed."""
    row = session.scalar(select(Technician).where(Technician.staff_no == values.staff_no))
    stated: dict[str, Any] = {
        "name": values.name,
        "team_id": _team_id(session, values.team),
        "active": values.active,
        "example_consent": values.example_consent,
    }
    if row is None:
        session.add(Technician(staff_no=values.staff_no, **stated))
        session.flush()
        return True
    return _set(row, stated)


def put_order(session: Session, values: OrderValues) -> bool:
    """Add or change the work order with this number; say whether anything changed. Raises FieldError."""
    technician_id = None
    if values.staff_no:
        technician_id = session.scalar(select(Technician.id).where(Technician.staff_no == values.staff_no))
        if technician_id is None:
            raise FieldError("staff_no", "unknown", values.staff_no)
    stated: dict[str, Any] = {
        "technician_id": technician_id,
        "job_kind": values.job_kind,
        "address_note": values.address_note,
        "appointment_at": values.appointment_at,
        "finished_at": values.finished_at,
        "facts": values.facts,
    }
    row = session.scalar(select(WorkOrder).where(WorkOrder.order_no == values.order_no))
    if row is None:
        session.add(WorkOrder(order_no=values.order_no, **stated))
        session.flush()
        return True
    return _set(row, stated)


def _team_id(session: Session, name: str) -> int | None:
    if not name:
        return None
    team = session.scalar(select(Team).where(Team.name == name))
    if team is None:
        team = Team(name=name)
        session.add(team)
        session.flush()
    return team.id


def _set(row: Technician | WorkOrder, stated: dict[str, Any]) -> bool:
    changed = {name: value for name, value in stated.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)
