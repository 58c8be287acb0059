"""What is worth a second hearing: matches that decide a verdict though something else was written, and near misses that would.

Pure, like judging: the same transcript and standard give the same candidates. What was checked already is left out.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.domain import Candidate, Hearing, How, Kind, Role
from analyzer.judging.accusing import accusations, unclear
from analyzer.judging.case import Case, open_case
from analyzer.judging.charging import CLEAR_CONFIDENCE
from analyzer.judging.conversation import no_conversation, of_people, unanswered
from analyzer.judging.ear import Ear
from analyzer.judging.facts import deciding_rules, establish, holds
from analyzer.judging.framewords import vocabulary_of
from analyzer.judging.passages import Passages
from analyzer.judging.sound import Placed
from analyzer.matching import COURTESY, CUE, LOOSE, Match
from analyzer.rubric.model import Element, Item, Standard

# Seconds of speech for every candidate that is heard again: benchmarks/results/sound.md tells what one costs.
SECONDS_EACH = 18.0
AT_LEAST = 4
EACH = 2  # candidates of one element or fact
LEAST_LOOSE = {Kind.FORBIDDEN: 3, Kind.REQUIRED: 4}  # syllables of a near miss: shorter ones are nearly said everywhere
UNLIKE = 0.15  # what it takes off a near miss's similarity if the changed syllables sound wholly otherwise
SURE = 0.9  # confidence of every character from which nothing else was said there

ACCUSED, GRANTED, ESTABLISHED, NEARLY_ACCUSED, NEARLY_GRANTED = range(5)  # ranks: the lower, the more depends on it


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A match of `who` that should be held against the sound."""

    rank: int
    who: Role | None
    match: Match

    @property
    def near(self) -> bool:
        return self.rank >= NEARLY_ACCUSED

    @property
    def banned(self) -> bool:
        return self.rank in (ACCUSED, NEARLY_ACCUSED)

    @property
    def order(self) -> tuple[int, float, int, str]:
        return self.rank, -self.match.similarity, self.match.first, self.match.phrase


def most_of(hearing: Hearing) -> int:
    """How many candidates of a recording are heard again."""
    return max(AT_LEAST, int(hearing.speech_s / SECONDS_EACH))


def candidates(
    hearing: Hearing, standard: Standard, given: Mapping[str, bool], words: Any, most: int | None = None
) -> tuple[Candidate, ...]:
    """Return what should be held against the sound and was not yet, what most depends on first.

    With those that were checked, there are at most `most` (None: `most_of`).
    """
    room = (most_of(hearing) if most is None else most) - len(hearing.checks)
    if room <= 0 or (unanswered(given) or no_conversation(hearing, vocabulary_of(standard))) is not None:
        return ()
    hearing = of_people(hearing)
    case = open_case(hearing, standard, words)
    ear = case.ear
    if case.unjudgeable() is not None:
        return ()
    rules = deciding_rules(standard)
    facts = establish(rules, given, ear, case.understanding)
    wanted = [w for name in sorted(rules) if name not in given for w in _of_fact(standard, name, ear)]
    for item in standard.items:
        if item.how is How.RULE and holds(item.when, facts):
            wanted += _of_forbidden(item, case) if item.kind is Kind.FORBIDDEN else _of_required(item, case)
    passages = Passages(ear.hearing)
    found: dict[tuple[float, str, tuple[str, ...]], Candidate] = {}
    for one, put in _in_turn([pair for w in _apart(wanted, ear) if (pair := _placed(w, ear)) is not None]):
        if len(found) >= room:
            break
        candidate = passages.candidate(ear.stream(one.who), one.match, put, near=one.near, banned=one.banned)
        if candidate is not None:
            found.setdefault((candidate.start_s, candidate.heard, candidate.phrases), candidate)
    return tuple(found.values())


def _placed(one: _Wanted, ear: Ear) -> tuple[_Wanted, tuple[Placed, ...]] | None:
    """The match with what would stand in its place; None where it was checked, or no phrase can be put there."""
    stream = ear.stream(one.who)
    if ear.sound.outcome(stream, one.match) is not None or any(
        ear.sounding.checks(stream, one.match.first, one.match.last)
    ):
        return None
    put = ear.sound.placed(stream, one.match, near=one.near)
    return (one, put) if put and (put[0].plausible or not one.near) else None


