"""The clauses of a recording: verdicts, decisions, what was said against them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from web.api.schemas.common import Moment, enum, told
from web.models.vocabulary import How, Kind

VERDICT_WORDS = ("met", "missed", "not_applicable", "cannot_judge", "not_seen")


class Evidence(Schema):
    """Words that a verdict rests on."""

    start_s = fields.Float(required=True)
    end_s = fields.Float(required=True)
    role = fields.String(required=True)
    quote = fields.String(required=True)
    similarity = fields.Float(required=True)
    suspicion = fields.Boolean(required=True)


class DecisionLine(Schema):
    """What a person decided."""

    at = Moment(required=True)
    by = fields.String(required=True)
    action = fields.String(required=True)
    before = fields.String(required=True, allow_none=True)
    after = fields.String(required=True, allow_none=True)
    note = fields.String(required=True)


class AppealLine(Schema):
    """What the technician said against it."""

    at = Moment(required=True)
    by = fields.String(required=True)
    text = fields.String(required=True)
    state = fields.String(required=True)
    resolved_at = Moment(required=True, allow_none=True)
    resolved_by = fields.String(required=True)
    resolution = fields.String(required=True)


class VerdictLine(Schema):
    """A clause: what the machine said, what people decided, what stands. `hidden`: kept from one who judges blind."""

    item_id = fields.String(required=True)
    clause = fields.String(required=True)
    text = fields.String(required=True)
    kind = fields.String(required=True, validate=enum(Kind))
    how = fields.String(required=True, validate=enum(How))
    weight = fields.Float(required=True)
    penalty = fields.Float(required=True)
    cap = fields.Float(required=True, allow_none=True)
    hidden = fields.Boolean(required=True)
    machine = fields.String(required=True, allow_none=True, validate=validate.OneOf(VERDICT_WORDS))
    human = fields.String(required=True, allow_none=True, validate=validate.OneOf(VERDICT_WORDS))
    final = fields.String(required=True, allow_none=True, validate=validate.OneOf(VERDICT_WORDS))
    final_credit = fields.Float(required=True, allow_none=True)
    suspicion = fields.Boolean(required=True)
    reason = fields.String(required=True)
    evidence = fields.List(fields.Nested(Evidence), required=True)
    must_see = fields.String(required=True, metadata=told("Why a person must decide it before signing; else empty."))
    choices = fields.List(fields.String(), required=True)
    seen = fields.String(required=True, metadata=told("To be sent back with a decision: what it was made upon."))
    decisions = fields.List(fields.Nested(DecisionLine), required=True)
    appeals = fields.List(fields.Nested(AppealLine), required=True)


class Verdicts(Schema):
    """All clauses of a recording, in the standard's order."""

    recording_id = fields.Integer(required=True)
    revision = fields.Integer(required=True)
    score = fields.Float(required=True, allow_none=True)
    signed = fields.Boolean(required=True)
    signed_at = Moment(required=True, allow_none=True)
    items = fields.List(fields.Nested(VerdictLine), required=True)


class Decide(Schema):
    """A decision on a clause: `confirm` the machine, `set` a verdict (with a reason where it differs), `withdraw`."""

    do = fields.String(required=True, validate=validate.OneOf(("confirm", "set", "withdraw")))
    verdict = fields.String(load_default="", validate=validate.OneOf(("", *VERDICT_WORDS)))
    note = fields.String(load_default="", validate=validate.Length(max=500))
    seen = fields.String(required=True, validate=validate.Length(max=64))
