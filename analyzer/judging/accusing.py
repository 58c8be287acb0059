"""Listens for forbidden phrases: what was said, what may have been, and what excuses it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from analyzer.domain import Role, Utterance
from analyzer.judging.ear import Ear
from analyzer.judging.meant import meant
from analyzer.matching import (
    ACCUSATION,
    CUE,
    EXCUSE,
    NEAR,
    PARDON,
    Finder,
    Match,
    Stream,
    Strictness,
    covers,
    make_stream,
    nonsense,
    resolve_overlaps,
)
from analyzer.matching.costs import SAME_SOUND
from analyzer.matching.written import CERTAIN
from analyzer.rubric.model import Element, FrameWords
from analyzer.text import Break, normalise

LEAST_MISHEARD = 3  # syllables; two that sound nearly alike are everywhere
MOST_HOMOPHONES = 3  # syllables up to which other characters of the same sound are likely words of their own
ANSWER_WITHIN_S = 20.0  # seconds after a question within which words answer it
BEFORE_REPLY = 3  # characters of a turn before the reply: 大姐啊, 这个嘛
REPLY_WITHIN_S = 60.0  # seconds after words of the customer within which a refusal may be the reply to them
_NAMED = re.compile("[我咱俺您你谁]|物业|公司")


def accusations(ear: Ear, element: Element) -> tuple[list[Match], list[Match]]:
    """Return what was said of a forbidden element, and what was misheard for it; less what an exception covers.

    Misheard: every syllable is there, one or two of them sound otherwise, and the characters that were written
    make no words. A sound-alike that does (布置到 for 不知道) is what was said. Of a grave element so is all that is not
    written as it is asked for.
    """
    who, phrases = element.who, element.phrases
    stream = ear.stream(who)
    near = ear.finder(who, NEAR).matches(phrases, resolve=False)
    accused = ear.finder(who, ACCUSATION)
    exact = accused.matches(phrases, word_edges=True)
    if element.alone:
        uttered = (m for m in accused.matches(element.alone, word_edges=True, resolve=False) if _alone(stream, m))
        if element.questions and not element.phrases:  # bare replies: 不管 is none to 吵到你了吧
            uttered = (m for m in uttered if _is_whole_reply(stream, m) and _is_asked(ear, element, m))
        exact = resolve_overlaps([*exact, *uttered])
    exact = [m for m in exact if as_written(stream, m, element.grave)]
    said = ear.unrejected(who, ear.unexcused(who, exact, element.exceptions, PARDON))
    misheard = [
        m
        for m in near
        if m.syllables > LEAST_MISHEARD - 0.5
        and abs(m.width - m.syllables) < 0.5
        and m.cost >= SAME_SOUND
        and not any(m.first <= e.last and e.first <= m.last for e in exact)
        and (not element.grave or (stream.is_word_edge(m.first) and stream.is_word_edge(m.last + 1)))
        and nonsense(stream, m)
    ]
    return said, resolve_overlaps(ear.unrejected(who, ear.unexcused(who, misheard, element.exceptions, PARDON)))


def _alone(stream: Stream, match: Match) -> bool:
    """Return whether a match is all that is said between two breaks, in the very characters that were asked for.

    A curse of one or two syllables sounds like too many other words. Who breaks off and begins again with it (滚，滚筒)
    has only stumbled over a longer word.
    """
    first, after = match.first, match.last + 1
    begins = first == 0 or stream.breaks[first] >= Break.COMMA
    ends = after == len(stream.text) or stream.breaks[after] >= Break.COMMA
    return begins and ends and match.cost < SAME_SOUND and not _stumbled(stream, first, after)


def _is_whole_reply(stream: Stream, match: Match) -> bool:
    """Return whether a match begins its turn, but for a word of hesitation or address, and ends a sentence.

    没办法，路上堵 goes on to say why: of what, its listener knows.
    """
    after = match.last + 1
    ends = after == len(stream.text) or stream.breaks[after] >= Break.SENTENCE
    turns = np.flatnonzero(stream.breaks[: match.first + 1] == Break.TURN)
    return bool(ends) and match.first - (int(turns[-1]) if len(turns) else 0) <= BEFORE_REPLY


def _stumbled(stream: Stream, first: int, after: int) -> bool:
    """Return whether the characters [first, after) are said again at once, as the beginning of more words."""
    again = after + (after - first)
    if stream.text[first:after] != stream.text[after:again] or again >= len(stream.text):
        return False
    return bool(stream.breaks[after] < Break.TURN and stream.breaks[again] < Break.COMMA)


def as_written(stream: Stream, match: Match, grave: bool) -> bool:
    """Return whether a match is what was written; where nothing `grave` follows, it may differ and sound the same.

    见人 sounds as 贱人 does, 铺街 as 仆街: where short words of the same sound make sense, these were said. Long phrases
    seldom sound like anything else.
    """
    if match.cost < SAME_SOUND:
        return True
    return not grave and (match.syllables > MOST_HOMOPHONES + 0.5 or nonsense(stream, match))


def unclear(ear: Ear, element: Element, least: float) -> list[Match]:
    """Return what may have been said of a forbidden element where the engine was less sure than `least`."""
    who = element.who
    finder, at = ear.unsure(who, least)
    doubtful = (
        replace(m, first=int(at[m.first]), last=int(at[m.last]))
        for m in finder.matches(element.phrases, word_edges=True)
    )
    unsure = [m for m in doubtful if ear.confidence(who, m) < least]
    return ear.unrejected(who, ear.unexcused(who, unsure, element.exceptions, PARDON))


@dataclass(frozen=True, slots=True)
class Help:
    """Words that promise help beside a forbidden phrase; not `at_once` where the customer may have had to press for it.

    Not `sure` where they were only nearly heard so.
    """

    words: str
    at_once: bool
    sure: bool = True


def promise(ear: Ear, element: Element, match: Match, within_s: float, *, read: bool = False) -> Help | None:
    """Return the words that promise one of an element's remedies beside a match of it, or None.

    Help counts in the same sentence before the match, and within `within_s` seconds after it in the same turn or the
    next one. What the customer says in between decides about the next turn: an 哦 or a 那怎么办 is no more than the cue
    for it; a protest, or asking for the help itself, shows that it was not going to come, and it pardons nothing; of
    other words nobody knows, and a person decides. What a reader made something of (`read`) are whole clauses, which may
    hold the help themselves.

    Where words may be misheard, help that was nearly heard is help that is not `sure`: 我过去给您催一下 may be 测一下.
    """
    if not element.remedies:
        return None
    said = _promise(ear, element, match, within_s, EXCUSE, read=read)
    near = ear.around(element.who, match)[0].stream
    if said is not None or bool((near.confidence >= CERTAIN).all()):
        return said
    nearly = _promise(ear, element, match, within_s, CUE, read=read)
    return nearly and replace(nearly, sure=False)


def _promise(
    ear: Ear, element: Element, match: Match, within_s: float, strictness: Strictness, *, read: bool
) -> Help | None:
    stream = ear.stream(element.who)
    finder, begin = ear.around(element.who, match, strictness)
    earliest, latest = _beside(stream, match)
    latest_s = stream.span(match.first, match.last).end_s + within_s
    refused = finder.matches(element.refusals, resolve=False)
    late: Help | None = None
    for help_ in meant(finder.stream, finder.matches(element.remedies), ear.vocabulary):
        first, last = begin + help_.first, begin + help_.last
        apart = read or last < match.first or match.last < first
        beside = earliest <= first and last < latest and apart
        in_time = stream.span(first, first).start_s <= latest_s
        if not beside or not in_time or any(covers(r, help_) for r in refused):
            continue
        heeded = True if first < match.first else _unpressed(ear, stream, match, first)
        if heeded:
            return Help(stream.quote(first, last), True)
        if heeded is None and late is None:
            late = Help(stream.quote(first, last), False)
    return late


def _unpressed(ear: Ear, stream: Stream, match: Match, first: int) -> bool | None:
    """Return whether the customer only gave the cue between a match and help at character `first`, None if in doubt."""
    after_s, before_s = stream.span(match.first, match.last).end_s, stream.span(first, first).start_s
    customer = ear.stream(Role.CUSTOMER).utterances
    between = [normalise(u.text).text for u in customer if after_s <= u.start_s < before_s]
    if any(any(True for _ in ear.vocabulary[FrameWords.PROTESTING].spans(said)) for said in between):
        return all(ear.vocabulary[FrameWords.LATELY].is_all_of(said) for said in between)
    return True if all(ear.vocabulary[FrameWords.LATELY].is_all_of(said) for said in between) else None


def _beside(stream: Stream, match: Match) -> tuple[int, int]:
    """Return the characters from the start of a match's sentence to the end of the turn after its own."""
    before = np.flatnonzero(stream.breaks[: match.first + 1] >= Break.SENTENCE)
    turns = match.last + 1 + np.flatnonzero(stream.breaks[match.last + 1 :] == Break.TURN)
    return int(before[-1]) if len(before) else 0, int(turns[1]) if len(turns) > 1 else len(stream.text)


