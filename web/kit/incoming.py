"""Requests as views see them: texts plain, numbers of paths bounded, JSON not too deep. Nothing else reads them.

In a path, what no database takes is no page (404); in JSON it is no JSON (400, 422).
"""

from __future__ import annotations

from functools import cached_property
from typing import IO, Any

from flask import Flask
from flask import Request as FlaskRequest
from flask.json.provider import DefaultJSONProvider
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter, ValidationError

from web.kit.values import MOST, plain_text, read_json

MOST_ARGUMENT = 1_000  # characters of one value of an address: SQLite searches for no pattern of 50,000


class Json(DefaultJSONProvider):
    ensure_ascii = False
    sort_keys = False

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        return read_json(s)


class _Forms(FormDataParser):
    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        stream, form, files = super().parse(stream, mimetype, content_length, options)
        return stream, _plain(form), files


class Request(FlaskRequest):
    """Arguments and forms hold plain texts only."""

    form_data_parser_class = _Forms

    @cached_property
    def args(self) -> MultiDict[str, str]:
        return _plain(super().args, MOST_ARGUMENT)


def _plain(sent: MultiDict[str, str], most: int | None = None) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict([(plain_text(k)[:most], plain_text(v)[:most]) for k, v in sent.items(multi=True)])


class BoundedInteger(IntegerConverter):
    """A number of a path, as `number` reads it; another is no page."""

    regex = "[0-9]{1,19}"

    def __init__(self, map: Map, **more: Any) -> None:
        super().__init__(map, **{"max": MOST, **more})


class PlainWord(UnicodeConverter):
    """A word of a path; one that no database takes is no page."""

    def to_python(self, value: str) -> str:
        if plain_text(value) != value or len(value) > MOST_ARGUMENT:
            raise ValidationError
        return value


def init(app: Flask) -> None:
    """Before any blueprint: its paths are read by these."""
    app.request_class = Request
    app.json = Json(app)
    app.url_map.converters |= {"int": BoundedInteger, "default": PlainWord, "string": PlainWord}
