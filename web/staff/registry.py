"""Technicians and work orders: the rules of their values and putting them; the same for forms and files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.kit.forms import Rule, at_most, boolean, matching, moment, plain_number, required
from web.kit.i18n import gettext as _
from web.kit.refusals import FieldError
from web.models import Team, Technician, WorkOrder

Values = dict[str, Any]
STAFF_RULES: dict[str, Rule] = {
    "staff_no": matching(r"[\w./-]{1,32}"),
    "name": lambda text: at_most(64)(required(text)),
    "team": at_most(64),
    "active": boolean,
    "example_consent": boolean,
}


def order_rules(zone: ZoneInfo) -> dict[str, Rule]:
    return {
        "order_no": matching(r"[\w./#-]{1,64}"),
        "staff_no": plain_number,
        "job_kind": at_most(32),
        "address_note": at_most(200),
        "appointment_at": lambda text: moment(text, zone),
        "finished_at": lambda text: moment(text, zone),
    }


def read(rules: Mapping[str, Rule], cells: Mapping[str, str]) -> Values:
    """The values of a file's row, of the columns that it has. Raises FieldError for the first that cannot be taken."""
    values = {}
    for name, rule in rules.items():
        try:
            if name in cells:
                values[name] = rule(cells[name])
        except ValueError as error:
            raise FieldError(name, str(error)) from None
    return values


def put_staff(session: Session, values: Values) -> bool:
    """Add or change the technician with this number; say whether anything changed.

    What is not among `values`, and a yes or no that is None, stays as it is; a new technician is active and has not
    consented. Raises FieldError for a new number that looks like a known one whose zeros a spreadsheet has lost.
    """
    row = session.scalar(select(Technician).where(Technician.staff_no == values["staff_no"]))
    stated: Values = {"name": values["name"]}
    if "team" in values:
        stated["team_id"] = _team_id(session, values["team"])
    stated |= {name: values[name] for name in ("active", "example_consent") if values.get(name) is not None}
    if row is None:
        _refuse_lost_zeros(session, values["staff_no"], values["name"])
        session.add(Technician(**{"active": True, "example_consent": False} | stated, staff_no=values["staff_no"]))
        session.flush()
        return True
    return _set(row, stated)


def put_order(session: Session, values: Values, facts: Mapping[str, bool | None]) -> bool:
    """Add or change the work order with this number; say whether anything changed.

    What is not among `values` and `facts` stays as it is; a fact that is None is no longer stated.
    Raises FieldError where nobody has the staff number.
    """
    stated: Values = {
        name: values[name] for name in ("job_kind", "address_note", "appointment_at", "finished_at") if name in values
    }
    if "staff_no" in values:
        stated["technician_id"] = _technician_id(session, values["staff_no"])
    row = session.scalar(select(WorkOrder).where(WorkOrder.order_no == values["order_no"]))
    kept = {} if row is None else {name: value for name, value in (row.facts or {}).items() if name not in facts}
    stated["facts"] = kept | {name: value for name, value in facts.items() if value is not None}
    if row is None:
        session.add(WorkOrder(order_no=values["order_no"], **stated))
        session.flush()
        return True
    return _set(row, stated)


def _technician_id(session: Session, staff_no: str) -> int | None:
    if not staff_no:
        return None
    technician_id = session.scalar(select(Technician.id).where(Technician.staff_no == staff_no))
    if technician_id is None:
        raise FieldError("staff_no", _("没有工号为“%(v)s”的人员，请先导入人员。", v=staff_no))
    return technician_id


def _refuse_lost_zeros(session: Session, staff_no: str, name: str) -> None:
    """A spreadsheet makes 12 of 0012: one person would have two accounts. Raises FieldError."""
    bare = staff_no.lstrip("0")
    namesakes = session.scalars(select(Technician.staff_no).where(Technician.name == name))
    alike = next((known for known in namesakes if known.lstrip("0") == bare), None) if bare.isdigit() else None
    if alike is not None:
        sentence = _(
            "“%(v)s”和已有的“%(known)s %(name)s”只差前面的 0，像是表格软件丢掉的；请把工号写成“%(known)s”。",
            v=staff_no,
            known=alike,
            name=name,
        )
        raise FieldError("staff_no", sentence)


def _team_id(session: Session, name: str) -> int | None:
    if not name:
        return None
    team = session.scalar(select(Team).where(Team.name == name))
    if team is None:
        team = Team(name=name)
        session.add(team)
        session.flush()
    return team.id


def _set(row: Technician | WorkOrder, stated: Values) -> bool:
    changed = {name: value for name, value in stated.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)
