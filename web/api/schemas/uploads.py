"""Files on their way in, and what is told about them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from web.api.schemas.common import Facts, Moment, enum, told
from web.models import UploadState


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
