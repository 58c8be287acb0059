"""Technicians and work orders: lists, forms, CSV imports."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.kit import audit
from web.kit.csvfile import MAX_ROWS, TableError, csv_lines
from web.kit.downloads import attachment
from web.kit.i18n import gettext as _
from web.kit.paging import wanted_page
from web.kit.site import reader, site
from web.kit.standards import all_facts
from web.models import Technician, WorkOrder
from web.staff import importing, queries, registry
from web.staff.importing import Imported
from web.staff.registry import FieldError

blueprint = Blueprint("staff", __name__, url_prefix="/staff")


def _fact_titles() -> dict[str, str]:
    return {fact.name: fact.short for fact in all_facts(site().settings.lexicons)}


@blueprint.get("/technicians")
def technicians() -> ResponseReturnValue:
    """List the technicians."""
    team, text = request.args.get("team", ""), request.args.get("q", "").strip()
    session = reader()
    return render_template(
        "staff/technicians.html",
        lines=queries.staff(session, team, text),
        teams=queries.teams(session),
        team=team,
        text=text,
    )


@blueprint.route("/technicians/new", methods=["GET", "POST"])
@blueprint.route("/technicians/<int:technician_id>", methods=["GET", "POST"])
def technician(technician_id: int | None = None) -> ResponseReturnValue:
    """Add or change a technician."""
    row = None if technician_id is None else reader().get(Technician, technician_id) or abort(404)
    if request.method == "GET":
        line = next((t for t in queries.staff(reader()) if row is not None and t.id == row.id), None)
        return _technician_form(row, {} if line is None else _staff_cells(line), {})
    cells = {name: request.form.get(name, "") for name in ("staff_no", "name", "team")}
    cells |= {name: "yes" if request.form.get(name) else "no" for name in ("active", "example_consent")}
    if row is not None:
        cells["staff_no"] = row.staff_no
    try:
        values = registry.read_staff(cells)
        with site().db.writing() as session:
            registry.put_staff(session, values)
            audit.record(session, "staff-changed", "technician", values.staff_no)
    except FieldError as error:
        return _technician_form(row, cells, {error.field: _told(error.code, error.value)}), 422
    flash(_("已保存。"), "success")
    return redirect(url_for("staff.technicians"))


@blueprint.get("/orders")
def orders() -> ResponseReturnValue:
    """List the work orders."""
    page = queries.orders(
        reader(),
        wanted=wanted_page(),
        text=request.args.get("q", "").strip(),
        technician_id=request.args.get("technician", type=int),
    )
    return render_template(
        "staff/orders.html",
        page=page,
        text=request.args.get("q", ""),
        facts=_fact_titles(),
    )


@blueprint.route("/orders/new", methods=["GET", "POST"])
@blueprint.route("/orders/<int:order_id>", methods=["GET", "POST"])
def order(order_id: int | None = None) -> ResponseReturnValue:
    """Add or change a work order."""
    row = None if order_id is None else reader().get(WorkOrder, order_id) or abort(404)
    titles = _fact_titles()
    if request.method == "GET":
        return _order_form(row, {} if row is None else _order_cells(row), {})
    names = ("order_no", "staff_no", "job_kind", "address_note", "appointment_at", "finished_at")
    cells = {name: request.form.get(name, "") for name in (*names, *titles)}
    if row is not None:
        cells["order_no"] = row.order_no
    try:
        values = registry.read_order(cells, {name: cells[name] for name in titles}, site().zone)
        with site().db.writing() as session:
            registry.put_order(session, values)
            audit.record(session, "order-changed", "order", values.order_no)
    except FieldError as error:
        return _order_form(row, cells, {error.field: _told(error.code, error.value)}), 422
    flash(_("已保存。"), "success")
    return redirect(url_for("staff.orders"))


@blueprint.route("/technicians/import", methods=["GET", "POST"])
def import_technicians() -> ResponseReturnValue:
    """Take a CSV of technicians."""
    if request.method == "GET":
        return _import_page("technicians", None, "")
    return _imported("technicians", lambda content: importing.import_staff(site().db, content))


@blueprint.route("/orders/import", methods=["GET", "POST"])
def import_orders() -> ResponseReturnValue:
    """Take a CSV of work orders."""
    if request.method == "GET":
        return _import_page("orders", None, "")
    return _imported("orders", lambda content: importing.import_orders(site().db, content, _fact_titles(), site().zone))


@blueprint.get("/<any(technicians, orders):what>/example.csv")
def example(what: str) -> ResponseReturnValue:
    """Give a file to fill in, which Excel opens without mojibake."""
    facts = _fact_titles().values()
    rows = {
        "technicians": ("工号,姓名,班组,在职,同意作示范", "1001,王师傅,东区,是,否"),
        "orders": (
            ",".join(["工单号", "工号", "类型", "地址备注", "预约时间", "完成时间", *facts]),
            "WO20261124-001,1001,水管,3 栋 502,2026-11-24 09:00,2026-11-24 10:10" + "," * len(facts),
        ),
    }[what]
    name = {"technicians": "人员导入模板.csv", "orders": "工单导入模板.csv"}[what]
    return attachment(b"".join(csv_lines(row.split(",") for row in rows)), "text/csv", name)


def _imported(what: str, take: Callable[[bytes], Imported]) -> ResponseReturnValue:
    sent = request.files.get("file")
    content = sent.read() if sent else b""
    try:
        return _import_page(what, take(content), "")
    except TableError as error:
        return _import_page(what, None, _table_told(error)), 422


def _import_page(what: str, done: Imported | None, error: str) -> str:
    columns = importing.STAFF_COLUMNS if what == "technicians" else importing.ORDER_COLUMNS
    bad = [(b.number, b.column, _told(b.code, b.value)) for b in done.bad] if done else []
    heads = [heads[0] for heads in columns.values()]
    if what == "orders":
        heads += _fact_titles().values()
    return render_template("staff/import.html", what=what, done=done, bad=bad, error=error, heads=heads)


def _technician_form(row: Technician | None, cells: dict[str, str], errors: dict[str, str]) -> str:
    return render_template("staff/technician.html", row=row, cells=cells, errors=errors, teams=queries.teams(reader()))


def _order_form(row: WorkOrder | None, cells: dict[str, str], errors: dict[str, str]) -> str:
    return render_template(
        "staff/order.html", row=row, cells=cells, errors=errors, facts=_fact_titles(), staff=queries.staff(reader())
    )


def _staff_cells(line: queries.StaffLine) -> dict[str, str]:
    return {
        "staff_no": line.staff_no,
        "name": line.name,
        "team": line.team,
        "active": "yes" if line.active else "no",
        "example_consent": "yes" if line.example_consent else "no",
    }


def _order_cells(row: WorkOrder) -> dict[str, str]:
    zone = site().zone
    technician = reader().get(Technician, row.technician_id) if row.technician_id else None
    times = {
        name: "" if value is None else value.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
        for name, value in (("appointment_at", row.appointment_at), ("finished_at", row.finished_at))
    }
    return {
        "order_no": row.order_no,
        "staff_no": technician.staff_no if technician else "",
        "job_kind": row.job_kind,
        "address_note": row.address_note,
        **times,
        **{name: "yes" if value else "no" for name, value in (row.facts or {}).items()},
    }


def _told(code: str, value: str) -> str:
    return {
        "missing": _("请填写这一项。"),
        "shape": _("“%(v)s”含有不能用的字符，或太长。", v=value),
        "unknown": _("没有工号为“%(v)s”的人员，请先导入人员。", v=value),
        "moment": _("“%(v)s”不是时间，请写成 2026-11-24 09:00。", v=value),
        "boolean": _("“%(v)s”看不懂，请填“是”或“否”，或留空。", v=value),
        "long": _("“%(v)s…”太长了。", v=value[:20]),
        "twice": _("“%(v)s”在文件里出现了不止一次，只取第一行。", v=value),
    }[code]


def _table_told(error: TableError) -> str:
    return {
        "encoding": _("读不懂这个文件的编码。请在 Excel 里另存为“CSV UTF-8（逗号分隔）”。"),
        "empty": _("请选择一个有内容的 CSV 文件。"),
        "columns": _("缺少这些列：%(names)s。第一行应是列名。", names="、".join(error.names)),
        "rows": _("行数超过 %(n)s，请分成几个文件。", n=MAX_ROWS),
    }[error.code]
