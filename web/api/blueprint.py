"""The blueprint that the API's view modules hang on, how arguments are read, and what all lists share."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import flask_smorest
from flask import Response
from marshmallow import EXCLUDE, RAISE, Schema, fields, validate
from webargs import missing
from webargs.flaskparser import FlaskParser

from web.api import cursor
from web.kit.errors import explain
from web.kit.i18n import gettext as _
from web.kit.problems import ProblemError, of_error
from web.kit.security import csrf
from web.kit.values import read_json

MOST = 200  # rows of a page
USUAL = 50
_UNKNOWN: dict[str, str | None] = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE, "form": EXCLUDE}


class Parser(FlaskParser):
    """Reads JSON as the whole site does: plain texts, not too deep."""

    DEFAULT_UNKNOWN_BY_LOCATION = _UNKNOWN

    def load_json(self, req: Any, schema: Any) -> Any:
        """The body. Raises ProblemError (400) for what is no JSON."""
        body = req.get_data(cache=True)
        if not body:
            return missing
        try:
            return read_json(body)
        except ValueError as error:
            words = _("内容不是 JSON，或嵌套太深。")
            where = _place(error) if isinstance(error, json.JSONDecodeError) else words
            raise ProblemError(400, "json", words, errors=[("json", where)]) from None


def _place(error: json.JSONDecodeError) -> str:
    return _("第 %(line)s 行第 %(column)s 个字起不是 JSON，请改正。", line=error.lineno, column=error.colno)


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    ARGUMENTS_PARSER = Parser()


blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
csrf.exempt(blueprint)  # no cookie opens it (door.py): there is nothing to forge


class PageArguments(Schema):
    """What every list takes."""

    cursor = fields.String(
        validate=validate.Length(max=500),
        metadata={"description": "The `next` of the page before, with the same filters."},
    )
    limit = fields.Integer(
        load_default=USUAL,
        validate=validate.Range(min=1, max=MOST),
        metadata={"description": f"Rows of a page, {MOST} at most."},
    )


def page(
    what: str,
    arguments: Mapping[str, Any],
    rows: Callable[[int | None, int], Sequence[Any]],
    number: Callable[[Any], int] = lambda row: row.id,
) -> dict[str, Any]:
    """A page of a list. `rows(last, count)` gives so many rows behind row `last`, in the list's order."""
    asked = {name: value for name, value in arguments.items() if name not in ("cursor", "limit")}
    found = rows(cursor.read(what, asked, arguments.get("cursor")), arguments["limit"] + 1)
    given = found[: arguments["limit"]]
    more = len(found) > len(given)
    return {"items": given, "next": cursor.give(what, asked, number(given[-1])) if more else None}


def refused(error: ProblemError) -> Response:
    """The answer of an error handler, where nobody would catch what is raised."""
    code = error.code or 500
    title, advice = explain(code)
    return of_error(error, code, title, error.description or advice)
