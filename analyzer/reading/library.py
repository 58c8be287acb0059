"""The readers of a lexicon folder: `meanings/<meaning>.npz`, each loaded once a process and read at once."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.reading.encoder import Encoder
from analyzer.reading.features import Page
from analyzer.reading.reader import Reader, load_reader

FOLDER = "meanings"
LOOKED_AT = 16  # windows of a recording that are read for one meaning; the rest do not look like it at a glance


@dataclass(frozen=True, slots=True)
class Sense:
    """Characters first..last of a page, both included, with the probability that they say the meaning."""

    first: int
    last: int
    probability: float


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """The readers by meaning, with the encoder that they share."""

    readers: Mapping[str, Reader] = field(default_factory=dict)
    encoder: Encoder = field(default_factory=Encoder)

    def senses(self, meaning: str, page: Page, inside: NDArray[np.intp]) -> list[Sense]:
        """Return what was read in some windows of a page, the likeliest first; [] for a meaning nobody reads.

        Of the windows `inside` the LOOKED_AT that look most like it are read.
        """
        reader = self.readers.get(meaning)
        if reader is None or not len(inside):
            return []
        ranked = inside[np.argsort(-reader.rank(page, inside), kind="stable")[:LOOKED_AT]]
        read = zip(ranked, reader.probability(page, ranked, self.encoder), strict=True)
        senses = [Sense(int(page.spans[i, 0]), int(page.spans[i, 1]) - 1, float(p)) for i, p in read]
        return sorted(senses, key=lambda s: (-s.probability, s.first, s.last))

    def around(self, meaning: str, page: Page, first: int, last: int) -> float | None:
        """Return the highest probability of the windows that hold characters first..last; None where nobody reads."""
        reader = self.readers.get(meaning)
        holding = np.flatnonzero((page.spans[:, 0] <= last) & (page.spans[:, 1] > first))
        if reader is None or not len(holding):
            return None
        return float(reader.probability(page, holding, self.encoder).max())


NO_READERS = Library()


def library_of(lexicons: Path) -> Library:
    """Return the readers of a lexicon folder as its files stand now. Raises ModelError for a file that is none."""
    found = [_kept(path, path.stat().st_mtime_ns) for path in sorted((lexicons / FOLDER).resolve().glob("*.npz"))]
    return Library({reader.meaning: reader for reader in found}, _encoder())


@functools.lru_cache(maxsize=512)
def _kept(path: Path, _changed_ns: int) -> Reader:
    return load_reader(path)


@functools.cache
def _encoder() -> Encoder:
    """One for the process: what one recording was read by is known for the next."""
    return Encoder()
