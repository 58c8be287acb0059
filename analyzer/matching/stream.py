"""One role's words in a row, ready to be searched: characters, where they may not be run together, when, how sure."""

from __future__ import annotations

import bisect
import functools
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.domain import Role, Span, Utterance
from analyzer.text import Break, normalise
from analyzer.text.tokens import boundaries

LONG_PAUSE_S = 2.0  # a pause after which words of one speaker are no longer one sentence


@dataclass(frozen=True, eq=False)
class Stream:
    """Normalised characters of the utterances of one role (or of all), in order of time.

    All arrays have one value a character: `breaks` (Break before it), `owner` (index of the utterance),
    `origin` (index in that utterance's text), `confidence` in [0, 1] (NaN where the engine does not tell). `words` is the
    jieba tokenizer.
    A window of a stream knows the `whole` and its `offset` there, so that both are prepared for a search only once.
    """

    utterances: tuple[Utterance, ...]
    text: str
    breaks: NDArray[np.int8]
    owner: NDArray[np.int32]
    origin: NDArray[np.int32]
    confidence: NDArray[np.float32]
    words: Any
    whole: Stream | None = None
    offset: int = 0

    def is_word_edge(self, at: int) -> bool:
        """Return whether a word may begin or end before character `at` (or the end, len(text)).

        A written break is always an edge: nobody pauses in a word. Clauses are segmented when first asked about: only
        accusations are, and segmenting an hour takes longer than searching it.
        """
        if at == len(self.text):
            return True
        clause = bisect.bisect_right(self._cuts, at) - 1
        begin = self._cuts[clause]
        if begin == at:
            return True
        if clause not in self._words_of:
            end = self._cuts[clause + 1] if clause + 1 < len(self._cuts) else len(self.text)
            self._words_of[clause] = boundaries(self.text[begin:end], self.words)
        return at - begin in self._words_of[clause]

    @functools.cached_property
    def start_s(self) -> NDArray[np.float64]:
        """When each character begins, in seconds."""
        return np.array([self._utterance(i).char_start_s[self.origin[i]] for i in range(len(self.text))], np.float64)

    @functools.cached_property
    def _cuts(self) -> list[int]:
        """Where clauses begin."""
        return [0, *(int(i) for i in np.flatnonzero(self.breaks) if i)]

    @functools.cached_property
    def _sentences(self) -> list[int]:
        """Where sentences begin."""
        return [int(i) for i in np.flatnonzero(self.breaks >= Break.SENTENCE)]

    def sentence_begin(self, at: int) -> int:
        """Return where the sentence of character `at` begins; 0 where its beginning is not in the stream."""
        before = bisect.bisect_right(self._sentences, at)
        return self._sentences[before - 1] if before else 0

    def sentence_end(self, at: int) -> int:
        """Return where the first sentence that begins at or after `at` does; len(text) where none does."""
        after = bisect.bisect_left(self._sentences, at)
        return self._sentences[after] if after < len(self._sentences) else len(self.text)

    def clauses(self, begin: int, end: int) -> list[str]:
        """Return characters begin..end (half-open), cut where clauses begin."""
        first, last = bisect.bisect_right(self._cuts, begin), bisect.bisect_left(self._cuts, end)
        edges = [begin, *self._cuts[first:last], end]
        return [self.text[a:b] for a, b in itertools.pairwise(edges)]

    @functools.cached_property
    def _words_of(self) -> dict[int, frozenset[int]]:
        """Word boundaries of the clauses that were asked about, from each one's beginning."""
        return {}

    def window(self, begin: int, end: int) -> Stream:
        """Return characters begin..end (half-open) as a stream of their own."""
        cut = slice(begin, end)
        return Stream(
            self.utterances,
            self.text[cut],
            self.breaks[cut],
            self.owner[cut],
            self.origin[cut],
            self.confidence[cut],
            self.words,
            self.whole or self,
            self.offset + begin,
        )

    def span(self, first: int, last: int) -> Span:
        """Return the seconds from character `first` to character `last`, both included."""
        start_s = self._utterance(first).char_start_s[self.origin[first]]
        end = self._utterance(last).char_span(int(self.origin[last]), int(self.origin[last]))
        return Span(start_s, max(start_s, end.end_s))

    def quote(self, first: int, last: int) -> str:
        """Return the original words from character `first` to `last`, an ellipsis where a turn lies between."""
        parts = []
        for index in range(int(self.owner[first]), int(self.owner[last]) + 1):
            text = self.utterances[index].text
            begin = int(self.origin[first]) if index == self.owner[first] else 0
            end = int(self.origin[last]) + 1 if index == self.owner[last] else len(text)
            parts.append(text[begin:end])
        return "…".join(part for part in parts if part)

    def role(self, index: int) -> Role:
        return self._utterance(index).role

    def speaker_confidence(self, first: int, last: int) -> float:
        """Return how sure it is that one speaker said characters `first` to `last`, in [0, 1]."""
        owners = range(int(self.owner[first]), int(self.owner[last]) + 1)
        return min(self.utterances[owner].speaker_confidence for owner in owners)

    def _utterance(self, index: int) -> Utterance:
        return self.utterances[int(self.owner[index])]


def make_stream(transcript: Sequence[Utterance], roles: Iterable[Role] | None, words: Any) -> Stream:
    """Lay out the utterances of `roles` (None: of everybody) in a row.

    `words` is a jieba tokenizer (`analyzer.text.tokens.tokenizer`) for the word edges.
    """
    wanted = None if roles is None else frozenset(roles)
    chosen: list[Utterance] = []
    text: list[str] = []
    breaks = bytearray()
    origin: list[int] = []
    confidence: list[float] = []
    previous: tuple[int, Utterance] | None = None
    for index, utterance in enumerate(transcript):
        if wanted is not None and utterance.role not in wanted:
            continue
        flat = normalise(utterance.text)
        if not flat.text:
            continue
        text.append(flat.text)
        breaks.append(_between(previous, index, utterance))
        breaks += bytes(flat.breaks[1:])
        origin += flat.origin
        known = utterance.char_confidence or (math.nan,) * len(utterance.text)
        confidence += map(known.__getitem__, flat.origin)
        chosen.append(utterance)
        previous = (index, utterance)
    return Stream(
        tuple(chosen),
        "".join(text),
        np.frombuffer(breaks, np.int8),
        np.repeat(np.arange(len(text), dtype=np.int32), [len(part) for part in text]),
        np.array(origin, np.int32),
        np.array(confidence, np.float32),
        words,
    )


def _between(previous: tuple[int, Utterance] | None, index: int, utterance: Utterance) -> Break:
    """The break between two utterances of a stream: a turn of somebody else, or a long pause, is a TURN."""
    if previous is None:
        return Break.TURN
    before_index, before = previous
    same_breath = (
        before.speaker == utterance.speaker
        and index == before_index + 1
        and utterance.start_s - before.end_s < LONG_PAUSE_S
    )
    return Break.SENTENCE if same_breath else Break.TURN
