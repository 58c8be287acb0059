"""A POST with an `Idempotency-Key` is done once (draft-ietf-httpapi-idempotency-key-header).

The same key with the same request gets the first answer again for a day; with another request it is refused (422), and while
the first is being done it is told so (409). Only what was done is kept: a refused request may be sent again with its key.
What is done under a key is by itself safe to repeat (a known file, an order as it stands, a decision as it was seen), so
an answer that was lost with its process costs a repetition, never a second recording.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Response, g, jsonify, request
from sqlalchemy import delete

from web.db import now
from web.kit.i18n import gettext as _
from web.kit.problems import ProblemError
from web.kit.site import site
from web.models import ApiRequest

KEPT = timedelta(hours=24)
STUCK = timedelta(minutes=10)  # a request that began so long ago has died with its process
HEADER = "Idempotency-Key"
_KEY = re.compile(r"[!-~]{1,255}")
View = Callable[..., Response]


def once(view: View) -> View:
    """Put it before everything else that decorates a view of the API."""

    @functools.wraps(view)
    def answer(*args: Any, **values: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return view(*args, **values)
        if not _KEY.fullmatch(key):
            words = _("Idempotency-Key 要是 1 到 255 个可见的 ASCII 字符。")
            raise ProblemError(400, "idempotency-key", words, errors=[(f"header.{HEADER}", words)])
        known = _begin(key, _asked())
        if known is not None:
            again: Response = jsonify(known.body)
            again.status_code = known.status or 200
            again.headers["Idempotency-Replayed"] = "true"
            return again
        try:
            made = view(*args, **values)
        except BaseException:
            _forget(key)
            raise
        if made.status_code >= 300:
            _forget(key)
        else:
            _keep(key, made)
        return made

    answer._once = True  # type: ignore[attr-defined]  # the document tells of the header
    return answer


def _asked() -> str:
    """A digest of the request: of a form by its fields, as its boundary is another each time."""
    whole = hashlib.sha256(f"{request.method} {request.path}?{request.query_string.decode('latin-1')}\n".encode())
    if request.mimetype != "multipart/form-data":
        whole.update(request.get_data())
        return whole.hexdigest()
    for name, value in sorted(request.form.items(multi=True)):
        whole.update(repr((name, value)).encode())
    for name, file in sorted(request.files.items(multi=True), key=lambda pair: pair[0]):
        content = hashlib.sha256()
        while piece := file.stream.read(1 << 18):
            content.update(piece)
        file.stream.seek(0)
        whole.update(repr((name, file.filename, content.hexdigest())).encode())
    return whole.hexdigest()


def _begin(key: str, digest: str) -> ApiRequest | None:
    """Note that the request is being done; the row of the one that was done already. Raises ProblemError."""
    moment = now()
    with site().db.writing() as session:
        session.execute(delete(ApiRequest).where(ApiRequest.at < moment - KEPT))
        row = session.get(ApiRequest, (g.api_token.id, key))
        if row is not None and row.status is None and row.at < moment - STUCK:
            session.delete(row)
            session.flush()
            row = None
        if row is None:
            session.add(ApiRequest(token_id=g.api_token.id, key=key, digest=digest, at=moment))
            return None
        if row.digest != digest:
            raise ProblemError(422, "idempotency-key-reused", _("这个 Idempotency-Key 已用于另一个请求，请换一个。"))
        if row.status is None:
            words = _("同样的请求正在处理，请稍后再取结果。")
            raise ProblemError(409, "idempotency-in-progress", words, headers={"Retry-After": "1"})
        session.expunge(row)
        return row


def _keep(key: str, made: Response) -> None:
    with site().db.writing() as session:
        row = session.get(ApiRequest, (g.api_token.id, key))
        if row is not None:
            row.status, row.body = made.status_code, made.get_json(silent=True) or {}


def _forget(key: str) -> None:
    with site().db.writing() as session:
        row = session.get(ApiRequest, (g.api_token.id, key))
        if row is not None:
            session.delete(row)
