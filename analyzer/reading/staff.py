"""Whether a voice speaks like staff or like a customer: a linear reader of whole turns.

It learns from every turn in `meanings/` (staff's, and the customers' before them) and weighs runs of characters and of
syllables, as `grams` has them. One turn tells little (area under the ROC curve 0.8–0.9 on unseen hands), a talk much.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import ModelError
from analyzer.reading.grams import SIZE, grams, sums
from analyzer.text import normalise

FILE = Path("roles") / "staff.npz"
WIDEST = 80  # characters of a turn that are read
LEAST = 2  # characters under which a turn tells nothing


@dataclass(frozen=True, slots=True, eq=False)
class StaffReader:
    """`weights` has shape (SIZE,)."""

    weights: NDArray[np.float32]
    bias: float

    def balance(self, turns: Iterable[str]) -> float:
        """Return the log-odds of staff against customer: the mean over the turns times the root of their number.

        Turns of one talk are alike, so that twice as many do not tell twice as much. 0.0 where none tells anything.
        """
        read = [text for turn in turns if len(text := shortened(turn)) >= LEAST]
        if not read:
            return 0.0
        scores = [float(sums(grams(text), self.weights, np.array([[0, len(text)]]))[0]) + self.bias for text in read]
        return float(np.mean(scores) * np.sqrt(len(read)))

    def save(self, folder: Path) -> None:
        path = folder / FILE
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as out:
            np.savez_compressed(out, weights=self.weights.astype(np.float16), bias=np.float64(self.bias))


def shortened(turn: str) -> str:
    """Return what is read of a turn."""
    return normalise(turn).text[:WIDEST]


def staff_reader(folder: Path) -> StaffReader | None:
    """Return the reader of a folder of meanings as its file stands now, None where there is none. Raises ModelError."""
    path = folder / FILE
    return _kept(path, path.stat().st_mtime_ns) if path.is_file() else None


@functools.lru_cache(maxsize=4)
def _kept(path: Path, _changed_ns: int) -> StaffReader:
    try:
        with np.load(path, allow_pickle=False) as stored:
            weights, bias = stored["weights"].astype(np.float32), float(stored["bias"])
        if weights.shape != (SIZE,):
            raise ValueError(f"{weights.shape}")
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(
            "reader-file", f"{path} 不是可用的读者文件：{error}", "请运行 python -m analyzer readers staff 重新训练"
        ) from error
    return StaffReader(weights, bias)


def teach_staff(turns: Sequence[tuple[str, bool]]) -> StaffReader:
    """Return the reader that (turn, whether staff says it) teach."""
    from analyzer.reading.training import fit_turns

    read = [(text, staff) for turn, staff in turns if len(text := shortened(turn)) >= LEAST]
    fitted = fit_turns([text for text, _ in read], [staff for _, staff in read])
    return StaffReader(fitted.weights.astype(np.float32), fitted.bias)
