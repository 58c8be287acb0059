"""CSV imports of technicians and work orders: good rows are taken, bad ones told by row and column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from web.db import Database
from web.kit import audit
from web.kit.csvfile import BadCell, Row, read_table
from web.kit.forms import boolean, plain_number
from web.kit.i18n import gettext as _
from web.kit.refusals import FieldError
from web.staff import registry

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
class Imported:
    rows: int
    changed: int
    bad: tuple[BadCell, ...]

    @property
    def unchanged(self) -> int:
        """Rows that said nothing new."""
        return self.rows - self.changed - len(self.bad)


def import_staff(db: Database, content: bytes) -> Imported:
    """Take a CSV of technicians. Raises TableError where the file as a whole cannot be read."""
    rows = read_table(content, STAFF_COLUMNS, ("staff_no", "name"))

    def put(session: Session, row: Row) -> bool:
        return registry.put_staff(session, registry.read(registry.STAFF_RULES, row.cells))

    return _import(db, rows, put, "staff-imported", {})


def import_orders(db: Database, content: bytes, fact_titles: dict[str, str], zone: ZoneInfo) -> Imported:
    """Take a CSV of work orders; a column named by a fact's title or name states it. Raises TableError."""
    columns = ORDER_COLUMNS | {name: (title,) for name, title in fact_titles.items()}
    rows = read_table(content, columns, ("order_no",))
    rules, fact_rules = registry.order_rules(zone), dict.fromkeys(fact_titles, boolean)

    def put(session: Session, row: Row) -> bool:
        return registry.put_order(session, registry.read(rules, row.cells), registry.read(fact_rules, row.cells))

    return _import(db, rows, put, "orders-imported", fact_titles)


def _import(
    db: Database, rows: list[Row], put: Callable[[Session, Row], bool], action: str, more: dict[str, str]
) -> Imported:
    titles = {name: heads[0] for name, heads in (STAFF_COLUMNS | ORDER_COLUMNS).items()} | more
    changed, bad, seen = 0, [], set()
    with db.writing() as session:
        for row in rows:
            key = plain_number(row["order_no"] or row["staff_no"])
            try:
                if key and key in seen:
                    field = "order_no" if "order_no" in row.cells else "staff_no"
                    raise FieldError(field, _("“%(v)s”在文件里出现了不止一次，只取第一行。", v=key))
                seen.add(key)
                changed += put(session, row)
            except FieldError as error:
                bad.append(BadCell(row.number, titles.get(error.field, error.field), error.words))
        audit.record(session, action, rows=len(rows), changed=changed, bad=len(bad))
    return Imported(len(rows), changed, tuple(bad))
