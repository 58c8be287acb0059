"""Upheld appeals by clause: what technicians contested, with success, and what the machine had said counts against its rule."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from web.models import Appeal, Decision, Recording
from web.summaries.judged import included

UPHELD = ("upheld", "partly")  # of `Appeal.state`: in part is against the rule as well


def upheld(session: Session, standard_id: str) -> dict[str, int]:
    """{item id: appeals that were upheld against the machine's verdict}; clauses without any are left out. One query."""
    statement = (
        select(Appeal.item_id, func.count())
        .join(Recording, Recording.id == Appeal.recording_id)
        .where(against_rule(), Recording.standard_id == standard_id)
        .group_by(Appeal.item_id)
    )
    return dict(session.execute(statement).all())


def against_rule() -> ColumnElement[bool]:
    """Of Appeal joined with Recording: upheld, of a recording that counts, and not merely against what a person had decided.

    Where a reviewer had overruled the machine and the appeal brought the machine's verdict back, the rule was right.
    """
    return Appeal.state.in_(UPHELD) & Recording.deleted_at.is_(None) & included() & exists(_against().correlate(Appeal))


def _against() -> Select[Any]:
    machine_stood = or_(Decision.before == Decision.machine, Decision.after != Decision.machine)
    return select(Decision.id).where(
        Decision.recording_id == Appeal.recording_id,
        Decision.item_id == Appeal.item_id,
        Decision.action == "appeal",
        Decision.at >= Appeal.at,
        Decision.machine.is_not(None),
        machine_stood,
    )
