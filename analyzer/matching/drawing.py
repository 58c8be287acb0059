"""A match step by step: which heard character stands for which asked one, and at what cost.

The kernel says how much a match costs; this follows the same rules over one match, in Python, and tells the way: the
steps add up to the match's cost to the hundredth (the tests hold that over every phrase and example that is shipped). As
in the kernel, a block of the phrase takes the way of least slack, and before a gap the cheapest block counts.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from analyzer.matching.alignment import heard_cost
from analyzer.matching.calibrate import Strictness
from analyzer.matching.costs import SAME_SOUND, deletion_cost, insertion_cost, syllable_cost
from analyzer.matching.field import gap_costs, hundredths
from analyzer.matching.find import BLOCK_FREE
from analyzer.matching.overlap import Match
from analyzer.matching.stream import Stream
from analyzer.rubric.model import Gap, Literal, Sequence
from analyzer.text.syllables import readings, readings_of, spell, written


class StepKind(StrEnum):
    """SOUND: another character of the same sound; ALIKE: one that sounds otherwise; GAP: what stands in a gap."""

    SAME = "same"
    SOUND = "sound"
    ALIKE = "alike"
    LEFT_OUT = "left_out"
    PUT_IN = "put_in"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `asked`, `said`: characters, "" where there is none; `asked_sound`, `said_sound`: their pinyin.

    `at`: which of the match's characters was heard; in a gap `said` may be several, from there on. `cost` includes `pause`,
    what it costs that a break was run over.
    """

    kind: StepKind
    asked: str
    said: str
    at: int | None
    cost: float
    pause: float = 0.0
    asked_sound: str = ""
    said_sound: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """The steps of a match; `cost` is their sum, `limit` the most at which it would count."""

    steps: tuple[Step, ...]
    cost: float
    limit: float


class _Way(NamedTuple):
    slack: int
    cost: int
    syllables: int
    before: _Way | None
    key: str  # of the asked character; "" for one that was put in; GAP
    begin: int
    end: int
    step: int  # what this step cost


_Ways = dict[int, _Way]
_GAP = "*"


class _Ground(NamedTuple):
    """What the steps over some words cost, in hundredths: `cross[i]` the break before word i, `gap[i]` breaks before i."""

    heard: str
    cross: list[int]
    gap: list[int]
    insertion: float
    per: int
    ceiling: int
    most: int  # what the whole match cost: no way to it costs more


def draw(stream: Stream, match: Match, strictness: Strictness) -> Drawing | None:
    """Return how the words of a match say its phrase at this strictness; None where the phrase is not known.

    None too where the way cannot be followed, which would be a fault: the tests find none.
    """
    if match.pattern is None:
        return None
    cut = slice(match.first, match.last + 1)
    s = strictness
    breaks = [int(one) for one in stream.breaks[cut]]
    prices = (0, *map(hundredths, (s.comma, s.sentence, s.turn)))
    gap = [0]
    for one in breaks:
        gap.append(gap[-1] + gap_costs(s)[one])
    ground = _Ground(
        stream.text[cut],
        [prices[one] for one in breaks],
        gap,
        s.insertion,
        hundredths(s.per_syllable),
        hundredths(-s.per_syllable * BLOCK_FREE),
        hundredths(match.cost),
    )
    way = _sequence(match.pattern.pattern, {0: _Way(0, 0, 0, None, "", 0, 0, 0)}, ground).get(match.width)
    if way is None:
        return None
    steps = tuple(_step(one, ground) for one in _row(way))
    return Drawing(steps, way.cost / 100, round(s.budget(way.syllables), 4))


def _row(way: _Way) -> list[_Way]:
    row = []
    while way.before is not None:
        row.append(way)
        way = way.before
    return row[::-1]


