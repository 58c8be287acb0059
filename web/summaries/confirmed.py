"""How often people confirmed the machine clause by clause: counted by the worker, read by pages in one row.

Of the random sample only, as the page of agreement advises: what was looked at because it was in doubt says nothing of
the rest. About the machine, not about people: everybody's recordings together.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.db import Database, now
from web.models import Decision, Recording, SiteValue
from web.summaries.compared import compared

NAME = "confirmed_clauses"
DAYS = 365
LEAST = 10  # decisions below which a share says nothing


@dataclass(frozen=True, slots=True)
class Confirmed:
    """`times` of `of` decided verdicts on a clause people left as the machine gave them."""

    times: int
    of: int


def keep(db: Database) -> None:
    """Count again, and write what is counted where it is no longer the same."""
    with db.reading() as session:
        fresh, known = _counted(session), session.scalar(_kept())
    if fresh != known:
        with db.writing() as session:
            session.merge(SiteValue(name=NAME, value=fresh))


def confirmed(session: Session) -> dict[tuple[str, str], Confirmed]:
    """By standard and clause, where there are enough decisions; one row is read."""
    kept: dict[str, dict[str, list[int]]] = session.scalar(_kept()) or {}
    return {
        (standard_id, item_id): Confirmed(times, of)
        for standard_id, items in kept.items()
        for item_id, (times, of) in items.items()
        if of >= LEAST
    }


def _kept() -> Any:
    return select(SiteValue.value).where(SiteValue.name == NAME)


def _counted(session: Session) -> dict[str, dict[str, list[int]]]:
    keys = (Recording.standard_id, Decision.item_id, Decision.machine, Decision.after)
    statement = compared(now() - timedelta(days=DAYS), True, *keys, func.count()).group_by(*keys)
    of, times = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for standard_id, item_id, machine, after, count in session.execute(
        statement.where(Recording.deleted_at.is_(None), Recording.standard_id.is_not(None))
    ):
        of[standard_id, item_id] += count
        times[standard_id, item_id] += count if machine == after else 0
    counted: dict[str, dict[str, list[int]]] = {}
    for (standard_id, item_id), whole in sorted(of.items()):
        counted.setdefault(standard_id, {})[item_id] = [times[standard_id, item_id], whole]
    return counted
