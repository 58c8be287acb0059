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
from web.kit.refusals import FieldError
from web.kit.site import reader, site
from web.kit.standards import all_facts
from web.models import Technician, WorkOrder
from web.staff import importing, queries, registry
from web.staff.forms import TechnicianForm, order_form
from web.staff.importing import Imported

blueprint = Blueprint("staff", __name__, url_prefix="/staff")


def _fact_titles() -> dict[str, str]:
    return {fact.name: fact.short for fact in all_facts(site().settings.lexicons)}


@blueprint.get("/technicians")
def technicians() -> ResponseReturnValue:
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
    form = TechnicianForm(obj=row, team=queries.team_of(reader(), row) if row else "")
    if row is not None:
        del form.staff_no
    if form.validate_on_submit():
        values = {**form.data, "staff_no": row.staff_no if row else form.staff_no.data}
        with site().db.writing() as session:
            registry.put_staff(session, values)
            audit.record(session, "staff-changed", "technician", values["staff_no"])
        flash(_("已保存。"), "success")
        return redirect(url_for("staff.technicians"))
    return render_template("staff/technician.html", row=row, form=form, teams=queries.teams(reader())), form.status


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
    stated = {} if row is None else _order_cells(row)
    form = order_form(titles, queries.choosable(reader(), stated.get("staff_no", "")), stated)
    if row is not None:
        del form.order_no
    if form.validate_on_submit():
        values = {**form.data, "order_no": row.order_no if row else form.order_no.data}
        facts = {name: form[f"fact_{name}"].data for name in titles}
        try:
            with site().db.writing() as session:
                registry.put_order(session, values, facts)
                audit.record(session, "order-changed", "order", values["order_no"])
            flash(_("已保存。"), "success")
            return redirect(url_for("staff.orders"))
        except FieldError as error:
            form.refuse(error)
    return render_template("staff/order.html", row=row, form=form, facts=titles), form.status


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
        return _import_page(what, None, _table_words(error)), 422


def _import_page(what: str, done: Imported | None, error: str) -> str:
    columns = importing.STAFF_COLUMNS if what == "technicians" else importing.ORDER_COLUMNS
    heads = [heads[0] for heads in columns.values()]
    if what == "orders":
        heads += _fact_titles().values()
    return render_template(
        "staff/import.html", what=what, done=done, bad=done.bad if done else (), error=error, heads=heads
    )


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


def _table_words(error: TableError) -> str:
    return {
        "encoding": _("读不懂这个文件的编码。请在 Excel 里另存为“CSV UTF-8（逗号分隔）”。"),
        "empty": _("请选择一个有内容的 CSV 文件。"),
        "columns": _("缺少这些列：%(names)s。第一行应是列名。", names="、".join(error.names)),
        "rows": _("行数超过 %(n)s，请分成几个文件。", n=MAX_ROWS),
    }[error.code]
