"""What was refused goes to the audit log: want of rights (403), and a change without its token (400).

Who tries doors is worth knowing, and so is a page elsewhere that sends somebody's browser here.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from flask import Flask, Response, g, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from web.db import now
from web.kit import audit
from web.kit.site import site
from web.models import AuditEntry

log = logging.getLogger(__name__)
ONCE = timedelta(minutes=10)  # the same person at the same door: whoever hammers fills no disk


def init(app: Flask) -> None:
    app.after_request(_note)


def _note(response: Response) -> Response:
    if response.status_code == 403 or g.get("refused_token"):
        try:
            _record(request.endpoint or "", "token" if g.get("refused_token") else "rights")
        except SQLAlchemyError as error:  # the refusal stands, whatever the database says
            log.warning("a refusal was not logged: %s", type(error).__name__)
    return response


def _record(endpoint: str, want: str) -> None:
    who = current_user.id if current_user.is_authenticated else None
    recent = select(AuditEntry.id).where(
        AuditEntry.object_kind == "page",
        AuditEntry.object_id == endpoint,
        AuditEntry.action == "refused",
        AuditEntry.user_id == who if who else AuditEntry.address == (request.remote_addr or ""),
        AuditEntry.at > now() - ONCE,
    )
    with site().db.reading() as reading:
        if reading.scalar(recent.limit(1)) is not None:
            return
    with site().db.writing() as session:
        audit.record(session, "refused", "page", endpoint, want=want, method=request.method, path=request.path)
