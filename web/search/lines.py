"""Where the phrases stand in a recording's lines, as a reader may read them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from web.intake.sounds import Line, Words, fold
from web.models.vocabulary import Role
from web.search.question import Phrase

MOST_LINES = 3  # shown of a recording
BEFORE_S = 1.0  # played before the words: times are anchors


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line with what was looked for: `parts` are its texts and whether each is marked; `second` is where the first mark is said.

    `begin_s` and `end_s`: what is played of it.
    """

    role: Role
    second: float
    begin_s: float
    end_s: float
    parts: tuple[tuple[str, bool], ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The lines of a recording that answer best, in the order they were said; how many more there are."""

    lines: tuple[ShownLine, ...]
    more: int
    exact: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """A phrase at [first, last) of a line's folded characters."""

    phrase: int
    first: int
    last: int
    exact: bool


def answer(lines: Iterable[Line], phrases: Sequence[Phrase], role: Role | None, *, private: bool) -> Answer | None:
    """None where not every phrase is said. `role`: only what this role says counts; `private`: read with private words.

    Where a phrase is said exactly, what merely sounds so is no answer; where all are said in one line, lines with some are none to show.
    """
    found: list[tuple[Line, list[_Place]]] = []
    for line in lines:
        if role is None or line.role is role:
            places = list(_places(line.seen(private=private), phrases))
            if places:
                found.append((line, places))
    said = {place.phrase for _, places in found for place in places}
    if len(said) < len(phrases):
        return None
    exact = {place.phrase for _, places in found for place in places if place.exact}
    kept = [
        (line, wanted)
        for line, places in found
        if (wanted := [place for place in places if place.exact or place.phrase not in exact])
    ]
    together = [one for one in kept if len({place.phrase for place in one[1]}) == len(phrases)]
    best = sorted(together or kept, key=lambda one: -len({place.phrase for place in one[1]}))[:MOST_LINES]
    shown = sorted((_shown(line, places, private=private) for line, places in best), key=lambda one: one.second)
    return Answer(tuple(shown), len(kept) - len(best), len(exact) == len(phrases))


def _places(words: Words, phrases: Sequence[Phrase]) -> Iterator[_Place]:
    sounds = f" {words.syllables} "
    for number, phrase in enumerate(phrases):
        length, at = len(phrase.folded), words.folded.find(phrase.folded)
        while at >= 0:
            yield _Place(number, at, at + length, True)
            at = words.folded.find(phrase.folded, at + length)
        if not phrase.has_sound:
            continue
        wanted = f" {' '.join(phrase.syllables)} "
        at = sounds.find(wanted)
        while at >= 0:
            first = sounds.count(" ", 0, at)
            if words.folded[first : first + length] != phrase.folded:
                yield _Place(number, first, first + length, False)
            at = sounds.find(wanted, at + len(wanted) - 1)


def _shown(line: Line, places: Sequence[_Place], *, private: bool) -> ShownLine:
    text = line.seen(private=private).text
    origin = fold(text)[1]
    marked = {number for place in places for number in range(origin[place.first], origin[place.last - 1] + 1)}
    parts: list[tuple[str, bool]] = []
    for number, letter in enumerate(text):
        if parts and parts[-1][1] == (number in marked):
            parts[-1] = (parts[-1][0] + letter, parts[-1][1])
        else:
            parts.append((letter, number in marked))
    first = min(marked)
    second = round(line.start_s + (line.times[first] / 100 if first < len(line.times) else 0.0), 2)
    begin_s, end_s = round(max(0.0, second - BEFORE_S), 2), round(max(line.end_s, second + BEFORE_S), 2)
    return ShownLine(line.role, second, begin_s, end_s, tuple(parts), all(place.exact for place in places))
