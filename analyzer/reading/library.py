"""The readers of a lexicon folder: `meanings/<meaning>.npz`, each loaded once a process and read at once."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import ModelError
from analyzer.reading.encoder import Encoder
from analyzer.reading.features import Page
from analyzer.reading.helping import help_reader
from analyzer.reading.network import FILE as NETWORK
from analyzer.reading.network import Network, network_of
from analyzer.reading.reader import Reader, load_reader
from analyzer.reading.turnreader import TurnReader

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
    """The readers by meaning, with the encoder and the network that they share, and the one of help."""

    readers: Mapping[str, Reader] = field(default_factory=dict)
    encoder: Encoder = field(default_factory=Encoder)
    network: Network | None = None
    helping: TurnReader | None = None

    def senses(self, meaning: str, page: Page, inside: NDArray[np.intp]) -> list[Sense]:
        """Return what was read in some windows of a page, the likeliest first; [] for a meaning nobody reads.

        Of the windows `inside` the LOOKED_AT that look most like it are read.
        """
        reader = self.readers.get(meaning)
        if reader is None or not len(inside):
            return []
        ranked = inside[np.argsort(-reader.rank(page, inside), kind="stable")[:LOOKED_AT]]
        read = zip(ranked, reader.probability(page, ranked, self.encoder, self._beside(reader)), strict=True)
        senses = [Sense(int(page.spans[i, 0]), int(page.spans[i, 1]) - 1, float(p)) for i, p in read]
        return sorted(senses, key=lambda s: (-s.probability, s.first, s.last))

    def around(self, meaning: str, page: Page, first: int, last: int) -> float | None:
        """Return the highest probability of the windows that hold characters first..last; None where nobody reads."""
        reader = self.readers.get(meaning)
        holding = np.flatnonzero((page.spans[:, 0] <= last) & (page.spans[:, 1] > first))
        if reader is None or not len(holding):
            return None
        return float(reader.probability(page, holding, self.encoder, self._beside(reader)).max())

    def _beside(self, reader: Reader) -> Network | None:
        return self.network if reader.network else None


NO_READERS = Library()


def library_of(lexicons: Path) -> Library:
    """Return the readers of a lexicon folder as its files stand now.

    Raises ModelError for a file that is none, and for a reader whose bounds were set beside another network.
    """
    folder = (lexicons / FOLDER).resolve()
    network = network_of(folder)
    found = [_kept(path, path.stat().st_mtime_ns) for path in sorted(folder.glob("*.npz"))]
    for reader in found:
        if reader.network not in ("", network.digest if network else ""):
            raise ModelError(
                "reader-file",
                f"读者 {reader.meaning} 和 {folder / NETWORK} 不是一起训练的",
                "请恢复这些文件（git checkout 或备份），或运行 python -m analyzer readers 全部重新训练",
            )
    return Library({reader.meaning: reader for reader in found}, _encoder(), network, help_reader(folder))


@functools.lru_cache(maxsize=512)
def _kept(path: Path, _changed_ns: int) -> Reader:
    return load_reader(path)


@functools.cache
def _encoder() -> Encoder:
    """One for the process: what one recording was read by is known for the next."""
    return Encoder()
