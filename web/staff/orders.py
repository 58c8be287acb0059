"""Work orders of a file: what is known of them, and what the file would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.kit.csvfile import Row
from web.kit.forms import boolean, plain_number
from web.kit.i18n import gettext as _
from web.kit.refusals import FieldError
from web.models import Technician, WorkOrder
from web.staff import alike, registry
from web.staff.plan import Fate, Planned, Values, against

COLUMNS = {
    "order_no": ("工单号", "单号"),
    "staff_no": ("工号", "员工号"),
    "job_kind": ("类型", "报修类型", "工种"),
    "address_note": ("地址备注", "地址"),
    "appointment_at": ("预约时间",),
    "finished_at": ("完成时间", "完工时间"),
}
KEY = "order_no"
MOST = 500  # of values in one question to the database
_NEW: Values = {
    "staff_no": "", "job_kind": "", "address_note": "", "appointment_at": None, "finished_at": None, "facts": {},
}  # fmt: skip


class Orders:
    """The orders that the file names, with everybody's number; new orders join as they are read."""

    def __init__(self, session: Session, rows: Sequence[Row], facts: Mapping[str, str], zone: ZoneInfo) -> None:
        self._rules, self._facts = registry.order_rules(zone), dict.fromkeys(facts, boolean)
        named = {key_of(row) for row in rows}
        self._known = {number: stands for number, _row, stands in _stored(session, sorted(named))}
        staff = [(number, name) for number, name in session.execute(select(Technician.staff_no, Technician.name))]
        self._staff = {number for number, _name in staff}
        self._staff_numbers = alike.Numbers((number, f"{number} {name}") for number, name in staff)
        self._numbers = alike.Numbers(())
        if named - self._known.keys():  # somebody new: he is held against all that there are
            for number in session.scalars(select(WorkOrder.order_no)):
                self._numbers.add(number, number)

    def plan(self, row: Row) -> Planned:
        """What the row would change. Raises FieldError."""
        for name in (KEY, "staff_no"):
            if alike.is_rounded(row[name]):
                raise FieldError(name, alike.rounded_words(row[name]))
        values = registry.read(self._rules, row.cells)
        facts = registry.read(self._facts, row.cells)
        number = values.pop(KEY)
        if values.get("staff_no"):
            self._refuse_stranger(values["staff_no"])
        known = self._known.get(number)
        stated = (values if known is not None else _NEW | values) | {"facts": _facts(known, facts)}
        fate, changed, before = against(known, stated)
        doubts: tuple[str, ...] = ()
        if fate is Fate.NEW:
            doubts = tuple(alike.number_words(number, shown) for _number, shown in self._numbers.resembling(number))
            self._known[number] = changed
            self._numbers.add(number, number)
        title = values.get("staff_no") or (known or {}).get("staff_no", "")
        return Planned(row.number, number, title, fate, changed, before, doubts)

    def _refuse_stranger(self, staff_no: str) -> None:
        if staff_no in self._staff:
            return
        alike_ones = self._staff_numbers.resembling(staff_no)
        if alike_ones:
            known, shown = alike_ones[0]
            raise FieldError("staff_no", alike.lost_words(staff_no, known, shown))
        raise FieldError("staff_no", _("没有工号为“%(v)s”的人员，请先导入人员。", v=staff_no))


class Writer:
    """Puts planned orders into the database."""

    def __init__(self, session: Session, rows: Sequence[Planned]) -> None:
        self._session = session
        self._stored = {number: (row, stands) for number, row, stands in _stored(session, [row.key for row in rows])}
        wanted = {row.stated["staff_no"] for row in rows if row.stated.get("staff_no")}
        found = session.execute(
            select(Technician.staff_no, Technician.id).where(Technician.staff_no.in_(sorted(wanted)))
        )
        self._staff: dict[str, int] = {row.staff_no: row.id for row in found}

    def put(self, planned: Planned) -> bool:
        """False where somebody has changed meanwhile what the plan rests on."""
        row, stands = self._stored.get(planned.key, (None, None))
        if (stands is None) is not (planned.fate is Fate.NEW):
            return False
        if stands is not None and any(stands[name] != value for name, value in planned.before.items()):
            return False
        stated = {name: value for name, value in planned.stated.items() if name != "staff_no"}
        if "staff_no" in planned.stated:
            stated["technician_id"] = self._staff.get(planned.stated["staff_no"])
        if row is None:
            self._session.add(WorkOrder(order_no=planned.key, **stated))
        for name, value in stated.items() if row is not None else ():
            setattr(row, name, value)
        return True


def key_of(row: Row) -> str:
    return plain_number(row[KEY])


def _stored(session: Session, numbers: Sequence[str]) -> Iterator[tuple[str, WorkOrder, Values]]:
    """The orders with these numbers: number, row, and what it says by our columns."""
    for start in range(0, len(numbers), MOST):
        rows = session.execute(
            select(WorkOrder, Technician.staff_no)
            .outerjoin(Technician, Technician.id == WorkOrder.technician_id)
            .where(WorkOrder.order_no.in_(numbers[start : start + MOST]))
        )
        for row, staff_no in rows:
            stands = {name: getattr(row, name) for name in _NEW if name not in ("staff_no", "facts")}
            yield row.order_no, row, stands | {"staff_no": staff_no or "", "facts": dict(row.facts or {})}


def _facts(known: Values | None, stated: Mapping[str, Any]) -> dict[str, bool]:
    """The order's facts after the row; one that is None is no longer stated."""
    kept = {} if known is None else {name: value for name, value in known["facts"].items() if name not in stated}
    return kept | {name: value for name, value in stated.items() if value is not None}
