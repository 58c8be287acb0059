"""Whether what follows words of turning somebody away helps him all the same: a linear reader of the rest of the turn.

不清楚，稍等，翻下机身上的编码 helps in words that no list has. The reader has learnt from how such turns go on where they turn
somebody away and where they do not. It proves nothing: an accusation that it doubts is a suspicion.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from analyzer.reading.turnreader import TurnReader, taught, turn_reader

FILE = Path("roles") / "helping.npz"
LINES = Path("roles") / "helping.txt"
WIDEST = 60  # characters that are read
LEAST = 4  # characters under which nothing is told
# Log-odds from which a turn seems to go on with help. Of 405 offences by hands that the reader had not learnt from 16 lie over it,
# of 246 turns that help 157 (area under the ROC curve .917, hands in five folds).
HELPS = 0.3


def seems_to_help(reader: TurnReader, rest: str) -> bool:
    """Return whether the rest of a turn (normalised) probably helps."""
    return len(rest) >= LEAST and reader.log_odds(rest[:WIDEST]) >= HELPS


def help_reader(folder: Path) -> TurnReader | None:
    """Return the reader of a folder of meanings as its file stands now, None where there is none. Raises ModelError."""
    return turn_reader(folder / FILE)


def teach_help(rests: Sequence[tuple[str, bool]]) -> TurnReader:
    """Return the reader that (rest of a turn, whether it helps) teach; rests under LEAST characters are left out."""
    return taught([(rest[:WIDEST], helps) for rest, helps in rests if len(rest) >= LEAST])
