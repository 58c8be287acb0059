"""Talk that is banned as a topic: a word of it is nothing, two are, and so is one with which the talk goes on.

Going on is measured in the staff's own words: so many of them without a word of the trade (`frames.yaml`).
"""

from __future__ import annotations

from analyzer.judging.ear import Ear
from analyzer.matching import ACCUSATION, PARDON, Match
from analyzer.rubric.model import Element, FrameWords

WITHIN_S = 60.0  # seconds in which a second word belongs to the same talk
LONG = 24  # characters of talk without a word of the trade: some five seconds


def topics(ear: Ear, element: Element) -> list[tuple[Match, bool]]:
    """Return where staff began to talk of an element's topics, and whether that became a talk."""
    if not element.topics:
        return []
    who = element.who
    found = ear.finder(who, ACCUSATION).matches(element.topics, word_edges=True)
    begun = ear.unexcused(who, found, element.exceptions, PARDON)
    at_s = [ear.span(who, match).start_s for match in begun]
    return [
        (match, any(0 < abs(other - start_s) <= WITHIN_S for other in at_s) or _goes_on(ear, element, match))
        for match, start_s in zip(begun, at_s, strict=True)
    ]


def _goes_on(ear: Ear, element: Element, match: Match) -> bool:
    stream = ear.stream(element.who)
    begin, end = match.last + 1, min(len(stream.text), match.last + 1 + LONG)
    if (
        end - begin < LONG
        or stream.span(end - 1, end - 1).start_s - stream.span(match.last, match.last).end_s > WITHIN_S
    ):
        return False
    return next(ear.vocabulary[FrameWords.TRADE].spans(stream.text[begin:end]), None) is None