def _step(way: _Way, ground: _Ground) -> Step:
    said = ground.heard[way.begin : way.end]
    at = way.begin if said else None
    cost = way.step / 100
    if way.key == _GAP:
        return Step(StepKind.GAP, "", said, at, cost, cost)
    pause = ground.cross[way.begin] / 100 if said and way.begin else 0.0
    if not way.key:
        return Step(StepKind.PUT_IN, "", said, at, cost, pause, "", _sounds(said, "")[0])
    asked = way.key[0]
    if not said:
        return Step(StepKind.LEFT_OUT, asked, "", None, cost, 0.0, _sounds("", way.key)[1])
    said_sound, asked_sound = _sounds(said, way.key)
    alike = StepKind.SOUND if heard_cost(said, way.key) <= SAME_SOUND else StepKind.ALIKE
    return Step(StepKind.SAME if said == asked else alike, asked, said, at, cost, pause, asked_sound, said_sound)


@functools.lru_cache(maxsize=8_192)
def _sounds(said: str, key: str) -> tuple[str, str]:
    """The pinyin of a heard character and of an asked one, in the readings in which they are most alike."""
    heard, asked = readings(said) if said else (), readings_of(key) if key else ()
    if heard and asked:
        near, wanted = min(((s, a) for s in heard for a in asked), key=lambda pair: syllable_cost(*pair))
        return written(said, near), written(key, wanted)
    return (written(said, heard[0]) if heard else ""), (written(key, asked[0]) if asked else "")


def _sequence(pattern: Sequence, ways: _Ways, ground: _Ground) -> _Ways:
    for part in pattern.parts:
        if isinstance(part, Literal):
            for key in spell(part.text):
                ways = _character(key, ways, ground)
        elif isinstance(part, Gap):
            ways = _gap(part.max_chars, ways, ground)
        else:
            joined: _Ways = {}
            for option in part.options:
                for at, way in _sequence(option, ways, ground).items():
                    _keep(joined, at, way, ground.most)
            ways = joined
    return ways


def _character(key: str, ways: _Ways, ground: _Ground) -> _Ways:
    """Heard, or left out; and then what is put in behind it. Of equal ways the first of these, as in the kernel."""
    after: _Ways = {}
    for at, way in ways.items():
        if at < len(ground.heard):
            cost = round(100 * heard_cost(ground.heard[at], key)) + (ground.cross[at] if at else 0)
            _keep(after, at + 1, _on(way, cost, key, at, at + 1, ground.per), ground.most)
    for at, way in ways.items():
        _keep(after, at, _on(way, round(100 * deletion_cost(key[0])), key, at, at, ground.per), ground.most)
    for at in range(1, len(ground.heard)):
        if at in after:
            cost = round(100 * ground.insertion * insertion_cost(ground.heard[at])) + ground.cross[at]
            _keep(after, at + 1, _on(after[at], cost, "", at, at + 1, 0), ground.most)
    return after


def _on(way: _Way, cost: int, key: str, begin: int, end: int, earned: int) -> _Way:
    slack, syllables = way.slack + cost - earned, way.syllables + bool(key)
    return _Way(slack, way.cost + cost, syllables, way, key, begin, end, cost)


def _gap(width: int, ways: _Ways, ground: _Ground) -> _Ways:
    """Behind a gap each block begins anew; the cheapest that is within its ceiling counts, of equal ones the nearest."""
    after: _Ways = {0: ways[0]} if 0 in ways else {}  # nothing heard yet: the gap has nothing to stand between
    for end in range(1, len(ground.heard) + 1):
        for at in range(end, max(end - width, 1) - 1, -1):
            way = ways.get(at)
            cost = ground.gap[end] - ground.gap[at]
            if way is None or way.slack + cost > ground.ceiling:
                continue
            if end not in after or way.cost + cost < after[end].cost:
                after[end] = _Way(0, way.cost + cost, way.syllables, way, _GAP, at, end, cost)
    return after


def _keep(ways: _Ways, at: int, way: _Way, most: int) -> None:
    best = ways.get(at)
    if way.cost <= most and (best is None or way.slack < best.slack):
        ways[at] = way
