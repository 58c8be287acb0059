"""What is read at once: one to three neighbouring clauses of one turn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analyzer.text import Break

CLAUSES = 3
WIDEST = 44  # characters of several clauses together
LONG_CLAUSE = 32  # a clause without punctuation is read in overlapping pieces
PIECE = 24


def windows(breaks: NDArray[np.int8]) -> NDArray[np.intp]:
    """Return the windows over characters with these breaks before them, shape (m, 2), half-open, in order."""
    length = len(breaks)
    starts = [0, *(int(i) for i in np.flatnonzero(breaks) if i)] if length else []
    found: list[tuple[int, int]] = []
    for at, begin in enumerate(starts):
        for last in range(at, min(at + CLAUSES, len(starts))):
            if last > at and breaks[starts[last]] >= Break.TURN:
                break
            end = starts[last + 1] if last + 1 < len(starts) else length
            if last == at and end - begin > LONG_CLAUSE:
                found += _pieces(begin, end)
            elif last == at or end - begin <= WIDEST:
                found.append((begin, end))
            else:
                break
    return np.array(found, np.intp).reshape(-1, 2)


def _pieces(begin: int, end: int) -> list[tuple[int, int]]:
    step = PIECE // 2
    firsts = range(begin, max(begin + 1, end - PIECE + step), step)
    return [(first, min(first + PIECE, end)) for first in firsts]
