"""What a reader knows of a window: its runs of characters and syllables, its vector, the vector of what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analyzer.reading.encoder import Encoder, Vectors
from analyzer.reading.grams import Grams, grams
from analyzer.reading.windows import windows
from analyzer.text import normalise

BEFORE_CHARACTERS = 40  # of the other person's last words, from their end


@dataclass(frozen=True, slots=True)
class Page:
    """A text that is ready to be read: normalised characters, windows over them, and what each of these answers.

    `spans` has shape (m, 2), half-open; `before[i]` are the other person's last words before window i. `known` is what a
    network (by its digest) has already made of a window.
    """

    text: str
    grams: Grams
    spans: NDArray[np.intp]
    before: tuple[str, ...]
    known: dict[tuple[str, int], NDArray[np.float32]] = field(default_factory=dict, compare=False, repr=False)

    def words(self, window: int) -> str:
        begin, end = self.spans[window]
        return self.text[begin:end]

    def own(self, encoder: Encoder, chosen: NDArray[np.intp]) -> Vectors:
        """Return the vectors of some windows, shape (len(chosen), DIMENSIONS)."""
        return encoder([self.words(i) for i in chosen])

    def answered(self, encoder: Encoder, chosen: NDArray[np.intp]) -> Vectors:
        """Return the vectors of what some windows answer."""
        return encoder([self.before[i] for i in chosen])


def page_of_turn(said: str, before: str) -> Page:
    """Return one turn as a page."""
    flat = normalise(said)
    spans = windows(np.array(flat.breaks, np.int8))
    return Page(flat.text, grams(flat.text), spans, (last_words(normalise(before).text),) * len(spans))


def last_words(text: str) -> str:
    return text[-BEFORE_CHARACTERS:]
