"""Whether a voice speaks like staff or like a customer: a linear reader of whole turns.

It learns from every turn in `meanings/` (staff's, and the customers' before them) and weighs runs of characters and of
syllables, as `grams` has them. One turn tells little (area under the ROC curve 0.8–0.9 on unseen hands), a talk much.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analyzer.reading.turnreader import TurnReader, taught, turn_reader
from analyzer.text import normalise

FILE = Path("roles") / "staff.npz"
WIDEST = 80  # characters of a turn that are read
LEAST = 2  # characters under which a turn tells nothing


@dataclass(frozen=True, slots=True, eq=False)
class StaffReader:
    """What reads single turns, for a whole talk."""

    turns: TurnReader

    def balance(self, turns: Iterable[str]) -> float:
        """Return the log-odds of staff against customer: the mean over the turns times the root of their number.

        Turns of one talk are alike, so that twice as many do not tell twice as much. 0.0 where none tells anything.
        """
        read = [text for turn in turns if len(text := shortened(turn)) >= LEAST]
        if not read:
            return 0.0
        return float(np.mean([self.turns.log_odds(text) for text in read]) * np.sqrt(len(read)))

    def save(self, folder: Path) -> None:
        self.turns.save(folder / FILE)


def shortened(turn: str) -> str:
    """Return what is read of a turn."""
    return normalise(turn).text[:WIDEST]


def staff_reader(folder: Path) -> StaffReader | None:
    """Return the reader of a folder of meanings as its file stands now, None where there is none. Raises ModelError."""
    reader = turn_reader(folder / FILE)
    return None if reader is None else StaffReader(reader)


def teach_staff(turns: Sequence[tuple[str, bool]]) -> StaffReader:
    """Return the reader that (turn, whether staff says it) teach."""
    return StaffReader(taught([(text, staff) for turn, staff in turns if len(text := shortened(turn)) >= LEAST]))
