"""Listens for phrases in what the right person said: streams per role, searched once at each strictness."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from analyzer.domain import Hearing, Hit, Role, Span, quantise_ratio, quantise_time
from analyzer.judging.clock import SpeechClock
from analyzer.matching import (
    ACCUSATION,
    CUE,
    EXCUSE,
    CostTable,
    Finder,
    Match,
    Stream,
    Strictness,
    covers,
    make_stream,
    wording,
)
from analyzer.rubric.model import Choice, Cue, Element, Literal, Phrase, Standard
from analyzer.rubric.model import Sequence as Pattern
from analyzer.text import Break
from analyzer.text.syllables import spell
from analyzer.text.tokens import tokenizer

NEIGHBOURHOOD = 32  # characters around a hit in which an exception is looked for
REMEDY_AFTER = 40  # characters after a hit within which help must be promised to pardon it
REMEDY_BEFORE = 20  # the same before it, within the sentence
REMEDY_WITHIN_S = 15.0  # help that comes later was wrung out by the customer
ANSWER_WITHIN_S = 20.0  # seconds after a question within which words answer it

# Who is searched for each `who`: where nobody knows who speaks, either speaker counts, and the result says so.
_ROLES: dict[Role, frozenset[Role]] = {
    Role.TECHNICIAN: frozenset({Role.TECHNICIAN, Role.UNKNOWN}),
    Role.CUSTOMER: frozenset({Role.CUSTOMER, Role.OTHER, Role.UNKNOWN}),
}


def characters(pattern: Pattern) -> Iterator[str]:
    """Yield the literal texts of a pattern."""
    for part in pattern.parts:
        if isinstance(part, Literal):
            yield part.text
        elif isinstance(part, Choice):
            for option in part.options:
                yield from characters(option)


def table_over(phrases: Iterable[Phrase]) -> CostTable:
    """Return the cost table over every character that `phrases` ask for; make once, use for every recording."""
    return CostTable(key for p in phrases for text in characters(p.pattern) for key in spell(text))


def standard_phrases(standard: Standard) -> Iterator[Phrase]:
    """Yield every phrase of a standard: elements, exceptions and the cues of its facts."""
    for item in standard.items:
        for element in item.elements:
            yield from element.phrases
            yield from element.exceptions
            yield from element.remedies
            yield from element.refusals
            yield from element.questions
    for fact in standard.facts.values():
        for cue in fact.cues:
            yield from cue.phrases
            yield from cue.exceptions


_TABLES: dict[tuple[str, str], CostTable] = {}


def table_for(standard: Standard) -> CostTable:
    """Return the standard's cost table, kept for the process by its digest."""
    key = (standard.ref.id, standard.ref.digest)
    if key not in _TABLES:
        _TABLES[key] = table_over(standard_phrases(standard))
    return _TABLES[key]


@functools.cache
def words_for(lexicons: Path, cache_dir: Path | None) -> Any:
    """Return the jieba tokenizer with the lexicons' user words."""
    return tokenizer(lexicons / "shared" / "words.txt", cache_dir)


