"""What a file of people or orders would change: row by row, before anything is changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from web.kit.csvfile import BadCell

Values = dict[str, Any]  # of our columns: words, yes or no, moments, facts


class Fate(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Planned:
    """A row that can be taken. `stated`: what it sets, of that only what differs from `before` (empty for a new one);
    `doubts`: why a person should look at it first, in words."""

    number: int
    key: str
    title: str
    fate: Fate
    stated: Values
    before: Values = field(default_factory=dict)
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """All rows of a file: those that can be taken, and what is wrong with the others."""

    planned: tuple[Planned, ...]
    bad: tuple[BadCell, ...]

    @property
    def rows(self) -> int:
        return len(self.planned) + len(self.bad)

    @property
    def doubtful(self) -> tuple[Planned, ...]:
        return tuple(row for row in self.planned if row.doubts and row.fate is not Fate.SAME)

    def of(self, fate: str) -> tuple[Planned, ...]:
        """The rows of one fate that nobody need look at twice."""
        return tuple(row for row in self.planned if row.fate == fate and not row.doubts)

    @property
    def unchanged(self) -> int:
        return sum(row.fate is Fate.SAME for row in self.planned)

    def wanted(self, with_doubtful: bool) -> tuple[Planned, ...]:
        """What a confirmation takes."""
        return tuple(row for row in self.planned if row.fate is not Fate.SAME and (with_doubtful or not row.doubts))

    @property
    def digest(self) -> str:
        """Two plans with the same digest say the same: what was confirmed is what is done."""
        told = [[p.number, p.key, p.fate, p.stated, p.before, p.doubts] for p in self.planned] + [list(self.bad)]
        return hashlib.sha256(json.dumps(told, default=str, sort_keys=True).encode()).hexdigest()


def against(known: Values | None, stated: Values) -> tuple[Fate, Values, Values]:
    """What becomes of a row that states this, where this is known of its key (None: nothing): fate, changes, before."""
    if known is None:
        return Fate.NEW, stated, {}
    changed = {name: value for name, value in stated.items() if known[name] != value}
    return Fate.CHANGED if changed else Fate.SAME, changed, {name: known[name] for name in changed}
