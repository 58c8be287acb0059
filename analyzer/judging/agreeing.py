"""Suspicions that two witnesses agree on: words that alone do not prove an offence, and a reader who is sure of it.

What is heard and what is meant are told by different means: words of turning somebody away (弄不了, 找别人) stand in many
innocent sentences, and a reader knows sentences, not words. Where both say the same, it was said. A meaning without any
such word in it stays a suspicion, however sure its reader is; so do words that may be misheard and replies to which no
question was heard, of which the company decides (`policy`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzer.domain import FoundBy
from analyzer.judging.case import Case
from analyzer.judging.charging import MEANT, Accusation, accusation, doubt_of
from analyzer.judging.reasons import part
from analyzer.matching import PARDON, Match
from analyzer.rubric.model import FrameWords, Item


def agreed(suspicion: Accusation, item: Item, case: Case) -> Accusation:
    """Return what a reader suspects as proven where words agree with it; any other accusation as it is.

    Words that cap the score are proven by nothing but themselves; nor does a reader know who spoke, or in which frame.
    """
    element = suspicion.element
    if suspicion.pardon or suspicion.doubt != MEANT or element.grave or not element.remedies:
        return suspicion
    if not case.understanding.is_proven(element, suspicion.match):
        return suspicion
    for match in _turning_away(suspicion, case):
        found = accusation(match, doubt_of(match, element, case), element, item, case)
        if not (found.pardon or found.doubt):
            hit = replace(suspicion.hit, phrase=match.phrase, similarity=1.0, suspicion=False, note=part("agreed"))
            return replace(found, hit=replace(hit, by=FoundBy.WORDS))
    return suspicion


def _turning_away(suspicion: Accusation, case: Case) -> Iterator[Match]:
    """Words of turning somebody away within what a reader found, as they are written, less what the lexicon excuses."""
    who, first, last = suspicion.element.who, suspicion.match.first, suspicion.match.last
    text = case.ear.stream(who).text[first : last + 1]
    spans = case.ear.vocabulary[FrameWords.TURNING_AWAY].spans(text)
    found = [Match(first + begin, first + end - 1, text[begin:end], 0.0, 1.0) for begin, end in spans]
    yield from case.ear.unexcused(who, found, suspicion.element.exceptions, PARDON)