class Ear:
    """One recording, ready to be searched."""

    def __init__(self, hearing: Hearing, table: CostTable, words: Any) -> None:
        self.hearing = hearing
        self.clock = SpeechClock(hearing)
        self.words = words
        self._table = table
        self._streams: dict[Role | None, Stream] = {}
        self._finders: dict[tuple[Role | None, str], Finder] = {}

    @property
    def roles_known(self) -> bool:
        """Whether anybody was recognised as the technician."""
        return any(u.role is Role.TECHNICIAN for u in self.hearing.transcript)

    def stream(self, who: Role | None) -> Stream:
        """Return the words of `who` (None: of everybody) in a row."""
        if who not in self._streams:
            roles = None if who is None else _ROLES[who]
            self._streams[who] = make_stream(self.hearing.transcript, roles, self.words)
        return self._streams[who]

    def finder(self, who: Role | None, strictness: Strictness) -> Finder:
        """Return the search over `who`'s words."""
        key = (who, strictness.name)
        if key not in self._finders:
            self._finders[key] = Finder(self.stream(who), self._table, strictness)
        return self._finders[key]

    def matches(
        self,
        who: Role | None,
        phrases: Sequence[Phrase],
        exceptions: Sequence[Phrase],
        strictness: Strictness,
        *,
        word_edges: bool = False,
    ) -> list[Match]:
        """Return what `who` said of `phrases`, less what an exception covers, in order of time."""
        found = self.finder(who, strictness).matches(phrases, word_edges=word_edges)
        if not found or not exceptions:
            return found
        return [m for m in found if not self._excused(who, m, exceptions)]

    def _excused(self, who: Role | None, match: Match, exceptions: Sequence[Phrase]) -> bool:
        """Return whether an exception covers the match; only its neighbourhood is searched."""
        stream = self.stream(who)
        begin = max(0, match.first - NEIGHBOURHOOD)
        around = stream.window(begin, min(len(stream.text), match.last + 1 + NEIGHBOURHOOD))
        inner = replace(match, first=match.first - begin, last=match.last - begin)
        finder = Finder(around, self._table, EXCUSE)
        return any(covers(e, inner) for e in finder.matches(exceptions, resolve=False))

    def promise(self, element: Element, match: Match) -> str | None:
        """Return the words that promise one of an element's remedies beside a match of it, or None.

        Help counts in the same sentence before the match, and after it in the same turn or the next one.
        """
        if not element.remedies:
            return None
        stream = self.stream(element.who)
        for begin, end in (self._next_turn(stream, match), self._sentence_before(stream, match)):
            near = stream.window(begin, end)
            if not near.text:
                continue
            finder = Finder(near, self._table, EXCUSE)
            refused = finder.matches(element.refusals, resolve=False)
            latest_s = stream.span(match.first, match.last).end_s + REMEDY_WITHIN_S
            for help_ in finder.matches(element.remedies):
                in_time = near.span(help_.first, help_.first).start_s <= latest_s
                if in_time and not any(covers(r, help_) for r in refused):
                    return near.quote(help_.first, help_.last)
        return None

    def unasked(self, element: Element, match: Match) -> bool:
        """Return whether the customer has talked before a match, yet asked nothing that it could answer.

        A question is known by the element's question words or by the question mark that the engine wrote.
        """
        customer = self.stream(Role.CUSTOMER)
        if not element.questions or not customer.text:
            return False
        at_s = self.span(element.who, match).start_s
        starts = np.array([u.start_s for u in customer.utterances])
        if at_s <= starts[0]:
            return False
        recent = [u for u in customer.utterances if u.start_s < at_s < u.end_s + ANSWER_WITHIN_S]
        if any("？" in u.text or "?" in u.text for u in recent):
            return False
        near = make_stream(recent, None, self.words)
        return not (near.text and Finder(near, self._table, ACCUSATION).matches(element.questions))

    @staticmethod
    def _next_turn(stream: Stream, match: Match) -> tuple[int, int]:
        """Return the characters from a match to the end of the turn after its own, as far as help may be."""
        begin = match.last + 1
        reach = stream.breaks[begin : begin + REMEDY_AFTER]
        turns = np.flatnonzero(reach == Break.TURN)
        return begin, begin + (int(turns[1]) if len(turns) > 1 else len(reach))

    @staticmethod
    def _sentence_before(stream: Stream, match: Match) -> tuple[int, int]:
        """Return the characters of a match's sentence before it, as far as help may be."""
        begin = max(0, match.first - REMEDY_BEFORE)
        starts = np.flatnonzero(stream.breaks[begin : match.first + 1] >= Break.SENTENCE)
        return (begin + int(starts[-1]) if len(starts) else begin), match.first

    def hit(self, who: Role | None, match: Match, *, element: str = "", suspicion: bool = False) -> Hit:
        """Return a match as evidence: original words, seconds, role."""
        stream = self.stream(who)
        span = stream.span(match.first, match.last)
        return Hit(
            quantise_time(span.start_s),
            quantise_time(min(span.end_s, max(self.hearing.duration_s, span.start_s))),
            stream.role(match.first),
            stream.quote(match.first, match.last),
            match.phrase if match.asked is None else wording(match.asked, stream.text[match.first : match.last + 1]),
            quantise_ratio(match.similarity),
            suspicion,
            element,
        )

    def confidence(self, who: Role | None, match: Match) -> float:
        """Return how sure the engine was of the matched words, in [0, 1]."""
        return float(np.mean(self.stream(who).confidence[match.first : match.last + 1]))

    def span(self, who: Role | None, match: Match) -> Span:
        """Return the seconds of a match."""
        return self.stream(who).span(match.first, match.last)

    def cue_hits(self, cues: Iterable[Cue]) -> list[Hit]:
        """Return every hit of some cues (of facts or roles), in order of time."""
        hits = [
            self.hit(cue.who, match)
            for cue in cues
            for match in self.matches(cue.who, cue.phrases, cue.exceptions, CUE)
        ]
        return sorted(hits, key=lambda h: (h.start_s, h.phrase))
