"""Technicians and work orders: the rules of their values and putting them; the same for forms and files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.kit.forms import Rule, at_most, boolean, matching, moment, required
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
        "staff_no": str.strip,
        "job_kind": at_most(32),
        "address_note": at_most(200),
        "appointment_at": lambda text: moment(text, zone),
        "finished_at": lambda text: moment(text, zone),
    }


def read(rules: Mapping[str, Rule], cells: Mapping[str, str]) -> Values:
    """The values of a file's row. Raises FieldError for the first that cannot be taken."""
    values = {}
    for name, rule in rules.items():
        try:
            values[name] = rule(cells.get(name, ""))
        except ValueError as error:
            raise FieldError(name, str(error)) from None
    return values


def put_staff(session: Session, values: Values) -> bool:
    """Add or change the technician with this number; say whether anything changed. `active` None: he is."""
    row = session.scalar(select(Technician).where(Technician.staff_no == values["staff_no"]))
    stated: Values = {
        "name": values["name"],
        "team_id": _team_id(session, values["team"]),
        "active": values["active"] is not False,
        "example_consent": values["example_consent"] is True,
    }
    if row is None:
        session.add(Technician(staff_no=values["staff_no"], **stated))
        session.flush()
        return True
    return _set(row, stated)


def put_order(session: Session, values: Values, facts: Mapping[str, bool | None]) -> bool:
    """Add or change the work order with this number; say whether anything changed. Only stated facts are kept.

    Raises FieldError where nobody has the staff number.
    """
    technician_id = None
    if values["staff_no"]:
        technician_id = session.scalar(select(Technician.id).where(Technician.staff_no == values["staff_no"]))
        if technician_id is None:
            raise FieldError("staff_no", _("没有工号为“%(v)s”的人员，请先导入人员。", v=values["staff_no"]))
    stated: Values = {
        "technician_id": technician_id,
        **{name: values[name] for name in ("job_kind", "address_note", "appointment_at", "finished_at")},
        "facts": {name: value for name, value in facts.items() if value is not None},
    }
    row = session.scalar(select(WorkOrder).where(WorkOrder.order_no == values["order_no"]))
    if row is None:
        session.add(WorkOrder(order_no=values["order_no"], **stated))
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


def _set(row: Technician | WorkOrder, stated: Values) -> bool:
    changed = {name: value for name, value in stated.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)
