"""CSV imports of technicians and work orders: first what would change, then, confirmed, the change.

A plan is made without writing. What was confirmed is done in small transactions, each holding its rows against what the
plan saw, so that nobody waits long for the database and nobody's change of the meantime is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from web.db import Database
from web.kit import audit
from web.kit.csvfile import BadCell, Row, read_table
from web.kit.i18n import gettext as _
from web.kit.refusals import FieldError
from web.kit.turns import in_turns
from web.staff import orders, people
from web.staff.orders import Orders
from web.staff.people import People
from web.staff.plan import Plan, Planned

CHUNK = 1_000  # rows a transaction: a twentieth of a second


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a confirmed plan. `overtaken`: rows that somebody else changed meanwhile; `left`: doubtful ones."""

    plan: Plan
    changed: int
    overtaken: tuple[Planned, ...]
    left: int


Tell = Callable[[int, int], None]


def _nobody(_done: int, _total: int) -> None:
    pass


class _Planner(Protocol):
    def plan(self, row: Row) -> Planned: ...


def plan_staff(db: Database, content: bytes) -> Plan:
    """What a CSV of technicians would change. Raises TableError where the file as a whole cannot be read."""
    rows = read_table(content, people.COLUMNS, (people.KEY, "name"))
    with db.reading() as session:
        return _plan(rows, People(session), people.KEY, titles({}))


def plan_orders(db: Database, content: bytes, facts: Mapping[str, str], zone: ZoneInfo) -> Plan:
    """What a CSV of work orders would change; a column named by a fact's title or name states it. Raises TableError."""
    columns = orders.COLUMNS | {name: (title,) for name, title in facts.items()}
    rows = read_table(content, columns, (orders.KEY,))
    with db.reading() as session:
        return _plan(rows, Orders(session, rows, facts, zone), orders.KEY, titles(facts))


def take_staff(db: Database, plan: Plan, with_doubtful: bool, tell: Tell = _nobody) -> Imported:
    """Do what was confirmed; `tell` hears after each transaction how many rows are written, of how many."""
    return _take(db, plan, with_doubtful, people.Writer, "staff-imported", tell)


def take_orders(db: Database, plan: Plan, with_doubtful: bool, tell: Tell = _nobody) -> Imported:
    """As `take_staff`."""
    return _take(db, plan, with_doubtful, orders.Writer, "orders-imported", tell)


def titles(facts: Mapping[str, str]) -> dict[str, str]:
    """What our columns are called."""
    return {name: heads[0] for name, heads in (people.COLUMNS | orders.COLUMNS).items()} | dict(facts)


def _plan(rows: Sequence[Row], planner: _Planner, key: str, called: Mapping[str, str]) -> Plan:
    planned: list[Planned] = []
    bad: list[BadCell] = []
    seen: dict[str, int] = {}
    for row in rows:
        number = orders.key_of(row) if key == orders.KEY else people.key_of(row)
        try:
            if row.spilled:
                raise FieldError("", _("“%(v)s”超出了最后一列，可能有的单元格里有没加引号的逗号。", v=row.spilled[:40]))
            if number and number in seen:
                sentence = _("“%(v)s”在文件里出现了不止一次，只取第 %(n)s 行。", v=number, n=seen[number])
                raise FieldError(key, sentence)
            planned.append(planner.plan(row))
            seen[number] = row.number
        except FieldError as error:
            bad.append(BadCell(row.number, called.get(error.field, error.field), error.words))
    return Plan(tuple(planned), tuple(bad))


def _take(
    db: Database,
    plan: Plan,
    with_doubtful: bool,
    writer: type[people.Writer] | type[orders.Writer],
    action: str,
    tell: Tell,
) -> Imported:
    wanted = plan.wanted(with_doubtful)
    overtaken: list[Planned] = []
    noted, done = False, 0
    tell(done, len(wanted))
    for rows in in_turns(wanted, CHUNK):
        with db.writing() as session:
            if not noted:  # before the first row: what a killed process has done is not without its line
                _note(session, action, plan, len(wanted))
                noted = True
            putter = writer(session, rows)
            overtaken += [row for row in rows if not putter.put(row)]
        done += len(rows)
        tell(done, len(wanted))
    left = 0 if with_doubtful else len(plan.doubtful)
    return Imported(plan, len(wanted) - len(overtaken), tuple(overtaken), left)


def _note(session: Session, action: str, plan: Plan, wanted: int) -> None:
    audit.record(session, action, rows=plan.rows, changed=wanted, bad=len(plan.bad))
