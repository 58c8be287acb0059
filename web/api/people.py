"""Technicians, and work orders: read, and put as another system has them."""

from __future__ import annotations

from typing import Any

from flask import Response, abort
from marshmallow import Schema, fields, validate
from sqlalchemy import select

from web.api.blueprint import PageArguments, blueprint, page, refused
from web.api.once import once
from web.api.schemas.common import page_of
from web.api.schemas.people import OrderLine, OrderValues, TechnicianLine
from web.kit import audit
from web.kit.forms import matching, plain_number
from web.kit.i18n import gettext as _
from web.kit.problems import ProblemError
from web.kit.refusals import FieldError, InvalidError, StaleError
from web.kit.site import forget_reads, reader, site
from web.kit.values import plain_text
from web.models import Technician, WorkOrder
from web.staff import queries, registry
from web.staff.blueprint import fact_titles

MOST_ORDERS = 500  # of one request
NUMBER = r"[\w./#-]{1,64}"  # as `registry.order_rules` has it


@blueprint.errorhandler(InvalidError)
def _invalid(error: InvalidError) -> Response:
    field = error.field if isinstance(error, FieldError) else ""
    wrong = [(field, error.words)] if field else ()
    return refused(ProblemError(422, "invalid", error.words, errors=wrong))


@blueprint.errorhandler(StaleError)
def _stale(_error: StaleError) -> Response:
    return refused(ProblemError(409, "stale", _("刚才已有变化。请取回最新结果，再提交。")))


class OrderArguments(PageArguments):
    staff_no = fields.String(validate=validate.Length(max=32))


class OneOrder(OrderValues):
    order_no = fields.String(required=True, validate=validate.Length(min=1, max=64))


class ManyOrders(Schema):
    """Work orders, each whole; one that cannot be taken keeps no other from being taken."""

    orders = fields.List(fields.Nested(OneOrder), required=True, validate=validate.Length(min=1, max=MOST_ORDERS))


class OrderOutcome(Schema):
    """What became of one. `outcome`: created | changed | unchanged | refused."""

    order_no = fields.String(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(("created", "changed", "unchanged", "refused")))
    field = fields.String(required=True)
    detail = fields.String(required=True)


class OrderOutcomes(Schema):
    items = fields.List(fields.Nested(OrderOutcome), required=True)


@blueprint.get("/technicians", tags=["people"])
@blueprint.arguments(PageArguments, location="query")
@blueprint.response(200, page_of(TechnicianLine))
def technicians(arguments: dict[str, Any]) -> Any:
    """List everybody who visits customers, those who left too."""
    return page("technicians", arguments, lambda last, n: queries.staff_behind(reader(), last, n))


@blueprint.get("/work-orders", tags=["work orders"])
@blueprint.arguments(OrderArguments, location="query")
@blueprint.response(200, page_of(OrderLine))
def orders(arguments: dict[str, Any]) -> Any:
    """List work orders, the newest first."""
    whose = None
    if "staff_no" in arguments:
        known = select(Technician.id).where(Technician.staff_no == plain_number(arguments["staff_no"]))
        whose = reader().scalar(known) or 0

    def rows(last: int | None, count: int) -> tuple[queries.OrderLine, ...]:
        return queries.order_lines(reader(), queries.order_ids_behind(reader(), last, count, whose))

    return page("orders", arguments, rows)


@blueprint.post("/work-orders", tags=["work orders"])
@once
@blueprint.arguments(ManyOrders)
@blueprint.response(200, OrderOutcomes)
def put_orders(wanted: dict[str, Any]) -> Any:
    """Put up to 500 work orders, each made or replaced by its number."""
    made = []
    with site().db.writing() as session:
        for cells in wanted["orders"]:
            number = plain_text(cells["order_no"])
            try:
                made.append({"order_no": number, "outcome": _put(session, number, cells), "field": "", "detail": ""})
            except FieldError as error:
                made.append({"order_no": number, "outcome": "refused", "field": error.field, "detail": error.words})
    return {"items": made}


@blueprint.get("/work-orders/<path:order_no>", tags=["work orders"])
@blueprint.response(200, OrderLine)
def order(order_no: str) -> Any:
    """Give one work order."""
    return _order(order_no)


@blueprint.put("/work-orders/<path:order_no>", tags=["work orders"])
@blueprint.arguments(OrderValues)
@blueprint.response(200, OrderLine)
@blueprint.alt_response(201, schema=OrderLine, description="It was not there before.", success=True)
def put_order(cells: dict[str, Any], order_no: str) -> Any:
    """Make the work order what the body says, whole."""
    with site().db.writing() as session:
        outcome = _put(session, plain_text(order_no), cells)
    forget_reads()
    return _order(order_no), 201 if outcome == "created" else 200


def _order(order_no: str) -> queries.OrderLine:
    known = reader().scalar(select(WorkOrder.id).where(WorkOrder.order_no == plain_number(plain_text(order_no))))
    lines = queries.order_lines(reader(), [known]) if known is not None else ()
    return lines[0] if lines else abort(404)


def _put(session: Any, order_no: str, cells: dict[str, Any]) -> str:
    """created | changed | unchanged. Raises FieldError."""
    try:
        number = matching(NUMBER)(order_no)
    except ValueError as error:
        raise FieldError("order_no", str(error)) from None
    unknown = sorted(set(cells["facts"]) - set(fact_titles()))
    if unknown:
        raise FieldError("facts", _("没有名为“%(v)s”的事实。", v=unknown[0][:40]))
    row = session.scalar(select(WorkOrder).where(WorkOrder.order_no == number))
    values = {
        "order_no": number,
        "staff_no": plain_number(plain_text(cells["staff_no"])),
        "job_kind": plain_text(cells["job_kind"]).strip(),
        "address_note": plain_text(cells["address_note"]).strip(),
        "appointment_at": cells["appointment_at"],
        "finished_at": cells["finished_at"],
    }
    registry.put_order(session, row, values, dict.fromkeys((row.facts or {}) if row else ()) | cells["facts"])
    if row is not None and not session.is_modified(row):
        return "unchanged"
    session.flush()
    audit.record(session, "order-changed", "order", number)
    return "created" if row is None else "changed"
