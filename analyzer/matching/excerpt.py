"""A part of a stream that is worth a closer search."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analyzer.matching.stream import Stream
from analyzer.text import Break


def excerpt(stream: Stream, wanted: NDArray[np.bool_]) -> tuple[Stream, NDArray[np.intp]]:
    """Return the sentences of `stream` that hold a `wanted` character, and where their characters stand in it.

    Sentences that were not neighbours are kept apart like turns.
    """
    starts = stream.breaks >= Break.SENTENCE
    starts[:1] = True
    sentence = np.cumsum(starts) - 1
    kept = np.isin(sentence, sentence[wanted])
    at = np.flatnonzero(kept)
    breaks = stream.breaks[at].copy()
    if len(at):
        breaks[np.flatnonzero(np.diff(at, prepend=at[0] - 2) > 1)] = Break.TURN
    text = "".join(stream.text[i] for i in at)
    part = Stream(
        stream.utterances, text, breaks, stream.owner[at], stream.origin[at], stream.confidence[at], stream.words
    )
    return part, at
