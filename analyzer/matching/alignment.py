"""Which asked character each heard one stands for, on the cheapest way through a phrase.

The kernel says how alike words and a phrase are; this says where they differ. It follows one match at a time, so it may
be slow; options that cost more than the match did are left as soon as they do.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from analyzer.matching.costs import FILLERS, PARTICLES, SAME_SOUND, deletion_cost, insertion_cost, syllable_cost
from analyzer.rubric.model import Gap, Literal, Sequence
from analyzer.text.syllables import readings, readings_of, spell

LIGHT = FILLERS | PARTICLES  # 就, 的, 您: said or not, one for the other, the phrase is the same
SLACK = (
    0.05  # a match of a strictness with insertion factor 1 costs what it costs here, and its breaks; but for rounding
)


@dataclass(frozen=True, slots=True)
class Difference:
    """An asked character that was not written so: `at` among the heard ones (None: nothing was heard for it).

    `cost` as in `costs.py`; `block` counts the stretches of the phrase between gaps, `place` the characters in it.
    """

    asked: str
    at: int | None
    cost: float
    block: int
    place: int


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where the words of a match differ from its phrase.

    `blocks`: what each stretch of the phrase between gaps asked for; `begins`, `ends`: which heard character each begins
    and ends with (None: none was heard); `inserted`: heard characters within blocks that were not asked for.
    """

    differences: tuple[Difference, ...]
    blocks: tuple[str, ...]
    begins: tuple[int | None, ...]
    ends: tuple[int | None, ...]
    inserted: tuple[int, ...]


class _Step(NamedTuple):
    """A way so far: its cost and how its last step came about (linked back to the start)."""

    cost: float
    before: _Step | None
    asked: str  # "" for a heard character that was not asked for; GAP where a gap begins
    at: int | None


_Ways = dict[int, _Step]  # the cheapest way for each number of heard characters passed
_GAP = "*"


def align(pattern: Sequence, heard: str, most: float) -> Alignment | None:
    """Return how `pattern` is said by `heard` (normalised) at a cost of at most `most`; None where it is not."""
    way = _sequence(pattern, {0: _Step(0.0, None, "", None)}, heard, most).get(len(heard))
    return None if way is None else _alignment(way, heard)


def _alignment(way: _Step, heard: str) -> Alignment:
    differences: list[Difference] = []
    blocks = [""]
    begins: list[int | None] = [None]
    ends: list[int | None] = [None]
    inserted: list[int] = []
    for step in _steps(way):
        if step.asked == _GAP:
            blocks.append("")
            begins.append(None)
            ends.append(None)
        elif step.asked:
            char, where = step.asked[0], (len(blocks) - 1, len(blocks[-1]))
            blocks[-1] += char
            if step.at is None:
                differences.append(Difference(char, None, deletion_cost(char), *where))
                continue
            if begins[-1] is None:
                begins[-1] = step.at
            ends[-1] = step.at
            if heard[step.at] != char:
                differences.append(Difference(char, step.at, heard_cost(heard[step.at], step.asked), *where))
        elif step.at is not None:
            inserted.append(step.at)
    return Alignment(tuple(differences), tuple(blocks), tuple(begins), tuple(ends), tuple(inserted))


def _steps(way: _Step) -> Iterator[_Step]:
    steps: list[_Step] = []
    step: _Step | None = way
    while step is not None:
        steps.append(step)
        step = step.before
    return reversed(steps)


def _sequence(pattern: Sequence, ways: _Ways, heard: str, most: float) -> _Ways:
    for part in pattern.parts:
        if not ways:
            break
        if isinstance(part, Literal):
            for key in _spelled(part.text):
                ways = _character(key, _inserted(ways, heard, most), heard, most)
        elif isinstance(part, Gap):
            ways = _gap(part.max_chars, ways, heard)
        else:
            after: _Ways = {}
            for option in part.options:
                for at, way in _sequence(option, ways, heard, most).items():
                    _keep(after, at, way, most)
            ways = after
    return ways


_spelled = functools.lru_cache(maxsize=8_192)(spell)


def _inserted(ways: _Ways, heard: str, most: float) -> _Ways:
    """The ways with heard characters passed that the phrase does not ask for; none before its first."""
    after = dict(ways)
    for at in range(1, len(heard)):
        way = after.get(at)
        if way is not None:
            _keep(after, at + 1, _Step(way.cost + insertion_cost(heard[at]), way, "", at), most)
    return after


def _character(key: str, ways: _Ways, heard: str, most: float) -> _Ways:
    after: _Ways = {}
    for at, way in ways.items():
        _keep(after, at, _Step(way.cost + deletion_cost(key[0]), way, key, None), most)
        if at < len(heard):
            _keep(after, at + 1, _Step(way.cost + heard_cost(heard[at], key), way, key, at), most)
    return after


def _gap(width: int, ways: _Ways, heard: str) -> _Ways:
    after: _Ways = {}
    for at, way in ways.items():
        for end in range(at, min(at + width, len(heard)) + 1):
            _keep(after, end, _Step(way.cost, way, _GAP, None), way.cost)
    return after


def _keep(ways: _Ways, at: int, way: _Step, most: float) -> None:
    best = ways.get(at)
    if way.cost <= most and (best is None or way.cost < best.cost):
        ways[at] = way


@functools.lru_cache(maxsize=65_536)
def heard_cost(said: str, key: str) -> float:
    """What it costs to hear `said` where the key of `spell` is asked for (as `character_cost`)."""
    if said == key[0]:
        return 0.0
    pairs = [syllable_cost(s, a) for s in readings(said) for a in readings_of(key)]
    return max(SAME_SOUND, min(pairs, default=1.0))
