"""Writing the audit log (`web.kit.chain` holds its entries together)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from flask import g, has_request_context, request
from flask_login import current_user
from sqlalchemy.orm import Session

from web.db import now
from web.kit import chain
from web.kit.i18n import gettext as _
from web.models import AuditEntry

LONGEST_DETAIL = 500  # characters of one value: what people typed is kept with what it was typed for


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
        if "api_token" in g:  # a program did it in his name
            detail = {**detail, "api_token": g.api_token.id}
    chain.join(
        session,
        AuditEntry(
            at=now(),
            user_id=user_id,
            username=plain(username)[:64],
            action=action,
            object_kind=object_kind,
            object_id=plain(str(object_id))[:64],
            detail={name: _plain(value) for name, value in detail.items()},
            address=plain(address)[:64],
        ),
    )


def broken_links(session: Session) -> Iterator[int]:
    """Give the ids of entries at which the log's chain does not hold."""
    for fault in chain.faults(session):
        yield fault.entry


def fault_words(fault: chain.Fault) -> str:
    """Tell people what does not fit."""
    words = {
        "changed": _("第 %(n)s 条被改动，或它前面的一条被删除", n=fault.entry),
        "unsealed": _("第 %(n)s 条没有加封，是绕过程序写进去的", n=fault.entry),
        "unknown_key": _(
            "第 %(n)s 条是用另一个密钥加封的，无法核对；请把原来的密钥加进 TINGJIAN_WEB_AUDIT_KEY", n=fault.entry
        ),
        "cut": _("第 %(n)s 条曾经是最后一条，现在不见了或被换掉", n=fault.entry),
        "headless": _("末尾的留底不见了，看不出最后的记录是否被删除"),
    }
    return words[fault.kind]


def plain(text: str) -> str:
    """Text that stays on its line and in its direction: controls, line breaks and marks of direction become visible."""
    return "".join(_shown(c) if unicodedata.category(c) in _UNSEEN else c for c in text)


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def _shown(character: str) -> str:
    return f"\\u{ord(character):04x}"


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value[:LONGEST_DETAIL])
    if isinstance(value, dict):
        return {plain(str(name)): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
