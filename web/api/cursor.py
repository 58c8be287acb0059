"""Where a list goes on: the last row that was given, signed, so that nobody makes one up.

Rows are found by their number, never by counting: what is added or removed meanwhile neither repeats nor hides any.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from web.kit.i18n import gettext as _
from web.kit.problems import ProblemError


def give(what: str, asked: Mapping[str, Any], last: int) -> str:
    """The cursor behind row `last` of the list `what`, asked with these filters."""
    return str(_signer().dumps([what, _mark(asked), last]))


def read(what: str, asked: Mapping[str, Any], cursor: str | None) -> int | None:
    """The row behind which the list goes on; None at its beginning.

    Raises ProblemError (400) for a cursor of another list or of other filters, and for one that the site did not give.
    """
    if not cursor:
        return None
    try:
        kind, mark, last = _signer().loads(cursor)
    except (BadSignature, ValueError, TypeError):
        kind, mark, last = "", "", None
    if kind != what or mark != _mark(asked) or type(last) is not int:
        sentence = _("续页标记不对：请用上一页给出的标记，其他条件保持不变。")
        raise ProblemError(400, "cursor", sentence, errors=[("query.cursor", sentence)])
    return last


def _mark(asked: Mapping[str, Any]) -> str:
    told = json.dumps({k: v for k, v in asked.items() if v not in (None, "")}, sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(
        current_app.secret_key or "", salt="api cursor", signer_kwargs={"digest_method": hashlib.sha256}
    )
