"""CSV imports of technicians and work orders: good rows are taken, bad ones told by row and column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from web.db import Database
from web.kit import audit
from web.kit.csvfile import Row, read_table
from web.staff import registry
from web.staff.registry import FieldError

STAFF_COLUMNS = {
    "staff_no": ("工号", "员工号"),
    "name": ("姓名", "名字"),
    "team": ("班组", "团队", "组别"),
    "active": ("在职",),
    "example_consent": ("同意作示范", "示范授权"),
}
ORDER_COLUMNS = {
    "order_no": ("工单号", "单号"),
    "staff_no": ("工号", "员工号"),
    "job_kind": ("类型", "报修类型", "工种"),
    "address_note": ("地址备注", "地址"),
    "appointment_at": ("预约时间",),
    "finished_at": ("完成时间", "完工时间"),
}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was not taken: its number as Excel shows it, the column, what is wrong and the value."""

    number: int
    column: str
    code: str
    value: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    rows: int
    changed: int
    bad: tuple[BadRow, ...]

    @property
    def unchanged(self) -> int:
        """Rows that said nothing new."""
        return self.rows - self.changed - len(self.bad)


def import_staff(db: Database, content: bytes) -> Imported:
    """Take a CSV of technicians. Raises TableError where the file as a whole cannot be read."""
    rows = read_table(content, STAFF_COLUMNS, ("staff_no", "name"))
    return _import(db, rows, lambda s, r: registry.put_staff(s, registry.read_staff(r.cells)), "staff-imported", {})


def import_orders(db: Database, content: bytes, fact_titles: dict[str, str], zone: ZoneInfo) -> Imported:
    """Take a CSV of work orders; a column named by a fact's title or name states it. Raises TableError."""
    columns = ORDER_COLUMNS | {name: (title,) for name, title in fact_titles.items()}
    rows = read_table(content, columns, ("order_no",))

    def put(session: Session, row: Row) -> bool:
        facts = {name: row[name] for name in fact_titles}
        return registry.put_order(session, registry.read_order(row.cells, facts, zone))

    return _import(db, rows, put, "orders-imported", fact_titles)


def _import(
    db: Database, rows: list[Row], put: Callable[[Session, Row], bool], action: str, more: dict[str, str]
) -> Imported:
    titles = {name: heads[0] for name, heads in (STAFF_COLUMNS | ORDER_COLUMNS).items()} | more
    changed, bad, seen = 0, [], set()
    with db.writing() as session:
        for row in rows:
            key = row["order_no"] or row["staff_no"]
            try:
                if key and key in seen:
                    raise FieldError("order_no" if "order_no" in row.cells else "staff_no", "twice", key)
                seen.add(key)
                changed += put(session, row)
            except FieldError as error:
                bad.append(BadRow(row.number, titles.get(error.field, error.field), error.code, error.value))
        audit.record(session, action, rows=len(rows), changed=changed, bad=len(bad))
    return Imported(len(rows), changed, tuple(bad))
