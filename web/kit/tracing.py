"""The number by which a request is found in the log: in each of its lines, in the answer, on error pages.

An address is logged without its query: what somebody searched for is nobody's business.
"""

from __future__ import annotations

import logging
import re
import secrets
import time

from flask import Flask, Response, g, request

from web.kit import logs

HEADER = "X-Request-ID"
log = logging.getLogger("web.access")
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")  # a number that a proxy gave; anything else could forge lines
_UNSEEN = {"static", "watch.health", "watch.ready", "watch.metrics"}  # they come every few seconds


def request_id() -> str:
    """The number of the present request."""
    return logs.REQUEST.get()


def init(app: Flask) -> None:
    """Number every request, answer with its number and note how it went."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_forget)
    app.jinja_env.globals["request_id"] = request_id


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    logs.REQUEST.set(given if _GIVEN.fullmatch(given) else secrets.token_hex(8))
    logs.RECORDING.set((request.view_args or {}).get("recording_id"))
    logs.PAGE.set(request.endpoint or "")
    g.begun_s = time.monotonic()


def _end(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    if request.endpoint not in _UNSEEN:
        ms = round((time.monotonic() - g.get("begun_s", time.monotonic())) * 1000)
        told = {"method": request.method, "path": request.path, "status": response.status_code, "ms": ms}
        log.info("%s %s %d, %d ms", *told.values(), extra={"told": told})
    return response


def _forget(_error: BaseException | None) -> None:
    logs.REQUEST.set("")
    logs.RECORDING.set(None)
    logs.PAGE.set("")
