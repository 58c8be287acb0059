"""Standards and their clauses."""

from __future__ import annotations

from marshmallow import Schema, fields

from web.api.schemas.common import enum, told
from web.models.vocabulary import How, Kind


class Clause(Schema):
    id = fields.String(required=True)
    kind = fields.String(required=True, validate=enum(Kind))
    how = fields.String(required=True, validate=enum(How))
    clause = fields.String(required=True)
    text = fields.String(required=True)
    when = fields.String(required=True, attribute="when_text")
    weight = fields.Float(required=True)
    penalty = fields.Float(required=True)
    cap = fields.Float(required=True, allow_none=True)
    severity = fields.String(required=True)


class Fact(Schema):
    name = fields.String(required=True)
    title = fields.String(required=True)


class StandardLine(Schema):
    """A standard in effect today."""

    id = fields.String(required=True)
    version = fields.String(required=True)
    digest = fields.String(required=True)
    title = fields.String(required=True)
    recording = fields.String(required=True, metadata=told("visit | call"))
    pass_mark = fields.Float(required=True, allow_none=True)


class StandardFull(StandardLine):
    items = fields.List(fields.Nested(Clause), required=True)
    facts = fields.List(fields.Nested(Fact), required=True)


class StandardList(Schema):
    items = fields.List(fields.Nested(StandardLine), required=True)