def _in_turn(wanted: Sequence[tuple[_Wanted, tuple[Placed, ...]]]) -> Iterator[tuple[_Wanted, tuple[Placed, ...]]]:
    """Yield first what accuses, then in turn the likeliest of the near misses and of what else decides.

    A near miss is the likelier, the more what was written otherwise sounds alike.
    """
    accusing = sorted((w for w in wanted if w[0].rank == ACCUSED), key=lambda w: w[0].order)
    near = sorted((w for w in wanted if w[0].near), key=lambda w: (-_likeness(*w), w[0].order))
    deciding = sorted((w for w in wanted if ACCUSED < w[0].rank < NEARLY_ACCUSED), key=lambda w: w[0].order)
    yield from accusing
    for pair in itertools.zip_longest(near, deciding):
        yield from (one for one in pair if one is not None)


def _likeness(one: _Wanted, put: tuple[Placed, ...]) -> float:
    return one.match.similarity - UNLIKE * one.match.cost / max(put[0].changed, 1)


def _apart(wanted: Sequence[_Wanted], ear: Ear) -> list[_Wanted]:
    """Leave out what nearly accuses where other words accuse already: 我也没辙 is no 我也没准."""
    accused = [ear.span(w.who, w.match) for w in wanted if w.rank == ACCUSED]
    return [
        w
        for w in wanted
        if w.rank != NEARLY_ACCUSED or not any(ear.span(w.who, w.match).overlap_s(span) > 0.0 for span in accused)
    ]


def _of_fact(standard: Standard, name: str, ear: Ear) -> Iterator[_Wanted]:
    """The words on which a fact rests, where none of them is written as its cues ask."""
    found = [
        (cue.who, m)
        for cue in standard.facts[name].cues
        for m in ear.matches(cue.who, cue.phrases, cue.exceptions, CUE)
    ]
    if all(ear.sound.placed(ear.stream(who), m, near=False) for who, m in found):
        for who, match in sorted(found, key=lambda pair: -pair[1].similarity)[:EACH]:
            yield _Wanted(ESTABLISHED, who, match)


def _of_required(item: Item, case: Case) -> Iterator[_Wanted]:
    """The words that fulfil an element, where none is written as asked; where there are none, those that nearly do."""
    ear, window = case.ear, case.window(item.where)
    found = [(e, [m for m in _said(ear, e) if _within(window, ear, e, m)]) for e in item.elements]
    plain = [any(not ear.sound.placed(ear.stream(e.who), m, near=False) for m in matches) for e, matches in found]
    credit = sum(e.weight for (e, _), is_plain in zip(found, plain, strict=True) if is_plain)
    if credit >= item.pass_credit * sum(e.weight for e in item.elements) - 1e-9:
        return
    for (element, matches), is_plain in zip(found, plain, strict=True):
        if matches and not is_plain:
            for match in sorted(matches, key=lambda m: (-m.similarity, m.first))[:EACH]:
                yield _Wanted(GRANTED, element.who, match)
        elif not matches:
            near = [m for m in _near(ear, element, Kind.REQUIRED) if _within(window, ear, element, m)]
            for match in near[:EACH]:
                yield _Wanted(NEARLY_GRANTED, element.who, match)


def _said(ear: Ear, element: Element) -> list[Match]:
    said = ear.matches(element.who, element.phrases, element.exceptions, COURTESY)
    return [*said, *ear.own_names(element.who, element.surnames)]


def _within(window: Any, ear: Ear, element: Element, match: Match) -> bool:
    return bool(window.start_s <= ear.span(element.who, match).start_s <= window.end_s)


def _of_forbidden(item: Item, case: Case) -> Iterator[_Wanted]:
    """The words that accuse or make suspicious though they are not written as banned, and those that nearly do."""
    ear = case.ear
    for element in item.elements:
        said, misheard = accusations(ear, element)
        for match in (*said, *misheard, *unclear(ear, element, CLEAR_CONFIDENCE)):
            yield _Wanted(ACCUSED, element.who, match)
        for match in _near(ear, element, Kind.FORBIDDEN):
            yield _Wanted(NEARLY_ACCUSED, element.who, match)


def _near(ear: Ear, element: Element, kind: Kind) -> list[Match]:
    """Near misses of an element, most alike first, but for those where the engine was sure of what it wrote."""
    stream = ear.stream(element.who)
    loose = ear.finder(element.who, LOOSE).matches((*element.phrases, *element.topics))
    found = [
        match
        for match in ear.unrejected(element.who, ear.unexcused(element.who, loose, element.exceptions))
        if match.syllables > LEAST_LOOSE[kind] - 0.5 and min(stream.confidence[match.first : match.last + 1]) < SURE
    ]
    return sorted(found, key=lambda m: (-m.similarity, m.first))
