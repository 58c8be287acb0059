"""One role's words in a row, ready to be searched: characters, where they may not be run together, when, how sure."""

from __future__ import annotations

import functools
import itertools
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
    `origin` (index in that utterance's text), `confidence` in [0, 1]. `words` is the jieba tokenizer.
    """

    utterances: tuple[Utterance, ...]
    text: str
    breaks: NDArray[np.int8]
    owner: NDArray[np.int32]
    origin: NDArray[np.int32]
    confidence: NDArray[np.float32]
    words: Any

    @functools.cached_property
    def word_edge(self) -> NDArray[np.bool_]:
        """Where a word may begin or end, shape (n + 1,). A written break is always an edge: nobody pauses in a word.

        Found when first asked for: only accusations look at it, and segmenting an hour takes longer than searching.
        """
        edges = np.zeros(len(self.text) + 1, np.bool_)
        cuts = [*(int(i) for i in np.flatnonzero(self.breaks)), len(self.text)]
        for begin, end in itertools.pairwise(cuts):
            edges[[begin + at for at in boundaries(self.text[begin:end], self.words)]] = True
        edges[[0, -1]] = True
        return edges

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
        """Return the role of the speaker of character `index`."""
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
    breaks: list[int] = []
    owner: list[int] = []
    origin: list[int] = []
    confidence: list[float] = []
    previous: tuple[int, Utterance] | None = None
    for index, utterance in enumerate(transcript):
        if wanted is not None and utterance.role not in wanted:
            continue
        flat = normalise(utterance.text)
        if not flat.text:
            continue
        for i, char in enumerate(flat.text):
            text.append(char)
            breaks.append(int(_between(previous, index, utterance)) if i == 0 else int(flat.breaks[i]))
            owner.append(len(chosen))
            origin.append(flat.origin[i])
            confidence.append(utterance.char_confidence[flat.origin[i]])
        chosen.append(utterance)
        previous = (index, utterance)
    return Stream(
        tuple(chosen),
        "".join(text),
        np.array(breaks, np.int8),
        np.array(owner, np.int32),
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
