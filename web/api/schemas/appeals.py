"""Appeals: what a technician says against a verdict, and how it is answered."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from web.api.schemas.common import Moment, enum, told
from web.api.schemas.verdicts import VERDICT_WORDS, Evidence
from web.models.vocabulary import How, Kind
from web.review.answering import SHARES
from web.review.appealing import MAX_TEXT, PARTLY, REJECTED, UPHELD
from web.review.appeals_list import MINE, STATES

TEXT = validate.Length(min=1, max=MAX_TEXT)


class StepLine(Schema):
    """A step of its history."""

    what = fields.String(required=True, metadata=told("filed | answered | accepted | contested | decided"))
    at = Moment(required=True)
    by = fields.String(required=True)
    outcome = fields.String(required=True)
    text = fields.String(required=True)
    before = fields.String(required=True, allow_none=True)
    after = fields.String(required=True, allow_none=True)
    after_credit = fields.Float(required=True, allow_none=True)
    score_before = fields.Float(required=True, allow_none=True)
    score_after = fields.Float(required=True, allow_none=True)


class Appeal(Schema):
    """An appeal as the token's owner may see it, with the clause that it contests."""

    id = fields.Integer(required=True)
    recording_id = fields.Integer(required=True)
    recorded_at = Moment(required=True)
    technician = fields.String(required=True)
    order_no = fields.String(required=True)
    standard_id = fields.String(required=True)
    item_id = fields.String(required=True)
    clause = fields.String(required=True)
    clause_text = fields.String(required=True)
    kind = fields.String(required=True, validate=enum(Kind))
    how = fields.String(required=True, validate=enum(How))
    final = fields.String(required=True, allow_none=True, metadata=told("Null for a technician while it is reopened."))
    final_credit = fields.Float(required=True, allow_none=True)
    score = fields.Float(required=True, allow_none=True)
    signed_by = fields.String(required=True)
    reason = fields.String(required=True)
    evidence = fields.List(fields.Nested(Evidence), required=True, attribute="hits")
    text = fields.String(required=True)
    at = Moment(required=True)
    by = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    round = fields.Integer(required=True)
    due_at = Moment(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)
    contest_until = Moment(required=True, allow_none=True)
    turn = fields.String(
        required=True,
        validate=validate.OneOf(("", "answer", "decide", "react")),
        metadata=told("What the owner can do now: `answer`, `decide`, `react` (accept or contest); empty: nothing."),
    )
    choices = fields.List(fields.String(), required=True, metadata=told("Verdicts that `upheld` may put in its place."))
    shares = fields.List(fields.Float(), required=True, metadata=told("Shares that `partly` may give."))
    steps = fields.List(fields.Nested(StepLine), required=True)


class AppealWords(Schema):
    """Why."""

    text = fields.String(required=True, validate=TEXT)


class AppealAnswer(AppealWords):
    """`upheld` (with the verdict that takes its place), `partly` (with the share of the points), or `rejected`; and why."""

    outcome = fields.String(required=True, validate=validate.OneOf((UPHELD, PARTLY, REJECTED)))
    verdict = fields.String(load_default="", validate=validate.OneOf(("", *VERDICT_WORDS)))
    share = fields.Float(load_default=None, allow_none=True, validate=validate.OneOf(SHARES))


APPEAL_STATES = validate.OneOf((MINE, *STATES))
