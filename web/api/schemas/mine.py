"""A technician's own scorecard."""

from __future__ import annotations

from marshmallow import Schema, fields

from web.api.schemas.common import told
from web.api.schemas.results import Change, Interval


class OwnClause(Schema):
    """His rate on a clause (0..1); the team's where enough colleagues stand behind it that it names nobody."""

    standard_id = fields.String(required=True)
    item_id = fields.String(required=True)
    clause = fields.String(required=True)
    text = fields.String(required=True)
    own = fields.Nested(Interval, required=True)
    team = fields.Nested(Interval, required=True, allow_none=True)
    difference = fields.Nested(Change, required=True, allow_none=True, metadata=told("To his colleagues."))


class OwnPoint(Schema):
    """A week (`2026-W48`), oldest first."""

    period = fields.String(required=True)
    recordings = fields.Integer(required=True)
    score = fields.Nested(Interval, required=True)
    team_median = fields.Float(required=True, allow_none=True)


class OwnCard(Schema):
    """A technician's own month: of his signed recordings alone, without any colleague's name or rank."""

    month = fields.String(required=True)
    minimum = fields.Integer(required=True)
    staff_no = fields.String(required=True)
    name = fields.String(required=True)
    team = fields.String(required=True)
    recordings = fields.Integer(required=True)
    scored = fields.Integer(required=True)
    orders = fields.Integer(required=True)
    score = fields.Nested(Interval, required=True)
    change = fields.Nested(Change, required=True)
    forbidden_per_100 = fields.Nested(Interval, required=True)
    passing = fields.Nested(Interval, required=True, allow_none=True, metadata=told("Null without a pass mark."))
    clauses = fields.List(fields.Nested(OwnClause), required=True, metadata=told("What needs most work first."))
    trend = fields.List(fields.Nested(OwnPoint), required=True)
