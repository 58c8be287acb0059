"""A stream made ready for the kernel: what each character costs where another is asked for, what breaks cost.

All costs are whole hundredths; arrays over characters are filled up to a multiple of CELL, so that each row begins with
a line of the processor's cache.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import DTypeLike, NDArray

from analyzer.matching.calibrate import Strictness
from analyzer.matching.costs import CostTable
from analyzer.matching.stream import Stream

CELL = 32  # characters
PASSES = 4  # in which the kernel inserts characters: 1 to 3, 4 to 12, 16 to 48, 64 to 192 at a time
_LINE = 64  # bytes of a line of the processor's cache
_MOST = 12_000  # hundredths: no budget allows so much to be inserted


class Ground(NamedTuple):
    """A stream's characters and what they cost, the same for all strictnesses.

    `known`, shape (asked, known characters): the costs of the table; `codes`, shape (n,): the number of each character
    in it. The kernel writes a row when it is first asked for, and notes that in `ready`: `costs`, shape (asked * n
    filled up,), what each character costs; `minima`, shape (asked, cells), the least of each cell.
    """

    known: NDArray[np.uint8]
    codes: NDArray[np.uint16]
    costs: NDArray[np.uint8]
    minima: NDArray[np.uint8]
    ready: NDArray[np.bool_]


class Field(NamedTuple):
    """A stream at one strictness; `per` is what a syllable earns.

    `over`, shape (n filled up,): what stepping over the break before a character costs, less `per`. `sums`, shape
    (3 * PASSES * n filled up,): what 1, 2, 3, 4, 8, 12, 16 … characters inserted up to a character cost, their breaks
    included; `inserted`, shape (PASSES, cells): the least of 1, 4, 16, 64 of them in each cell. `gap`, shape (n + 1,):
    the running sum of what breaks cost within a gap.
    """

    per: int
    over: NDArray[np.int16]
    sums: NDArray[np.int16]
    inserted: NDArray[np.int32]
    gap: NDArray[np.int32]


def hundredths(cost: float) -> int:
    """Return a cost as the kernel counts it."""
    return round(100 * cost)


class Prepared(NamedTuple):
    """What is kept of a stream that was searched with a table: fields are added as strictnesses are asked for."""

    table: CostTable
    ground: Ground
    fields: dict[Strictness, Field]


_PREPARED: WeakKeyDictionary[Stream, Prepared] = WeakKeyDictionary()


def prepare(stream: Stream, table: CostTable, strictness: Strictness) -> tuple[Ground, Field]:
    """Return ground and field of a stream, made once for each table that it is searched with."""
    kept = _PREPARED.get(stream)
    if kept is None or kept.table is not table:
        kept = _PREPARED[stream] = Prepared(table, _ground(stream, table), {})
    if strictness not in kept.fields:
        kept.fields[strictness] = _field(stream, table, kept.ground, strictness)
    return kept.ground, kept.fields[strictness]


def _ground(stream: Stream, table: CostTable) -> Ground:
    codes = table.codes(stream.text)
    asked, cells = len(table.hundredths), -(-len(codes) // CELL)
    costs = _aligned(asked * cells * CELL, np.uint8)
    return Ground(table.hundredths, codes, costs, np.empty((asked, cells), np.uint8), np.zeros(asked, np.bool_))


def _field(stream: Stream, table: CostTable, ground: Ground, s: Strictness) -> Field:
    per, n = hundredths(s.per_syllable), len(stream.text)
    filled = -(-n // CELL) * CELL
    cross = np.array([0, *map(hundredths, (s.comma, s.sentence, s.turn))], np.int32)[stream.breaks]
    insert = np.rint(100 * s.insertion * table.insertions[ground.codes]).astype(np.int32) + cross
    total = np.concatenate([np.zeros(1, np.int32), np.cumsum(insert, dtype=np.int32)])
    sums = _aligned(3 * PASSES * filled, np.int16).reshape(3 * PASSES, filled)
    sums[:] = _MOST  # stays where fewer characters stand before
    for row in range(3 * PASSES):
        together = (row % 3 + 1) * 4 ** (row // 3)
        if together <= n:
            sums[row, together - 1 : n] = np.minimum(total[together:] - total[:-together], _MOST)
    over = _aligned(filled, np.int16)
    over[:n] = cross - per
    gap = np.cumsum(np.array(gap_costs(s), np.int32)[stream.breaks], dtype=np.int32)
    least = sums[::3].reshape(PASSES, -1, CELL).min(axis=2).astype(np.int32)
    return Field(per, over, sums.ravel(), least, np.concatenate([np.zeros(1, np.int32), gap]))


def gap_costs(s: Strictness) -> tuple[int, int, int, int]:
    """What each kind of break costs within a gap.

    A comma costs nothing: people start anew within a sentence. A full stop costs double, because the words left out may be
    anything, and no gap runs on behind another's turn or a long pause.
    """
    return 0, 0, 2 * hundredths(s.sentence), _MOST


def _aligned(length: int, dtype: DTypeLike) -> NDArray[Any]:
    """Return an empty array that begins with a line of the processor's cache."""
    size = length * np.dtype(dtype).itemsize
    room = np.empty(size + _LINE, np.uint8)
    begin = -room.ctypes.data % _LINE
    return room[begin : begin + size].view(dtype)
