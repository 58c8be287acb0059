"""A place where an element may be said: what it is worth, why, and its syllables drawn."""

from __future__ import annotations

from collections.abc import Sequence
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


class Tracer:
    """Makes the traces of one element."""

    def __init__(self, element: Element, case: Case, who: Role | None) -> None:
        self._element, self._case, self._who = element, case, who
        self._stream = case.ear.stream(who)
        self._lines = {id(u): line for line, u in enumerate(case.ear.hearing.transcript)}

    def trace(
        self,
        match: Match,
        standing: Standing,
        strict: Sequence[Strictness] = (),
        because: str = "",
        hit: Hit | None = None,
    ) -> Trace:
        stream = self._stream
        hit = hit or self._case.ear.hit(self._who, match, element=self._element.id)
        characters = tuple(
            (self._lines[id(stream.utterances[int(stream.owner[at])])], int(stream.origin[at]))
            for at in range(match.first, match.last + 1)
        )
        source = match.phrase if match.pattern is not None else ""
        return Trace(
            self._element.id, self._element.title, standing, hit, source, because, characters, self._draw(match, strict)
        )

    def _draw(self, match: Match, strict: Sequence[Strictness]) -> Drawing | None:
        """At the strictness at which it was found."""
        for one in strict:
            drawing = draw(self._stream, match, one)
            if drawing is not None and abs(one.similarity(drawing.cost, match.syllables) - match.similarity) < 0.001:
                return drawing
        return None

    def excuse(self, match: Match, exceptions: Sequence[Phrase], strictness: Strictness) -> str:
        """The exception that covers a match, as it is written; "" where none does."""
        if not exceptions:
            return ""
        ear = self._case.ear
        around = [(max(0, match.first - BEFORE), min(len(self._stream.text), match.last + 1 + AFTER))]
        near = ear.finder(self._who, strictness).within(exceptions, around)[0]
        return next((e.phrase for e in sorted(near, key=lambda e: -e.similarity) if covers(e, match)), "")
