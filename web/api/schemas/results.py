"""Whose a token is; scorecards."""

from __future__ import annotations

from marshmallow import Schema, fields

from web.api.schemas.common import Moment


class Me(Schema):
    """Whose the token is and what it may."""

    token = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    expires_at = Moment(required=True, allow_none=True)
    username = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)


class Interval(Schema):
    """A figure with its 95 % interval and the n it rests on; null where there is too little."""

    value = fields.Float(required=True, allow_none=True)
    low = fields.Float(required=True, allow_none=True)
    high = fields.Float(required=True, allow_none=True)
    n = fields.Integer(required=True)


class Change(Schema):
    """The difference to the month before."""

    value = fields.Float(required=True, allow_none=True)
    low = fields.Float(required=True, allow_none=True)
    high = fields.Float(required=True, allow_none=True)
    beyond_chance = fields.Boolean(required=True)


class CardLine(Schema):
    """A technician's scorecard of the month."""

    technician_id = fields.Integer(required=True)
    staff_no = fields.String(required=True)
    name = fields.String(required=True)
    team = fields.String(required=True)
    recordings = fields.Integer(required=True)
    signed = fields.Integer(required=True)
    scored = fields.Integer(required=True)
    orders = fields.Integer(required=True)
    coverage = fields.Float(required=True, allow_none=True)
    score = fields.Nested(Interval, required=True)
    change = fields.Nested(Change, required=True)
    forbidden_per_100 = fields.Nested(Interval, required=True)
    rank_first = fields.Integer(required=True, allow_none=True)
    rank_last = fields.Integer(required=True, allow_none=True)
    ranked = fields.Integer(required=True)


class Cards(Schema):
    """The team's scorecards of a month; with fewer than `minimum` recordings nobody is ranked."""

    month = fields.String(required=True)
    minimum = fields.Integer(required=True)
    mixed_standards = fields.Boolean(required=True)
    items = fields.List(fields.Nested(CardLine), required=True)
