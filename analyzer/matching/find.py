"""From phrases and a stream to matches: bound, align, check the edges, keep the best that do not overlap."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import NamedTuple

import numpy as np

from analyzer.matching.calibrate import THRESHOLD, Strictness
from analyzer.matching.costs import INSERT_FILLER, CostTable
from analyzer.matching.field import PASSES, hundredths, prepare
from analyzer.matching.overlap import Match, resolve_overlaps
from analyzer.matching.program import program_of
from analyzer.matching.stream import Stream
from analyzer.rubric.model import Phrase

BLOCK_FREE = 0.5  # syllables of a block between gaps that earn it no budget
NEAREST_STEPS = (0.6, 0.3)  # similarities down to which a near miss is looked for, one after the other
_ROUNDING = 1e-4  # a cost is not over the budget by the last digit of a float


@functools.cache
def _kernel() -> ModuleType:
    """The compiled alignment; numba is imported when the first stream is searched."""
    from analyzer.matching import kernel

    return kernel


class _Path(NamedTuple):
    """The best path ending before `end`: its cost, the syllables it was asked for, and where it begins."""

    window: int
    phrase: int
    end: int
    hundredths: int
    syllables: int
    first: int


class Finder:
    """Searches one stream at one strictness; make it once for many phrases."""

    def __init__(self, stream: Stream, table: CostTable, strictness: Strictness) -> None:
        self.stream = stream
        self.strictness = strictness
        self._table = table

    def matches(self, phrases: Iterable[Phrase], *, word_edges: bool = False, resolve: bool = True) -> list[Match]:
        """Return the best non-overlapping matches of any of `phrases`, in order of position.

        `word_edges`: a match must begin and end where a jieba word does.
        `resolve=False` returns all of them, overlapping or not (exceptions: any that covers a hit excuses it).
        """
        listed = tuple(phrases)
        paths = self._paths(listed, every=word_edges)
        alike = [m for path in paths if (m := self._match(listed[path.phrase], path)).similarity >= THRESHOLD]
        matches = [m for m in alike if not word_edges or self._on_edges(m)]
        return resolve_overlaps(matches) if resolve else matches

    def within(self, phrases: Iterable[Phrase], windows: Sequence[tuple[int, int]]) -> list[list[Match]]:
        """Return every match of `phrases` in each window (half-open) of the stream, as if nothing else were said."""
        listed = tuple(phrases)
        matches: list[list[Match]] = [[] for _ in windows]
        for path in self._paths(listed, windows=windows):
            match = self._match(listed[path.phrase], path)
            if match.similarity >= THRESHOLD:
                matches[path.window].append(match)
        return matches

    def nearest(self, phrases: Iterable[Phrase], steps: Sequence[float] = NEAREST_STEPS) -> Match | None:
        """Return the most similar place of any of `phrases` under the threshold, if anything is somewhat alike.

        The ceiling is raised step by step, so that a near miss is found quickly and what is nothing alike is not
        searched for at all.
        """
        best: Match | None = None
        listed = tuple(phrases)
        for least in steps:
            for path in self._paths(listed, least=least):
                match = self._match(listed[path.phrase], path)
                if best is None or match.similarity > best.similarity:
                    best = match
            if best is not None:
                break
        return best

    def _paths(
        self,
        phrases: tuple[Phrase, ...],
        *,
        least: float = THRESHOLD,
        every: bool = False,
        windows: Sequence[tuple[int, int]] | None = None,
    ) -> list[_Path]:
        """Return the best paths down to similarity `least`, phrase by phrase; `every` end, or one of each place."""
        stream = self.stream
        places = [(0, len(stream.text))] if windows is None else windows
        if not (stream.text and phrases and places):
            return []
        ground, field = prepare(stream.whole or stream, self._table, self.strictness)
        program = program_of(phrases, self._table)
        ceilings = [self._ceiling(p, gapped, least) for p, gapped in zip(phrases, program.gapped, strict=True)]
        filler = hundredths(self.strictness.insertion * INSERT_FILLER)
        inserted = [
            max(0, ceiling + field.per * extent) // filler
            for ceiling, extent in zip(ceilings, program.extents, strict=True)
        ]
        passes = min(PASSES, math.ceil(math.log(max(inserted) + 1, 4)))
        ends = _kernel().search(
            program.graph,
            ground,
            field,
            np.array(ceilings, np.int32),
            hundredths(-self.strictness.per_syllable * BLOCK_FREE),
            max(map(sum, zip(program.extents, inserted, strict=True))),
            max(4**passes - 1, int(program.graph.width.max())),
            every,
            np.array(places, np.int32) + np.int32(stream.offset),
        )
        paths = (
            _Path(window, phrase, end - stream.offset, cost, syllables, first - stream.offset)
            for window, phrase, end, cost, syllables, first in ends
        )
        return sorted(paths, key=lambda path: path.phrase)

    def _ceiling(self, phrase: Phrase, gapped: bool, least: float) -> int:
        """Slack in hundredths up to which a path of this phrase may be of similarity `least` (`Strictness.budget`)."""
        s = self.strictness
        ceiling = -s.per_syllable * BLOCK_FREE  # bounds the last block; the whole is judged by its similarity
        if not gapped:
            ceiling = max(-s.per_syllable * s.free, s.minimum - s.per_syllable * phrase.min_chars)
        extra = (THRESHOLD - least) / (1.0 - THRESHOLD) * s.budget(phrase.min_chars)
        return math.floor(100 * (ceiling + extra + _ROUNDING))

    def _match(self, phrase: Phrase, path: _Path) -> Match:
        cost = path.hundredths / 100
        similarity = self.strictness.similarity(max(0.0, cost - _ROUNDING), path.syllables)
        return Match(path.first, path.end - 1, phrase.source, cost, similarity, phrase, path.syllables)

    def _on_edges(self, match: Match) -> bool:
        return self.stream.is_word_edge(match.first) and self.stream.is_word_edge(match.last + 1)
