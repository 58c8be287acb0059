"""A linear reader of whole turns, or parts of them: runs of characters and of syllables, weighed (`grams`)."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import ModelError
from analyzer.reading.grams import SIZE, grams, sums


@dataclass(frozen=True, slots=True, eq=False)
class TurnReader:
    """`weights` has shape (SIZE,)."""

    weights: NDArray[np.float32]
    bias: float

    def log_odds(self, text: str) -> float:
        """Return the log-odds that a normalised text is what the reader was taught to find."""
        return float(sums(grams(text), self.weights, np.array([[0, len(text)]]))[0]) + self.bias

    def save(self, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as out:
            np.savez_compressed(out, weights=self.weights.astype(np.float16), bias=np.float64(self.bias))


def turn_reader(path: Path) -> TurnReader | None:
    """Return the reader of a file as it stands now, None where there is none. Raises ModelError for a file that is none."""
    return _kept(path, path.stat().st_mtime_ns) if path.is_file() else None


def taught(texts: Sequence[tuple[str, bool]]) -> TurnReader:
    """Return the reader that (normalised text, whether it is to be found) teach."""
    from analyzer.reading.training import fit_turns

    fitted = fit_turns([text for text, _ in texts], [said for _, said in texts])
    return TurnReader(fitted.weights.astype(np.float32), fitted.bias)


@functools.lru_cache(maxsize=8)
def _kept(path: Path, _changed_ns: int) -> TurnReader:
    try:
        with np.load(path, allow_pickle=False) as stored:
            weights, bias = stored["weights"].astype(np.float32), float(stored["bias"])
        if weights.shape != (SIZE,):
            raise ValueError(f"{weights.shape}")
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            "reader-file",
            f"{path} 不是可用的读者文件：{error}",
            f"请运行 python -m analyzer readers {path.stem} 重新训练",
        ) from error
    return TurnReader(weights, bias)
