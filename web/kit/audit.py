"""Writing the audit log. Each entry's digest covers the one before: a row taken out breaks the chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from flask import has_request_context, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from web.db import now
from web.models import AuditEntry


def record(
    session: Session,
    action: str,
    object_kind: str = "",
    object_id: object = "",
    *,
    user_id: int | None = None,
    username: str = "",
    **detail: object,
) -> None:
    """Add an entry in the writing transaction of what it tells; user and address come from the request."""
    address = ""
    if has_request_context():
        address = request.remote_addr or ""
        if current_user and current_user.is_authenticated and user_id in (None, current_user.id):
            user_id, username = current_user.id, current_user.username
    entry = AuditEntry(
        at=now(),
        user_id=user_id,
        username=username,
        action=action,
        object_kind=object_kind,
        object_id=str(object_id),
        detail=detail,
        address=address,
    )
    last = session.scalar(select(AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1))
    entry.digest = _digest(last or "", entry)
    session.add(entry)
    session.flush()


def broken_links(session: Session) -> Iterator[int]:
    """Give the ids of entries whose digest does not follow from the entry before: changed, or one before is gone."""
    before = ""
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=1000)):
        if entry.digest != _digest(before, entry):
            yield entry.id
        before = entry.digest


def _digest(before: str, entry: AuditEntry) -> str:
    covered = [
        before,
        entry.at.isoformat(),
        entry.user_id,
        entry.username,
        entry.action,
        entry.object_kind,
        entry.object_id,
        entry.detail,
        entry.address,
    ]
    return hashlib.sha256(json.dumps(covered, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()
