"""Errors of the REST API as `application/problem+json` (RFC 9457), whichever part of the site they come from.

`type` is a URN that programs read (`urn:tingjian:problem:KIND`), `title` and `detail` are for people; `errors` name the
fields that cannot be taken; `request` is the number by which the site's log finds the request.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from web.kit import field_words
from web.kit.i18n import gettext as _
from web.kit.tracing import request_id

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


def words_of(status: int, title: str, advice: str) -> tuple[str, str]:
    """What a program's author is told where a page would tell its reader something else."""
    own = {
        400: (_("请求有误"), _("请按接口说明改正后再发。")),
        401: (_("没有有效的令牌"), _("请带上访问令牌：Authorization: Bearer tj_…")),
        403: (_("没有权限"), _("令牌的主人没有这项权限。")),
        404: (_("找不到"), _("没有这个地址或这条数据，或者令牌的主人看不到它。")),
        405: (_("方法不对"), _("这个地址支持的方法见 Allow。")),
        409: (_("和现状冲突"), _("请取回最新结果，再提交。")),
        413: (_("内容太大"), _("一个请求最多 32 MB。更大的录音请用 POST /api/v1/uploads 分片上传；工单请分几次提交。")),
        422: (_("内容有误"), _("请按 errors 指出的地方改正后再发。")),
    }
    return own.get(status, (title, advice))


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
    told = getattr(error, "for_users", False) and error.description  # words of its own: they stay
    title, usual = words_of(status, title, advice)
    advice = advice if told else usual
    headers = {name: value for name, value in error.get_headers() if name.lower() not in _NOT_CARRIED}
    if isinstance(error, ProblemError):
        headers |= error.headers
        return problem(status, title, advice, error.kind, error.errors, headers, **error.more)
    messages = (getattr(error, "data", None) or {}).get("messages", {})
    return problem(status, title, advice, errors=_fields("", messages), headers=headers)


def _fields(path: str, messages: object) -> Iterable[tuple[str, str]]:
    """What marshmallow found wrong, flat: (`query.limit`, sentence in the reader's language)."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _fields(f"{path}.{name}" if path else str(name), inner)
    elif isinstance(messages, list):
        for inner in messages:
            yield from _fields(path, inner)
    elif messages:
        yield path, field_words.said(str(messages))
