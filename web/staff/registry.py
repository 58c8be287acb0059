"""Technicians and work orders: the rules of their values and putting them; the same for forms and files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.kit.forms import THREE_YEARS, Rule, at_most, boolean, matching, moment, plain_number, required
from web.kit.i18n import gettext as _
from web.kit.refusals import FieldError
from web.models import Team, Technician, WorkOrder
from web.staff import alike

Values = dict[str, Any]
STAFF_RULES: dict[str, Rule] = {
    "staff_no": matching(r"[\w./-]{1,32}"),
    "name": lambda text: at_most(64)(required(" ".join(text.split()))),
    "team": lambda text: at_most(64)(" ".join(text.split())),
    "active": boolean,
    "example_consent": boolean,
}


def order_rules(zone: ZoneInfo) -> dict[str, Rule]:
    return {
        "order_no": matching(r"[\w./#-]{1,64}"),
        "staff_no": plain_number,
        "job_kind": at_most(32),
        "address_note": at_most(200),
        "appointment_at": lambda text: moment(text, zone, THREE_YEARS),
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


def put_staff(session: Session, row: Technician | None, values: Values) -> tuple[str, ...]:
    """Change a technician, or (None) add one; return what looks doubtful about a new one, in words.

    Raises FieldError for a number that somebody has, or that looks like a namesake's whose zeros got lost.
    """
    stated: Values = {name: values[name] for name in ("name", "active", "example_consent")}
    stated["team_id"] = team_id(session, values["team"])
    if row is not None:
        for name, value in stated.items():
            setattr(row, name, value)
        return ()
    number = values["staff_no"]
    if session.scalar(select(Technician.id).where(Technician.staff_no == number)) is not None:
        raise FieldError("staff_no", _("已有工号为“%(v)s”的人员，请在列表里修改他的资料。", v=number))
    doubts = strangers_doubts(session, number, values["name"])
    session.add(Technician(staff_no=number, **stated))
    session.flush()
    return doubts


def strangers_doubts(session: Session, number: str, name: str) -> tuple[str, ...]:
    """Whom a new technician looks like. Raises FieldError where only zeros part him from a namesake."""
    people = [(n, shown) for n, shown in session.execute(select(Technician.staff_no, Technician.name))]
    names = {n: shown for n, shown in people if alike.folded(shown) == alike.folded(name)}
    doubts = []
    for known, shown in alike.Numbers((n, f"{n} {shown}") for n, shown in people).resembling(number):
        if known in names:
            raise FieldError("staff_no", alike.lost_words(number, known, shown))
        doubts.append(alike.number_words(number, shown))
    return (*doubts, *alike.namesake_words(names))


def put_order(session: Session, row: WorkOrder | None, values: Values, facts: Mapping[str, bool | None]) -> None:
    """Change a work order, or (None) add one; a fact that is None is no longer stated.

    Raises FieldError for a number that there is already, and where nobody has the staff number.
    """
    stated: Values = {name: values[name] for name in ("job_kind", "address_note", "appointment_at", "finished_at")}
    stated["technician_id"] = _technician_id(session, values["staff_no"])
    kept = {} if row is None else {name: value for name, value in (row.facts or {}).items() if name not in facts}
    stated["facts"] = kept | {name: value for name, value in facts.items() if value is not None}
    if row is not None:
        for name, value in stated.items():
            setattr(row, name, value)
        return
    number = values["order_no"]
    if session.scalar(select(WorkOrder.id).where(WorkOrder.order_no == number)) is not None:
        raise FieldError("order_no", _("已有编号为“%(v)s”的工单，请在列表里修改它。", v=number))
    session.add(WorkOrder(order_no=number, **stated))
    session.flush()


def _technician_id(session: Session, staff_no: str) -> int | None:
    if not staff_no:
        return None
    technician_id = session.scalar(select(Technician.id).where(Technician.staff_no == staff_no))
    if technician_id is None:
        raise FieldError("staff_no", _("没有工号为“%(v)s”的人员，请先导入人员。", v=staff_no))
    return technician_id


def team_id(session: Session, name: str) -> int | None:
    """The team's number, made where there is none of this name; None for no name."""
    if not name:
        return None
    team = session.scalar(select(Team).where(Team.name == name))
    if team is None:
        team = Team(name=name)
        session.add(team)
        session.flush()
    return team.id
