"""A phrase put in place of the words that were heard for it, character by character.

`跟我们没关系` put in place of 耿问了没关系 is 跟我们没关系; in a phrase with gaps, the heard words stay in the gaps, and so do
words that came between (不归我们, heard as 布归那我们, is 不归那我们). Particles and pronouns of address stay as they
were heard: whether 就 was said changes no wording. Of alternatives, those are taken that sound nearest.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from analyzer.matching.costs import FILLERS, PARTICLES, SAME_SOUND, deletion_cost, insertion_cost, syllable_cost
from analyzer.rubric.model import Gap, Literal
from analyzer.rubric.model import Sequence as Pattern
from analyzer.text.syllables import readings, readings_of, spell

BETWEEN = 2.0  # a syllable that was misheard is likelier than one that was heard and not said
LIGHT = FILLERS | PARTICLES  # 就, 的, 您: said or not, one for the other, the wording is the same


class _Way(NamedTuple):
    """One way through a pattern so far: its cost, what stands in place of the characters it has passed, how that reads."""

    cost: float
    pieces: tuple[str, ...]
    text: str

    def passed(self, piece: str, cost: float) -> _Way:
        return _Way(self.cost + cost, (*self.pieces, piece), self.text + piece)

    def added(self, char: str, cost: float) -> _Way:
        """The way with a character of the phrase that nothing was heard for."""
        pieces = (*self.pieces[:-1], self.pieces[-1] + char) if char else self.pieces
        return _Way(self.cost + cost, pieces, self.text + char)


_Ways = dict[int, tuple[_Way, ...]]  # the cheapest ways for each number of heard characters passed, cheapest first

_COST = attrgetter("cost")


@functools.lru_cache(maxsize=4096)
def place(
    pattern: Pattern, heard: str, most: float, *, missing: bool = True, count: int = 1
) -> tuple[tuple[str, ...], ...]:
    """What stands in place of each character of `heard` (normalised) once `pattern` is said there: at most `count`
    readings, the nearest first, none where no way costs as little as `most`.

    The first piece may begin with characters for which nothing was heard; without `missing`, those stay away. Known
    from before where it was asked before: a recording is gone through once for each round of the second hearing.
    """
    ways = _Placing(heard, most, missing, count).sequence(pattern, {0: (_Way(0.0, ("",), ""),)})
    found = [way.pieces for way in ways.get(len(heard), ())] if heard else []
    return tuple((before + first, *rest) for before, first, *rest in found)


@dataclass(frozen=True, slots=True)
class _Placing:
    """The heard characters, the dearest way that is followed, whether what was not heard is put in, ways kept a place."""

    heard: str
    most: float
    missing: bool
    count: int

    def sequence(self, pattern: Pattern, ways: _Ways) -> _Ways:
        for part in pattern.parts:
            if not ways:
                break
            if isinstance(part, Literal):
                for key in spell(part.text):
                    ways = self._character(key, self._between(ways))
            elif isinstance(part, Gap):
                ways = self._gap(part.max_chars, ways)
            else:
                after: _Ways = {}
                for option in part.options:
                    for at, some in self.sequence(option, ways).items():
                        self._keep(after, at, list(some))
                ways = after
        return ways

    def _between(self, ways: _Ways) -> _Ways:
        """The ways with heard characters passed that the phrase does not ask for; none before its first."""
        after = dict(ways)
        for at, char in enumerate(self.heard):
            if at and at in after:
                cost = BETWEEN if self.missing else insertion_cost(char)
                self._keep(after, at + 1, [way.passed(char, cost) for way in self._within(after[at], cost)])
        return after

    def _character(self, key: str, ways: Mapping[int, tuple[_Way, ...]]) -> _Ways:
        after: _Ways = {}
        put = key[0] if self.missing and key[0] not in LIGHT else ""
        left_out = deletion_cost(key[0])
        for at, some in ways.items():
            self._keep(after, at, [way.added(put, left_out) for way in self._within(some, left_out)])
            if at < len(self.heard):
                char = self.heard[at]
                piece = char if key[0] in LIGHT and char in LIGHT else key[0]
                cost = _cost(char, key)
                self._keep(after, at + 1, [way.passed(piece, cost) for way in self._within(some, cost)])
        return after

    def _gap(self, width: int, ways: _Ways) -> _Ways:
        after = dict(ways)
        for at, some in ways.items():
            passed = list(some)
            for end in range(at + 1, min(at + width, len(self.heard)) + 1):
                passed = [way.passed(self.heard[end - 1], 0.0) for way in passed]
                self._keep(after, end, passed)
        return after

    def _within(self, ways: Iterable[_Way], cost: float) -> Iterator[_Way]:
        """The ways that are still cheap enough with `cost` more."""
        return (way for way in ways if way.cost + cost <= self.most)

    def _keep(self, ways: _Ways, at: int, more: Sequence[_Way]) -> None:
        """Keep the cheapest ways to a place; of two that read the same, the cheaper. `more` comes cheapest first."""
        known = ways.get(at, ())
        if not more or (len(known) == self.count and more[0].cost >= known[-1].cost):
            return
        if not known and len(more) <= self.count:
            ways[at] = tuple(more)
            return
        best: dict[str, _Way] = {}
        for way in sorted((*known, *more), key=_COST):
            if best.setdefault(way.text, way) is way and len(best) == self.count:
                break
        ways[at] = tuple(best.values())


@functools.lru_cache(maxsize=1 << 16)
def _cost(said: str, key: str) -> float:
    """What it costs to hear `said` where the key of `spell` is asked for (as `character_cost`)."""
    if said == key[0]:
        return 0.0
    pairs = [syllable_cost(s, a) for s in readings(said) for a in readings_of(key)]
    return max(SAME_SOUND, min(pairs, default=1.0))
