"""Technicians and work orders."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from web.api.schemas.common import Moment
from web.kit.forms import THREE_YEARS


class TechnicianLine(Schema):
    id = fields.Integer(required=True)
    staff_no = fields.String(required=True)
    name = fields.String(required=True)
    team = fields.String(required=True)
    active = fields.Boolean(required=True)
    recordings = fields.Integer(required=True)


class OrderValues(Schema):
    """A work order whole: what is left out is empty; a fact that is null is no longer stated."""

    staff_no = fields.String(load_default="", validate=validate.Length(max=64))
    job_kind = fields.String(load_default="", validate=validate.Length(max=32))
    address_note = fields.String(load_default="", validate=validate.Length(max=200))
    appointment_at = Moment(load_default=None, allow_none=True, ahead=THREE_YEARS)
    finished_at = Moment(load_default=None, allow_none=True)
    facts = fields.Dict(
        keys=fields.String(validate=validate.Length(max=64)), values=fields.Boolean(allow_none=True), load_default=dict
    )


class OrderLine(Schema):
    id = fields.Integer(required=True)
    order_no = fields.String(required=True)
    staff_no = fields.String(required=True)
    technician = fields.String(required=True)
    job_kind = fields.String(required=True)
    address_note = fields.String(required=True)
    appointment_at = Moment(required=True, allow_none=True)
    finished_at = Moment(required=True, allow_none=True)
    facts = fields.Dict(required=True)
    recordings = fields.Integer(required=True)
