"""From phrases and a stream to matches: search, trace, check the edges, keep the best that do not overlap."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from analyzer.matching.align import MOST_INSERTED, Field
from analyzer.matching.calibrate import THRESHOLD, Strictness
from analyzer.matching.costs import CostTable
from analyzer.matching.overlap import Match, resolve_overlaps
from analyzer.matching.stream import Stream
from analyzer.rubric.model import Gap, Literal, Phrase, Sequence


class Finder:
    """Searches one stream at one strictness; holds the cost rows, so make it once for many phrases."""

    def __init__(self, stream: Stream, table: CostTable, strictness: Strictness) -> None:
        self.stream = stream
        self.strictness = strictness
        self._field = Field.over(stream, table, strictness)

    def matches(self, phrases: Iterable[Phrase], *, word_edges: bool = False, resolve: bool = True) -> list[Match]:
        """Return the best non-overlapping matches of any of `phrases`, in order of position.

        `resolve=False` returns all of them, overlapping or not (exceptions: any that covers a hit excuses it).
        `word_edges`: a match must begin and end where a jieba word does.
        """
        found: list[Match] = []
        for phrase in phrases:
            row = self._field.search(phrase.pattern)
            if row is None:
                continue
            for end in _valleys(row[0], self._ceiling(phrase)):
                match = self._trace(phrase, end)
                if match.similarity >= THRESHOLD and (not word_edges or self._on_edges(match)):
                    found.append(match)
        return resolve_overlaps(found) if resolve else found

    def nearest(self, phrases: Iterable[Phrase]) -> Match | None:
        """Return the most similar place of any of `phrases`, however unlike; None for an empty stream."""
        best: Match | None = None
        for phrase in phrases:
            row = self._field.search(phrase.pattern)
            if row is None or row.shape[1] < 2:
                continue
            match = self._trace(phrase, int(np.argmin(row[0, 1:])) + 1)
            if best is None or match.similarity > best.similarity:
                best = match
        return best

    def _ceiling(self, phrase: Phrase) -> float:
        """Slack up to which a path of this phrase may be within the budget (`Strictness.budget`)."""
        s = self.strictness
        return max(-s.per_syllable * s.free, s.minimum - s.per_syllable * phrase.min_chars) + _ROUNDING

    def _trace(self, phrase: Phrase, end: int) -> Match:
        """Align again in a window before `end`, this time keeping where each path began and what it cost."""
        begin = max(0, end - _reach(phrase.pattern))
        row = self._field.select(slice(begin, end), traced=True).search(phrase.pattern)
        assert row is not None  # noqa: S101 - the phrase has words, or it would not have been searched
        slack, cost, first = (float(v) for v in row[:, -1])
        syllables = (cost - slack) / self.strictness.per_syllable
        similarity = self.strictness.similarity(max(0.0, cost - _ROUNDING), syllables)
        return Match(begin + int(first), end - 1, phrase.source, cost, similarity)

    def _on_edges(self, match: Match) -> bool:
        edge = self.stream.word_edge
        return bool(edge[match.first] and edge[match.last + 1])


_ROUNDING = 1e-4  # float32 sums of some twenty costs


def _valleys(slack: NDArray[np.float32], ceiling: float) -> list[int]:
    """Positions under the ceiling that are lowest among their neighbours: one a place, not one a position."""
    under = np.flatnonzero(slack <= ceiling)
    if not len(under):
        return []
    padded = np.pad(slack, 1, constant_values=np.inf)
    lowest = (slack <= padded[:-2]) & (slack < padded[2:])
    return [int(i) for i in under if lowest[i]]


def _reach(pattern: Sequence) -> int:
    """How many characters before its end a match of `pattern` can begin."""
    reach = 0
    for part in pattern.parts:
        if isinstance(part, Literal):
            reach += len(part.text) * (1 + MOST_INSERTED)
        elif isinstance(part, Gap):
            reach += part.max_chars
        else:
            reach += max(_reach(option) for option in part.options)
    return reach
