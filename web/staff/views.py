"""Technicians and work orders: lists and forms."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.paging import wanted_page
from web.kit.refusals import FieldError
from web.kit.site import reader, site
from web.kit.values import number
from web.models import Technician, WorkOrder
from web.staff import import_views, queries, registry
from web.staff.blueprint import blueprint, fact_titles
from web.staff.forms import TechnicianForm, order_form

__all__ = ["blueprint", "import_views"]

# what a list was asked for: its forms carry it, and lead back to the same list
PEOPLE_LIST, ORDER_LIST = ("team", "q"), ("q", "technician", "page")


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
        asked=_asked(PEOPLE_LIST),
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
        try:
            with site().db.writing() as session:
                stands = None if row is None else session.get_one(Technician, row.id)
                doubts = registry.put_staff(session, stands, values)
                audit.record(session, "staff-changed", "technician", values["staff_no"])
            flash(_("已保存。"), "success")
            for doubt in doubts:
                flash(doubt, "warning")
            return redirect(url_for("staff.technicians", **_asked(PEOPLE_LIST)))
        except FieldError as error:
            form.refuse(error)
    shown = render_template(
        "staff/technician.html", row=row, form=form, teams=queries.teams(reader()), asked=_asked(PEOPLE_LIST)
    )
    return shown, form.status


@blueprint.get("/orders")
def orders() -> ResponseReturnValue:
    """List the work orders."""
    page = queries.orders(
        reader(),
        wanted=wanted_page(),
        text=request.args.get("q", "").strip(),
        technician_id=request.args.get("technician", type=number),
    )
    return render_template(
        "staff/orders.html",
        page=page,
        text=request.args.get("q", ""),
        facts=fact_titles(),
        asked=_asked(ORDER_LIST),
    )


@blueprint.route("/orders/new", methods=["GET", "POST"])
@blueprint.route("/orders/<int:order_id>", methods=["GET", "POST"])
def order(order_id: int | None = None) -> ResponseReturnValue:
    """Add or change a work order."""
    row = None if order_id is None else reader().get(WorkOrder, order_id) or abort(404)
    titles = fact_titles()
    stated = {} if row is None else _order_cells(row)
    form = order_form(titles, queries.choosable(reader(), stated.get("staff_no", "")), stated)
    if row is not None:
        del form.order_no
    if form.validate_on_submit():
        values = {**form.data, "order_no": row.order_no if row else form.order_no.data}
        facts = {name: form[f"fact_{name}"].data for name in titles}
        try:
            with site().db.writing() as session:
                stands = None if row is None else session.get_one(WorkOrder, row.id)
                registry.put_order(session, stands, values, facts)
                audit.record(session, "order-changed", "order", values["order_no"])
            flash(_("已保存。"), "success")
            return redirect(url_for("staff.orders", **_asked(ORDER_LIST)))
        except FieldError as error:
            form.refuse(error)
    shown = render_template("staff/order.html", row=row, form=form, facts=titles, asked=_asked(ORDER_LIST))
    return shown, form.status


def _asked(names: tuple[str, ...]) -> dict[str, Any]:
    return {name: request.args[name] for name in names if request.args.get(name)}


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
