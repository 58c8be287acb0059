"""Suspicions that two witnesses agree on: words that alone do not prove an offence, and a reader who is sure of it.

What is heard and what is meant are told by different means: words of turning somebody away (弄不了, 找别人) stand in many
innocent sentences, words that were misheard may have been others, and a reader knows sentences, not words. Where both say
the same, it was said. A meaning without any such word in it stays a suspicion, however sure its reader is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analyzer.domain import FoundBy
from analyzer.judging.case import Case
from analyzer.judging.charging import MEANT, MISHEARD, UNASKED, Accusation, accusation, doubt_of
from analyzer.judging.reasons import part
from analyzer.matching import Match
from analyzer.rubric.model import FrameWords, Item


def agreed(suspicion: Accusation, item: Item, case: Case) -> Accusation:
    """Return a suspicion as proven where its reader agrees with the words; any other accusation as it is.

    Words that cap the score are proven by nothing but themselves; nor does a reader know who spoke, or in which frame.
    """
    element, read = suspicion.element, suspicion.doubt == MEANT
    if suspicion.pardon or suspicion.hit.by is FoundBy.SOUND or element.grave:
        return suspicion
    if suspicion.doubt not in (MEANT, MISHEARD, UNASKED) or (read and not element.remedies):
        return suspicion
    if not case.understanding.is_proven(element, suspicion.match):
        return suspicion
    for match in _turning_away(suspicion, case) if read else (suspicion.match,):
        doubt = doubt_of(match, element, case)
        found = accusation(match, "" if doubt == UNASKED else doubt, element, item, case)
        if found.pardon or found.doubt:
            continue
        hit = replace(suspicion.hit, suspicion=False, note=part("agreed"), by=FoundBy.WORDS)
        return replace(found, hit=replace(hit, phrase=match.phrase, similarity=1.0) if read else hit)
    return suspicion


def _turning_away(suspicion: Accusation, case: Case) -> Iterator[Match]:
    """Words of turning somebody away within what a reader found, as they are written."""
    first, last = suspicion.match.first, suspicion.match.last
    text = case.ear.stream(suspicion.element.who).text[first : last + 1]
    for begin, end in case.ear.vocabulary[FrameWords.TURNING_AWAY].spans(text):
        yield Match(first + begin, first + end - 1, text[begin:end], 0.0, 1.0)
