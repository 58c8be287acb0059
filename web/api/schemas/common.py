"""What the API gives and takes, as the OpenAPI document shows it: what all resources share.

Times are ISO 8601 with their zone; seconds end in `_s`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from web.kit.forms import TOMORROW, ImpossibleError, possible
from web.kit.site import site


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
