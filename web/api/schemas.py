"""What the API gives and takes, as the OpenAPI document shows it. Times are ISO 8601 with their zone; seconds end in `_s`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from web.kit.forms import THREE_YEARS, TOMORROW, ImpossibleError, possible
from web.kit.site import site
from web.models import JobState, RecordingState, ReviewState, UploadState
from web.models.vocabulary import How, Kind

VERDICT_WORDS = ("met", "missed", "not_applicable", "cannot_judge", "not_seen")


def told(words: str, **more: Any) -> dict[str, Any]:
    """What the document says of a field."""
    return {"description": words, **more}


def enum(kind: Any) -> validate.OneOf:
    return validate.OneOf([one.value for one in kind])


class Moment(fields.DateTime):
    """A moment. Read: one without a zone is in the site's. Raises ValidationError before 1990 and further `ahead`."""

    def __init__(self, *, ahead: dt.timedelta = TOMORROW, **more: Any) -> None:
        super().__init__(format="iso", **more)
        self.ahead = ahead

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            read: dt.datetime = super()._deserialize(value, attr, data, **kwargs)
            moment = read.replace(tzinfo=site().zone) if read.tzinfo is None else read.astimezone(site().zone)
            return possible(moment, str(value), self.ahead)
        except ImpossibleError as error:
            raise ValidationError(str(error)) from None
        except (OverflowError, TypeError):
            raise self.make_error("invalid", input=value, obj_type="datetime") from None


class Facts(fields.Dict):
    """What is known of the visit, by the names of the standard's facts."""

    def __init__(self, **more: Any) -> None:
        super().__init__(keys=fields.String(validate=validate.Length(max=64)), values=fields.Boolean(), **more)


class Page(Schema):
    """A page of a list: `next` is null on the last one."""

    next = fields.String(required=True, allow_none=True, metadata=told("The cursor of the page that follows."))


def page_of(row: type[Schema]) -> Schema:
    """The schema of a page of such rows."""
    name = f"{row.__name__}Page"
    return Page.from_dict({"items": fields.List(fields.Nested(row), required=True)}, name=name)()


class Problem(Schema):
    """An error (RFC 9457)."""

    class Field(Schema):
        field = fields.String(required=True)
        detail = fields.String(required=True)

    type = fields.String(required=True, metadata=told("urn:tingjian:problem:KIND"))
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(Field))
    request = fields.String(required=True, metadata=told("The number by which the site's log finds the request."))


class Me(Schema):
    """Whose the token is and what it may."""

    token = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    expires_at = Moment(required=True, allow_none=True)
    username = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)


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


class Details(Schema):
    """What is told about a recording; everything may be missing."""

    staff_no = fields.String(validate=validate.Length(max=64))
    order_no = fields.String(validate=validate.Length(max=64))
    standard_id = fields.String(validate=validate.Length(max=64))
    recorded_at = Moment()
    technician_channel = fields.Integer(
        validate=validate.OneOf((0, 1)), metadata=told("The technician's channel of a stereo file, from 0.")
    )
    note = fields.String(validate=validate.Length(max=500))


class FormDetails(Details):
    """The parts of the form beside the file; `facts` is a JSON object of booleans."""

    file = fields.Raw(metadata=told("The recording; required.", type="string", format="binary"))
    facts = fields.String(validate=validate.Length(max=4000))


class JsonDetails(Details):
    facts = Facts()


class BeginUpload(Schema):
    """A file that will come in slices. The same name, size and `sample` find an upload again that was begun before."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=255))
    size = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=2**53 - 1))
    sample = fields.String(
        load_default="", validate=validate.Length(max=64), metadata=told("Tells this file from others of its name.")
    )
    details = fields.Nested(JsonDetails, metadata=told("Checked now, so that nobody sends gigabytes in vain."))


class FinishUpload(Schema):
    details = fields.Nested(JsonDetails)


class SliceArguments(Schema):
    offset = fields.Integer(required=True, validate=validate.Range(min=0, max=2**53 - 1))


class UploadLine(Schema):
    """How far an upload is: `offset` bytes surely lie on the disk."""

    id = fields.String(required=True)
    offset = fields.Integer(required=True)
    size = fields.Integer(required=True)
    state = fields.String(required=True, validate=enum(UploadState))
    slice_bytes = fields.Integer(required=True, metadata=told("The largest slice."))
    recording_id = fields.Integer(required=True, allow_none=True)


class ReceivedFile(Schema):
    """The recording that a file became, or the one that it already was (`duplicate`)."""

    id = fields.Integer(required=True)
    duplicate = fields.Boolean(required=True)
    added = fields.List(fields.String(), required=True, metadata=told("What the details told anew of a known one."))
    differs = fields.List(fields.String(), required=True, metadata=told("What they say otherwise, and was left."))


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
