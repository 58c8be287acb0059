"""From phrases and a stream to matches: bound, align, check the edges, keep the best that do not overlap."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from analyzer.matching.calibrate import THRESHOLD, Strictness
from analyzer.matching.costs import CostTable, insertion_cost
from analyzer.matching.overlap import Match, resolve_overlaps
from analyzer.matching.program import Program, program_of
from analyzer.matching.stream import Stream
from analyzer.rubric.model import Phrase

BLOCK_FREE = 0.5  # syllables of a block between gaps that earn it no budget
_ROUNDING = 1e-4  # float32 sums of some twenty costs
NEAREST_STEPS = (0.6, 0.3)  # similarities down to which a near miss is looked for, one after the other


@functools.cache
def _kernel() -> ModuleType:
    """The compiled alignment; numba is imported when the first stream is searched."""
    from analyzer.matching import kernel

    return kernel


@dataclass(frozen=True, slots=True)
class Field:
    """A stream prepared for one strictness.

    `codes` numbers its characters in the table, shape (n,); `cross` is what stepping over the break before a position
    costs; `insert` what one more character there costs, its break included; `gap`, shape (n + 1,), the running sum of
    what breaks cost within a gap; `minima` the least cost of each asked character in each cell of the stream.
    """

    codes: NDArray[np.intp]
    cross: NDArray[np.float32]
    insert: NDArray[np.float32]
    gap: NDArray[np.float32]
    minima: NDArray[np.float32]

    @classmethod
    def over(cls, stream: Stream, table: CostTable, strictness: Strictness) -> Field:
        """Prepare `stream`."""
        by_break = np.array([0.0, strictness.comma, strictness.sentence, strictness.turn], np.float32)
        cross = by_break[stream.breaks]
        insert = np.array([insertion_cost(c) for c in stream.text], np.float32) * np.float32(strictness.insertion)
        # within a gap a comma costs nothing: people start anew within a sentence
        share = np.array([0.0, 0.0, 1.0, 1.0], np.float32)[stream.breaks]
        gap = np.concatenate([np.zeros(1, np.float32), np.cumsum(cross * share, dtype=np.float32)])
        codes, minima = _ground(stream, table)
        return cls(codes, cross, insert + cross, gap, minima)


_Ground = tuple[NDArray[np.intp], NDArray[np.float32]]
_GROUNDS: WeakKeyDictionary[Stream, tuple[CostTable, _Ground]] = WeakKeyDictionary()


def _ground(stream: Stream, table: CostTable) -> _Ground:
    """Return codes and cell minima of a stream, which all strictnesses share."""
    kept = _GROUNDS.get(stream)
    if kept is None or kept[0] is not table:
        codes = table.codes(stream.text)
        minima = _kernel().cell_minima(table.by_said, codes)
        kept = _GROUNDS[stream] = (table, (codes, minima))
    return kept[1]


class _Path(NamedTuple):
    """The best path ending before `end`: its cost, the syllables it was asked for, and where it begins."""

    end: int
    cost: float
    syllables: float
    first: int


class Finder:
    """Searches one stream at one strictness; make it once for many phrases."""

    def __init__(self, stream: Stream, table: CostTable, strictness: Strictness) -> None:
        self.stream = stream
        self.strictness = strictness
        self._table = table
        self._field = Field.over(stream, table, strictness) if stream.text else None

    def matches(self, phrases: Iterable[Phrase], *, word_edges: bool = False, resolve: bool = True) -> list[Match]:
        """Return the best non-overlapping matches of any of `phrases`, in order of position.

        `word_edges`: a match must begin and end where a jieba word does.
        `resolve=False` returns all of them, overlapping or not (exceptions: any that covers a hit excuses it).
        """
        found: list[Match] = []
        for phrase in phrases:
            ceiling = self._ceiling(phrase)
            program = program_of(phrase, self._table)
            for path in self._paths(program, ceiling, every=word_edges):
                match = self._match(phrase, path)
                if match.similarity >= THRESHOLD and (not word_edges or self._on_edges(match)):
                    found.append(match)
        return resolve_overlaps(found) if resolve else found

    def nearest(self, phrases: Iterable[Phrase]) -> Match | None:
        """Return the most similar place of any of `phrases` under the threshold, if anything is somewhat alike.

        The ceiling is raised step by step up to NEAREST_LEAST, so that a near miss is found quickly and what is
        nothing alike is not searched for at all.
        """
        best: Match | None = None
        listed = list(phrases)
        for least in NEAREST_STEPS:
            for phrase in listed:
                extra = (THRESHOLD - least) / (1.0 - THRESHOLD) * self.strictness.budget(phrase.min_chars)
                for path in self._paths(program_of(phrase, self._table), self._ceiling(phrase) + extra):
                    match = self._match(phrase, path)
                    if best is None or match.similarity > best.similarity:
                        best = match
            if best is not None:
                break
        return best

    def _paths(self, program: Program, ceiling: float, *, every: bool = False) -> list[_Path]:
        """Return the best paths within the ceiling; `every` end, or one of each place."""
        field = self._field
        if field is None:
            return []
        found = _kernel().search(
            program.kind,
            program.row,
            program.width,
            program.drop,
            program.first,
            program.preds,
            program.reach,
            self._table.columns,
            field.minima,
            field.codes,
            field.cross,
            field.insert,
            field.gap,
            np.float32(self.strictness.per_syllable),
            np.float32(ceiling),
            np.float32(-self.strictness.per_syllable * BLOCK_FREE),
            every,
        )
        return [_Path(*path) for path in found]

    def _ceiling(self, phrase: Phrase) -> float:
        """Slack up to which a path of this phrase may be within the budget (`Strictness.budget`)."""
        s = self.strictness
        if program_of(phrase, self._table).gapped:  # bounds the last block; the whole is judged by its similarity
            return -s.per_syllable * BLOCK_FREE + _ROUNDING
        return max(-s.per_syllable * s.free, s.minimum - s.per_syllable * phrase.min_chars) + _ROUNDING

    def _match(self, phrase: Phrase, path: _Path) -> Match:
        similarity = self.strictness.similarity(max(0.0, path.cost - _ROUNDING), path.syllables)
        return Match(path.first, path.end - 1, phrase.source, path.cost, similarity, phrase, path.syllables)

    def gapped(self, phrase: Phrase) -> bool:
        """Return whether there is a gap in the phrase."""
        return program_of(phrase, self._table).gapped

    def _on_edges(self, match: Match) -> bool:
        edge = self.stream.word_edge
        return bool(edge[match.first] and edge[match.last + 1])
