"""Greetings and polite words of the technician, counted as they are written.

Exact words, unlike the verdicts: a count of what was said must not hold what merely sounds like it, and a word lost
to a mishearing changes a rate little. A phrase of the lists becomes a regular expression over the normalised text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.domain import Politeness, quantise_time
from analyzer.judging.figures.talk import per_minute, talk_seconds
from analyzer.matching import Match, Stream, covers
from analyzer.rubric.model import Gap, Literal, Phrase, PhraseList, Shared
from analyzer.rubric.model import Sequence as Pattern
from analyzer.text import Break, simplify

GREETINGS = ("hello",)
POLITENESS = ("politeness",)
COURTESIES = ("hello", "apology", "thanks", "bye")  # stands in where a folder has no list `politeness`
SHORT = 2  # characters: so few are found in other words, too
_END = "\n"  # parts sentences and turns in the text that is searched; no phrase runs over it


def _expressions(phrases: Iterable[Phrase]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((p.source, re.compile(_expression(p.pattern))) for p in phrases)


def _expression(pattern: Pattern) -> str:
    """The regular expression of a phrase; of the options of a choice the longer are tried first."""
    out = ""
    for part in pattern.parts:
        if isinstance(part, Literal):
            out += re.escape(part.text)
        elif isinstance(part, Gap):
            out += f".{{0,{part.max_chars}}}?"
        else:
            options = sorted((_expression(option) for option in part.options), key=len, reverse=True)
            out += f"(?:{'|'.join(options)})"
    return out


class Spotter:
    """Finds the phrases of some lists as they are written; make once, use for every recording."""

    def __init__(self, lists: Iterable[PhraseList] = ()) -> None:
        self._lists = tuple((_expressions(listed.phrases), _expressions(listed.exceptions)) for listed in lists)

    def __bool__(self) -> bool:
        return any(phrases for phrases, _ in self._lists)

    def spot(self, stream: Stream) -> list[Match]:
        """Return what is said of the phrases, less what an exception of their list covers, in order of position.

        Of words that overlap the first counts, of those that begin together the longest. One or two characters must
        be words of their own: 再见面 is no 再见, 申请 no 请.
        """
        text, index = _lines(stream)
        matches: list[Match] = []
        for phrases, exceptions in self._lists:
            whole = [m for m in _matches(phrases, text, index) if m.width > SHORT or _is_word(stream, m)]
            excused = list(_matches(exceptions, text, index)) if whole else []
            matches += [m for m in whole if not any(covers(e, m) for e in excused)]
        kept: list[Match] = []
        for match in sorted(matches, key=lambda m: (m.first, -m.last, m.phrase)):
            if not kept or match.first > kept[-1].last:
                kept.append(match)
        return kept


@dataclass(frozen=True, slots=True)
class FigureWords:
    """What the figures listen for: the shared lists of a lexicon folder made ready. Empty: nothing."""

    greetings: Spotter
    politeness: Spotter
    stopwords: frozenset[str]


NO_WORDS = FigureWords(Spotter(), Spotter(), frozenset())
FOLDERS = 4  # that stay ready: what is in effect, a draft, and one before each
_kept: list[tuple[Shared, FigureWords]] = []


def figure_words(shared: Shared) -> FigureWords:
    """Return the figures' words of a folder's shared lists, kept while the folder's value is the same object."""
    for known, made in _kept:
        if known is shared:
            return made
    polite = POLITENESS if POLITENESS[0] in shared.lists else COURTESIES
    stopwords = simplify("\n".join(shared.stopwords)).lower().split("\n")
    words = FigureWords(_spotter(shared, GREETINGS), _spotter(shared, polite), frozenset(stopwords))
    _kept[:] = [(shared, words), *_kept[: FOLDERS - 1]]
    return words


def first_greeting(stream: Stream, words: FigureWords) -> float | None:
    """Return when the first greeting in `stream` begins, in seconds of the recording."""
    greetings = words.greetings.spot(stream)
    return quantise_time(stream.span(greetings[0].first, greetings[0].last).start_s) if greetings else None


def politeness(stream: Stream, words: FigureWords) -> Politeness | None:
    """How many polite words `stream` holds; None where none is listed."""
    if not words.politeness:
        return None
    said = Counter(stream.text[m.first : m.last + 1] for m in words.politeness.spot(stream))
    talk_s = sum(talk_seconds(stream.utterances).values())
    by_phrase = dict(sorted(said.items(), key=lambda pair: (-pair[1], pair[0])))
    return Politeness(said.total(), per_minute(said.total(), talk_s), by_phrase)


def _spotter(shared: Shared, names: Iterable[str]) -> Spotter:
    return Spotter(shared.lists[name] for name in names if name in shared.lists)


def _lines(stream: Stream) -> tuple[str, NDArray[np.intp]]:
    """The stream's text with a line break where a sentence or turn ends, and each character's place in the stream."""
    cuts = np.flatnonzero(stream.breaks >= Break.SENTENCE).tolist()
    parts = [stream.text[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream.text)], strict=True)]
    # one line break more before every cut: places behind it are that much further on
    index = np.insert(np.arange(len(stream.text)), cuts, -1)
    return _END.join(parts), index


def _is_word(stream: Stream, match: Match) -> bool:
    """Whether jieba's words begin and end where the match does."""
    return stream.is_word_edge(match.first) and stream.is_word_edge(match.last + 1)


def _matches(expressions: Sequence[tuple[str, re.Pattern[str]]], text: str, index: NDArray[np.intp]) -> Iterable[Match]:
    for source, expression in expressions:
        for hit in expression.finditer(text):
            if hit.end() > hit.start():
                yield Match(int(index[hit.start()]), int(index[hit.end() - 1]), source, 0.0, 1.0)