def unasked(ear: Ear, element: Element, match: Match) -> bool:
    """Return whether the customer has talked before a match, yet asked nothing that it could answer.

    A question is known by the element's question words or, where it counts, by the mark that the engine wrote. Of a reply that
    names neither its speaker nor a hearer (管不着, 修不了的) it is asked whether the customer said anything to reply to:
    to say what is wrong is to ask for it, an 嗯 is not.
    """
    customer = ear.stream(Role.CUSTOMER)
    bare = bool(element.remedies) and not _NAMED.search(ear.stream(element.who).text[match.first : match.last + 1])
    if not customer.text or not (element.questions or bare):
        return False
    if ear.span(element.who, match).start_s <= customer.utterances[0].start_s:
        return False
    if element.questions:
        return not _is_asked(ear, element, match)
    recent = _before(ear, element, match, REPLY_WITHIN_S)
    if any("？" in u.text or "?" in u.text for u in recent):
        return False
    return ear.vocabulary[FrameWords.LATELY].is_all_of(make_stream(recent, None, ear.words).text)


def _is_asked(ear: Ear, element: Element, match: Match) -> bool:
    """Return whether the customer asked shortly before a match what the element answers."""
    recent = _before(ear, element, match, ANSWER_WITHIN_S)
    if element.any_question and any("？" in u.text or "?" in u.text for u in recent):
        return True
    near = make_stream(recent, None, ear.words)
    return bool(near.text and Finder(near, ear.table, ACCUSATION).matches(element.questions))


def just_heard(ear: Ear, element: Element, match: Match) -> str:
    """Return what the customer said within `ANSWER_WITHIN_S` before a match, which its speaker may only repeat."""
    return "".join(normalise(u.text).text for u in _before(ear, element, match, ANSWER_WITHIN_S))


def _before(ear: Ear, element: Element, match: Match, within_s: float) -> list[Utterance]:
    """Return what the customer said that began before a match and ended no more than `within_s` before it."""
    at_s = ear.span(element.who, match).start_s
    return [u for u in ear.stream(Role.CUSTOMER).utterances if u.start_s < at_s < u.end_s + within_s]
