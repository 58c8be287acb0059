"""A place where an element may be said: what it is worth, why, and its syllables drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from analyzer.domain import Hit, Role
from analyzer.judging.case import Case
from analyzer.judging.ear import AFTER, BEFORE
from analyzer.matching import Match, Strictness, covers
from analyzer.matching.drawing import Drawing, draw
from analyzer.rubric.model import Element, Phrase


class Standing(StrEnum):
    """What a place is worth.

    EXCUSED: an exception covers it; UNDONE: a 没 or 不用 beside it says the contrary; OTHERWISE: other words were surely
    written; ABSURD: the words around it mean something else; REJECTED: its sound is another; ELSEWHERE: too early, too late
    or before its turn; HELPED, FRAMED, UNASKED: pardoned by help, by whose words they are, or as nobody asked; IN_A_WORD: it cuts a word;
    HOMOPHONE: a short word of the same sound; OTHER_SPEAKER: said by who is not asked; NEAREST: not alike enough.
    """

    COUNTS = "counts"
    SUSPECTED = "suspected"
    HELPED = "helped"
    FRAMED = "framed"
    UNASKED = "unasked"
    EXCUSED = "excused"
    UNDONE = "undone"
    OTHERWISE = "otherwise"
    ABSURD = "absurd"
    REJECTED = "rejected"
    ELSEWHERE = "elsewhere"
    IN_A_WORD = "in_a_word"
    HOMOPHONE = "homophone"
    OTHER_SPEAKER = "other_speaker"
    NEAREST = "nearest"


@dataclass(frozen=True, slots=True)
class Trace:
    """A place where an element, by its id and title, may be said.

    `source`: the phrase as the standard writes it ("" where no phrase matched: a meaning or a name). `because`: the
    exception that covers it, as it is written, or the sentence that pardons or doubts it. `characters`: of each of its
    characters the line of the judged transcript and the place in it. `drawing`: None where there is no phrase.
    """

    element: str
    title: str
    standing: Standing
    hit: Hit
    source: str = ""
    because: str = ""
    characters: tuple[tuple[int, int], ...] = ()
    drawing: Drawing | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A place that may be shown; what is shown of it (`made`) is worked out for those that are chosen only.

    `strict`: the strictnesses at one of which it was found; `because`: as in Trace, or a function that looks for it; `hit`:
    the evidence that was made of it, else it is made.
    """

    tracer: Tracer
    match: Match
    standing: Standing
    strict: tuple[Strictness, ...] = ()
    because: str | Callable[[], str] = ""
    hit: Hit | None = None

    def overlaps(self, other: Found) -> bool:
        """Whether they are about the same words."""
        same = self.tracer.stream is other.tracer.stream
        return same and self.match.first <= other.match.last and other.match.first <= self.match.last

    def made(self) -> Trace:
        because = self.because if isinstance(self.because, str) else self.because()
        return self.tracer.trace(self, because)


class Tracer:
    """Finds out about the places of one element in what `who` said."""

    def __init__(self, element: Element, case: Case, who: Role | None) -> None:
        self.element, self.case, self.who = element, case, who
        self.stream = case.ear.stream(who)

    def trace(self, found: Found, because: str) -> Trace:
        stream, match = self.stream, found.match
        transcript = self.case.ear.hearing.transcript
        owners = {int(stream.owner[at]) for at in range(match.first, match.last + 1)}
        lines = {o: next(i for i, u in enumerate(transcript) if u is stream.utterances[o]) for o in owners}
        characters = tuple(
            (lines[int(stream.owner[at])], int(stream.origin[at])) for at in range(match.first, match.last + 1)
        )
        return Trace(
            self.element.id,
            self.element.title,
            found.standing,
            found.hit or self.case.ear.hit(self.who, match, element=self.element.id),
            match.phrase if match.pattern is not None else "",
            because,
            characters,
            self._draw(match, found.strict),
        )

    def _draw(self, match: Match, strict: Sequence[Strictness]) -> Drawing | None:
        """At the strictness at which it was found."""
        for one in strict:
            drawing = draw(self.stream, match, one)
            if drawing is not None and abs(one.similarity(drawing.cost, match.syllables) - match.similarity) < 0.001:
                return drawing
        return None

    def excuse(self, match: Match, exceptions: Sequence[Phrase], strictness: Strictness) -> str:
        """The exception that covers a match, as it is written; "" where none does."""
        if not exceptions:
            return ""
        around = [(max(0, match.first - BEFORE), min(len(self.stream.text), match.last + 1 + AFTER))]
        near = self.case.ear.finder(self.who, strictness).within(exceptions, around)[0]
        return next((e.phrase for e in sorted(near, key=lambda e: -e.similarity) if covers(e, match)), "")
