"""A recording: in a list, and whole."""

from __future__ import annotations

from marshmallow import Schema, fields

from web.api.schemas.common import Moment, enum, told
from web.models import JobState, RecordingState, ReviewState


class RecordingLine(Schema):
    """A recording in a list, as its list on the site shows it to the token's owner."""

    id = fields.Integer(required=True)
    name = fields.String(required=True, metadata=told("The file's name; masked for who reads no private words."))
    recorded_at = Moment(required=True)
    staff_no = fields.String(required=True)
    technician = fields.String(required=True)
    order_no = fields.String(required=True)
    standard_id = fields.String(required=True)
    duration_s = fields.Float(required=True, allow_none=True)
    unheard_s = fields.Float(required=True)
    state = fields.String(required=True, validate=enum(RecordingState))
    review_state = fields.String(required=True, validate=enum(ReviewState))
    signed_by = fields.String(required=True)
    score = fields.Float(required=True, allow_none=True, metadata=told("0..100, with people's decisions."))
    machine_score = fields.Float(
        required=True, allow_none=True, metadata=told("Before people decided; null for who is not told.")
    )
    missed = fields.Integer(required=True, allow_none=True)
    forbidden = fields.Integer(required=True, allow_none=True)
    suspicions = fields.Integer(required=True, allow_none=True)
    not_judged = fields.Integer(required=True, allow_none=True)
    excluded = fields.String(required=True, metadata=told("Why it counts nowhere; empty where it does."))


class RecordingAnalysis(Schema):
    """The analysis that stands."""

    number = fields.Integer(required=True)
    created_at = Moment(required=True)
    standard_id = fields.String(required=True)
    standard_version = fields.String(required=True)
    engine = fields.String(required=True)
    model = fields.String(required=True)


class RecordingJob(Schema):
    """The newest work on it."""

    state = fields.String(required=True, validate=enum(JobState))
    fraction = fields.Float(required=True, metadata=told("0..1"))
    error = fields.String(required=True)
    advice = fields.String(required=True)


class RecordingFull(RecordingLine):
    """A recording. Scores and counts are null while its reviewer judges it blind."""

    revision = fields.Integer(required=True)
    job_kind = fields.String(required=True)
    note = fields.String(required=True)
    facts = fields.Dict(required=True)
    technician_channel = fields.Integer(required=True, allow_none=True, metadata=told("Counted from 0."))
    passed = fields.Boolean(required=True, allow_none=True, metadata=told("Null where the standard has no pass mark."))
    blind = fields.Boolean(required=True)
    analysis = fields.Nested(RecordingAnalysis, required=True, allow_none=True)
    job = fields.Nested(RecordingJob, required=True, allow_none=True)
