"""Matches, and the one policy for matches that share words."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import dataclass, field

from analyzer.rubric.model import Phrase


@dataclass(frozen=True, slots=True)
class Match:
    """Characters first..last (both included) of a stream that say a phrase (its source), and how alike they are.

    `syllables` is how many were asked for on the path that was taken through the phrase.
    """

    first: int
    last: int
    phrase: str
    cost: float
    similarity: float
    pattern: Phrase | None = field(default=None, compare=False, repr=False)
    syllables: float = field(default=0.0, compare=False, repr=False)

    @property
    def width(self) -> int:
        return self.last - self.first + 1


def resolve_overlaps(matches: Iterable[Match]) -> list[Match]:
    """Keep the better of any two matches that share a character; return them in order of position.

    Better is: more similar, then longer, then earlier, then the phrase that sorts first. Greedy from the best down,
    so that the result depends on nothing but the matches.
    """
    kept: list[Match] = []  # in order of position, none sharing a character with another
    for match in sorted(matches, key=lambda m: (-round(m.similarity, 6), -m.width, m.first, m.phrase)):
        place = bisect.bisect_right(kept, match.last, key=lambda m: m.first)
        if place == 0 or kept[place - 1].last < match.first:
            kept.insert(place, match)
    return kept


COVERED = 0.6  # share of a hit that an exception must span: 没办法现在 excuses 我们没办法


def covers(outer: Match, inner: Match) -> bool:
    """Return whether `outer` spans so much of `inner` that it says what `inner` means."""
    shared = min(outer.last, inner.last) - max(outer.first, inner.first) + 1
    within = outer.first <= inner.first + 1 and outer.last >= inner.last - 1  # but for a character at either end
    return within or shared >= COVERED * inner.width
