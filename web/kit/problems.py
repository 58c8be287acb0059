"""Errors of the REST API as `application/problem+json` (RFC 9457), whichever part of the site they come from.

`type` is a URN that programs read (`urn:tingjian:problem:KIND`), `title` and `detail` are for people; `errors` name the
fields that cannot be taken; `request` is the number by which the site's log finds the request.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from web.kit.tracing import request_id

API = "/api/v1/"
MIMETYPE = "application/problem+json"
TYPE = "urn:tingjian:problem:"
_NOT_CARRIED = {"content-type", "content-length"}  # of an HTTPException's own HTML page


class ProblemError(HTTPException):
    """An answer other than yes, of any status: `kind` for programs, `detail` in words for people.

    `errors`: (field, sentence) of what cannot be taken; `headers` go with the answer.
    """

    for_users = True

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str = "",
        *,
        errors: Iterable[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail or None)
        self.code, self.kind, self.errors, self.headers, self.more = status, kind, tuple(errors), headers or {}, more


def of_api() -> bool:
    """Whether the request is for the REST API."""
    return request.path.startswith(API)


def problem(
    status: int,
    title: str,
    detail: str,
    kind: str = "",
    errors: Iterable[tuple[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """The answer; `kind` is the status's own name where nothing says it better."""
    named = kind or HTTP_STATUS_CODES.get(status, "error").lower().replace(" ", "-")
    body: dict[str, Any] = {"type": TYPE + named, "title": title, "status": status, "detail": detail}
    if wrong := [{"field": field, "detail": words} for field, words in errors]:
        body["errors"] = wrong
    body |= {**more, "request": request_id()}
    answer = Response(json.dumps(body, ensure_ascii=False), status, mimetype=MIMETYPE)
    for name, value in (headers or {}).items():
        answer.headers[name] = value
    return answer


def of_error(error: HTTPException, status: int, title: str, advice: str) -> Response:
    """An HTTPException as a problem, with its headers (Allow, Retry-After, WWW-Authenticate) and what its fields lack."""
    headers = {name: value for name, value in error.get_headers() if name.lower() not in _NOT_CARRIED}
    if isinstance(error, ProblemError):
        headers |= error.headers
        return problem(status, title, advice, error.kind, error.errors, headers, **error.more)
    messages = (getattr(error, "data", None) or {}).get("messages", {})
    return problem(status, title, advice, errors=_fields("", messages), headers=headers)


def _fields(path: str, messages: object) -> Iterable[tuple[str, str]]:
    """What marshmallow found wrong, flat: (`query.limit`, sentence)."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _fields(f"{path}.{name}" if path else str(name), inner)
    elif isinstance(messages, list):
        for inner in messages:
            yield from _fields(path, inner)
    elif messages:
        yield path, str(messages)
