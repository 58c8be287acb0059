"""Listens for forbidden phrases: what was said, what may have been, and what excuses it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analyzer.domain import Role
from analyzer.judging.ear import Ear
from analyzer.matching import (
    ACCUSATION,
    NEAR,
    Finder,
    Match,
    Stream,
    covers,
    make_stream,
    nonsense,
    resolve_overlaps,
)
from analyzer.matching.costs import SAME_SOUND
from analyzer.rubric.model import Element
from analyzer.text import Break

REMEDY_WITHIN_S = 15.0  # help that comes later was wrung out by the customer
LEAST_MISHEARD = 3  # syllables; two that sound nearly alike are everywhere
ANSWER_WITHIN_S = 20.0  # seconds after a question within which words answer it


def accusations(ear: Ear, element: Element) -> tuple[list[Match], list[Match]]:
    """Return what was said of a forbidden element, and what was misheard for it; less what an exception covers.

    Misheard: every syllable is there, one or two of them sound otherwise, and the characters that were written
    make no words. A sound-alike that does (布置到 for 不知道) is what was said.
    """
    who, phrases = element.who, element.phrases
    near = ear.finder(who, NEAR).matches(phrases, resolve=False)
    exact = ear.finder(who, ACCUSATION).matches(phrases, word_edges=True)
    said = ear.unexcused(who, exact, element.exceptions)
    stream = ear.stream(who)
    misheard = [
        m
        for m in near
        if m.syllables > LEAST_MISHEARD - 0.5
        and abs(m.width - m.syllables) < 0.5
        and m.cost >= SAME_SOUND
        and not any(m.first <= e.last and e.first <= m.last for e in exact)
        and nonsense(stream, m)
    ]
    return said, resolve_overlaps(ear.unexcused(who, misheard, element.exceptions))


def unclear(ear: Ear, element: Element, least: float) -> list[Match]:
    """Return what may have been said of a forbidden element where the engine was less sure than `least`."""
    who = element.who
    finder, at = ear.unsure(who, least)
    doubtful = (
        replace(m, first=int(at[m.first]), last=int(at[m.last]))
        for m in finder.matches(element.phrases, word_edges=True)
    )
    return ear.unexcused(who, [m for m in doubtful if ear.confidence(who, m) < least], element.exceptions)


def promise(ear: Ear, element: Element, match: Match) -> str | None:
    """Return the words that promise one of an element's remedies beside a match of it, or None.

    Help counts in the same sentence before the match, and after it in the same turn or the next one.
    """
    if not element.remedies:
        return None
    stream = ear.stream(element.who)
    finder, begin = ear.around(element.who, match)
    earliest, latest = _beside(stream, match)
    latest_s = stream.span(match.first, match.last).end_s + REMEDY_WITHIN_S
    refused = finder.matches(element.refusals, resolve=False)
    for help_ in finder.matches(element.remedies):
        first, last = begin + help_.first, begin + help_.last
        beside = earliest <= first and last < latest and (last < match.first or match.last < first)
        in_time = stream.span(first, first).start_s <= latest_s
        if beside and in_time and not any(covers(r, help_) for r in refused):
            return stream.quote(first, last)
    return None


def _beside(stream: Stream, match: Match) -> tuple[int, int]:
    """Return the characters from the start of a match's sentence to the end of the turn after its own."""
    before = np.flatnonzero(stream.breaks[: match.first + 1] >= Break.SENTENCE)
    turns = match.last + 1 + np.flatnonzero(stream.breaks[match.last + 1 :] == Break.TURN)
    return int(before[-1]) if len(before) else 0, int(turns[1]) if len(turns) > 1 else len(stream.text)


def unasked(ear: Ear, element: Element, match: Match) -> bool:
    """Return whether the customer has talked before a match, yet asked nothing that it could answer.

    A question is known by the element's question words or by the question mark that the engine wrote.
    """
    customer = ear.stream(Role.CUSTOMER)
    if not element.questions or not customer.text:
        return False
    at_s = ear.span(element.who, match).start_s
    starts = np.array([u.start_s for u in customer.utterances])
    if at_s <= starts[0]:
        return False
    recent = [u for u in customer.utterances if u.start_s < at_s < u.end_s + ANSWER_WITHIN_S]
    if any("？" in u.text or "?" in u.text for u in recent):
        return False
    near = make_stream(recent, None, ear.words)
    return not (near.text and Finder(near, ear.table, ACCUSATION).matches(element.questions))
