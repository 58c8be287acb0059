"""The rows of the upload table: what names and lists say about files, looked up among people, orders and standards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.intake.details import Details
from web.kit.forms import ImpossibleError, moment, plain_number, possible
from web.kit.standards import StandardInfo
from web.kit.values import plain_text
from web.models import Technician, WorkOrder
from web.staff.alike import folded
from web.uploads.names import NameParts, read_name

_TEXTS = ("standard_id", "staff_no", "order_no", "note", "customer_phone")
MOMENT = "%Y-%m-%dT%H:%M"  # of an <input type="datetime-local">


@dataclass(frozen=True, slots=True)
class SheetRow:
    """The cells of one file as the page shows them; `problems` names the cells that nobody knows."""

    standard_id: str = ""
    staff_no: str = ""
    order_no: str = ""
    recorded_at: str = ""
    facts: Mapping[str, bool] = field(default_factory=dict)
    technician_channel: int | None = None
    note: str = ""
    customer_phone: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)  # field → code: unknown | several | differs

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class People:
    """Who has which number and name, and whose the orders in question are."""

    numbers: Mapping[str, str]  # staff number → name
    by_name: Mapping[str, tuple[str, ...]]
    orders: Mapping[str, str]  # order number → staff number, "" where nobody is assigned


def people(session: Session, order_numbers: Sequence[str]) -> People:
    """Look up staff and orders in two queries."""
    technicians = session.execute(select(Technician.staff_no, Technician.name, Technician.active)).all()
    by_name: dict[str, tuple[str, ...]] = {}
    for staff_no, name, active in technicians:
        if active:
            by_name[name] = (*by_name.get(name, ()), staff_no)
    orders: dict[str, str] = {}
    wanted = sorted(set(order_numbers))
    for start in range(0, len(wanted), 500):  # SQLite takes 32,766 values at most
        rows = session.execute(
            select(WorkOrder.order_no, Technician.staff_no)
            .outerjoin(Technician, Technician.id == WorkOrder.technician_id)
            .where(WorkOrder.order_no.in_(wanted[start : start + 500]))
        )
        orders |= {order_no: staff_no or "" for order_no, staff_no in rows}
    return People({staff_no: name for staff_no, name, _ in technicians}, by_name, orders)


def rows_of_names(
    session: Session, names: Sequence[str], pattern: str, standards: Sequence[StandardInfo]
) -> list[SheetRow]:
    known = {s.id for s in standards}
    parts = [read_name(name, pattern, known) for name in names]
    staff = people(session, [p.order_no for p in parts if p.order_no])
    return [row_of(p, staff, known) for p in parts]


def row_of(parts: NameParts, staff: People, known: set[str]) -> SheetRow:
    """The row for what a name or a list's line says."""
    problems: dict[str, str] = {}
    staff_no = parts.staff_no or ""
    if not staff_no and parts.name:
        same = staff.by_name.get(parts.name, ())
        staff_no = same[0] if len(same) == 1 else ""
        if len(same) != 1:
            problems["staff_no"] = "several" if same else "unknown"
    elif staff_no and staff_no not in staff.numbers:
        problems["staff_no"] = "unknown"
    elif staff_no and parts.name and folded(parts.name) != folded(staff.numbers[staff_no]):
        problems["staff_no"] = "differs"  # one of the two is wrong, and nobody knows which
        staff_no = ""
    if parts.order_no:
        if parts.order_no not in staff.orders:
            problems["order_no"] = "unknown"
        elif not staff_no and problems.get("staff_no") != "differs":
            staff_no = staff.orders[parts.order_no]
            if staff_no:
                problems.pop("staff_no", None)
    return SheetRow(
        standard_id=parts.standard_id if parts.standard_id in known and parts.standard_id else "",
        staff_no=staff_no,
        order_no=parts.order_no or "",
        recorded_at=parts.recorded_at.strftime(MOMENT) if parts.recorded_at else "",
        problems=problems,
    )


def details_of(cells: Mapping[str, Any], zone: ZoneInfo) -> Details:
    """The details that the page's cells state. Raises ValueError for a time that cannot be read."""
    facts = cells.get("facts")
    channel = cells.get("technician_channel")
    text = {name: plain_text(str(cells.get(name) or "")).strip() for name in _TEXTS}
    return Details(
        text["standard_id"] or None,
        plain_number(text["staff_no"]).split(" ")[0] or None,
        plain_number(text["order_no"]) or None,
        moment_or_day(str(cells.get("recorded_at") or ""), zone),
        {str(k): v for k, v in facts.items() if isinstance(v, bool)} if isinstance(facts, dict) else {},
        channel if channel in (0, 1) and not isinstance(channel, bool) else None,
        text["note"],
        text["customer_phone"],
    )


def moment_or_day(text: str, zone: ZoneInfo) -> datetime | None:
    """A local time, or a day as its beginning; empty is None. Raises ValueError, ImpossibleError with words for users."""
    try:
        return moment(text, zone)
    except ImpossibleError:
        raise
    except ValueError:
        plain = text.strip().replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-")
        for pattern in ("%Y-%m-%d", "%Y%m%d"):
            try:
                return possible(datetime.strptime(plain, pattern).replace(tzinfo=zone), text)
            except ImpossibleError:
                raise
            except ValueError:
                continue
        raise


def over(row: SheetRow, listed: SheetRow) -> SheetRow:
    """What a list says is put over what the file's name says; a list answers doubts as well."""
    given = {name: value for name, value in listed.as_json().items() if value or name == "problems"}
    if listed.technician_channel is not None:
        given["technician_channel"] = listed.technician_channel
    problems = {name: code for name, code in row.problems.items() if not given.get(name)}
    return replace(row, **{**given, "problems": problems})
