"""How much the lists behind the menu hold: each feature says what its list counts, one query answers for all of them.

    @counted("review.appeals", state="open")
    def _open(viewer: Viewer) -> Select[Any]: ...

The statement is the list's own, less its columns and its order: so the number is the number of its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from web.kit.access import may
from web.kit.login import Viewer

MOST = 5_000  # beyond this a count says "5000+": an exact number would cost every page its time
Rows = Callable[[Viewer], Select[Any]]


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows the list has; `more`: there are more than that. `endpoint` and `arguments` open just this list."""

    n: int
    more: bool
    endpoint: str
    arguments: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.n}+" if self.more else str(self.n)


@dataclass(frozen=True, slots=True)
class _List:
    endpoint: str
    arguments: Mapping[str, str]
    rows: Rows
    most: int


_LISTS: dict[str, _List] = {}


def counted(endpoint: str, name: str = "", most: int = MOST, **arguments: str) -> Callable[[Rows], Rows]:
    """Register the rows of a list under its endpoint, or under `name` where an endpoint has several lists."""

    def register(rows: Rows) -> Rows:
        _LISTS[name or endpoint] = _List(endpoint, arguments, rows, most)
        return rows

    return register


def menu_counts(session: Session, viewer: Viewer) -> dict[str, Count]:
    """The counts of all lists that the viewer may open, by name, in one query."""
    lists = {name: one for name, one in _LISTS.items() if may(viewer, one.endpoint)}
    if not lists:
        return {}
    row = session.execute(select(*(_number(one, viewer) for one in lists.values()))).one()
    return {
        name: Count(min(n, one.most), n > one.most, one.endpoint, one.arguments)
        for (name, one), n in zip(lists.items(), row, strict=True)
    }


def _number(one: _List, viewer: Viewer) -> Any:
    rows = one.rows(viewer).limit(one.most + 1).subquery()
    return select(func.count()).select_from(rows).scalar_subquery()
