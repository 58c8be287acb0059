"""The alignment itself, compiled by numba (imported here alone; compiled once and kept in a cache on disk).

Sellers' algorithm (P. H. Sellers, "The theory and computation of evolutionary distances", J. Algorithms 1980) with
weighted costs, over a graph instead of a string. The value minimised is the *slack*, cost − per_syllable × syllables so
far: a path is within the budget of its `Strictness` where its final slack is, whatever its length, so that options of
different lengths compete fairly.

Most of a stream is nothing like most phrases, so the table is filled only where a path can still come to something, as
in A* (Hart, Nilsson and Raphael 1968): `suffix_bounds` says for each node and each cell of CELL characters how little
the rest of the phrase must at least cost, every character at its best anywhere near, order left aside. The bound never
exceeds the truth, so nothing within the ceiling is lost; the tests compare with the plain table.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from analyzer.matching.program import CHARACTER, GAP, START

CELL = 16
STRETCH = 16  # cells aligned at a time: the table of a long phrase stays in the processor's cache
NEVER = np.float32(1e6)

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


@njit(cache=True)
def cell_minima(columns: Floats, codes: NDArray[np.int64]) -> Floats:
    """Return the least cost of each asked character in each cell, shape (asked, cells)."""
    cells = (len(codes) + CELL - 1) // CELL
    out = np.full((columns.shape[0], cells), np.float32(1.0), np.float32)
    for asked in range(columns.shape[0]):
        for j in range(len(codes)):
            value = columns[asked, codes[j]]
            if value < out[asked, j // CELL]:
                out[asked, j // CELL] = value
    return out


@njit(cache=True)
def suffix_bounds(
    kind: Ints, row: Ints, drop: Floats, first: Ints, preds: Ints, reach: int, minima: Floats, per: np.float32
) -> Floats:
    """Return the least slack that the rest of the phrase adds after each node, shape (nodes, cells).

    The rest is taken from the cell itself and the `reach` characters after it.
    """
    nodes, cells = len(kind), minima.shape[1]
    ahead = (reach + CELL - 1) // CELL
    out = np.full((nodes, cells), NEVER, np.float32)
    out[nodes - 1, :] = 0.0
    for node in range(nodes - 1, 0, -1):
        for cell in range(cells):
            value = out[node, cell]
            if kind[node] == CHARACTER:
                cost = drop[node]
                for c in range(cell, min(cell + ahead + 1, cells)):
                    cost = min(cost, minima[row[node], c])
                value += cost - per
            for k in range(first[node], first[node + 1]):
                out[preds[k], cell] = min(out[preds[k], cell], value)
    return out


@njit(cache=True)
def _character(
    node: int,
    begin: int,
    end: int,
    start: int,
    row: Ints,
    drop: Floats,
    first: Ints,
    preds: Ints,
    columns: Floats,
    codes: NDArray[np.int64],
    cross: Floats,
    insert: Floats,
    per: np.float32,
    fresh: Floats,
    slack: Floats,
    cost: Floats,
    origin: Ints,
) -> None:
    """Fill positions begin..end of a character node: heard here, swallowed, or followed by one character more."""
    for j in range(begin, end):
        at = start + j - 1  # the stream's character that ends at position j
        sub = columns[row[node], codes[at]]
        here = fresh[node, 0] + sub - per
        here_cost = fresh[node, 1] + sub
        here_origin = at
        heard = sub + cross[at]
        swallowed = drop[node]
        for k in range(first[node], first[node + 1]):
            p = preds[k]
            if slack[p, j - 1] + heard - per < here:
                here = slack[p, j - 1] + heard - per
                here_cost = cost[p, j - 1] + heard
                here_origin = origin[p, j - 1]
            if slack[p, j] + swallowed - per < here:
                here = slack[p, j] + swallowed - per
                here_cost = cost[p, j] + swallowed
                here_origin = origin[p, j]
        if slack[node, j - 1] + insert[at] < here:
            here = slack[node, j - 1] + insert[at]
            here_cost = cost[node, j - 1] + insert[at]
            here_origin = origin[node, j - 1]
        slack[node, j] = here
        cost[node, j] = here_cost
        origin[node, j] = here_origin


@njit(cache=True)
def _join(
    node: int,
    begin: int,
    end: int,
    start: int,
    width: int,
    kind: Ints,
    first: Ints,
    preds: Ints,
    gap: Floats,
    slack: Floats,
    cost: Floats,
    origin: Ints,
) -> None:
    """Fill positions begin..end of a join, or of a gap: the best of the last `width` positions as well."""
    for j in range(begin, end):
        slack[node, j] = NEVER
        for k in range(first[node], first[node + 1]):
            p = preds[k]
            if kind[p] == START:
                continue
            for i in range(j, max(j - width, 0) - 1, -1):
                value = slack[p, i] + (gap[start + j] - gap[start + i])
                if value < slack[node, j]:
                    slack[node, j] = value
                    cost[node, j] = cost[p, i] + (gap[start + j] - gap[start + i])
                    origin[node, j] = origin[p, i]


@njit(cache=True)
def _fresh(kind: Ints, drop: Floats, first: Ints, preds: Ints, per: np.float32) -> tuple[Floats, Floats]:
    """Return slack and cost of reaching each node before its own step, and after it, with nothing consumed."""
    nodes = len(kind)
    before = np.full((nodes, 2), NEVER, np.float32)
    after = np.full((nodes, 2), NEVER, np.float32)
    before[0] = 0.0
    after[0] = 0.0
    for node in range(1, nodes):
        for k in range(first[node], first[node + 1]):
            if after[preds[k], 0] < before[node, 0]:
                before[node] = after[preds[k]]
        after[node] = before[node]
        if kind[node] == CHARACTER:
            after[node, 0] += drop[node] - per
            after[node, 1] += drop[node]
    return before, after


@njit(cache=True)
def search(
    kind: Ints,
    row: Ints,
    width: Ints,
    drop: Floats,
    first: Ints,
    preds: Ints,
    reach: int,
    columns: Floats,
    minima: Floats,
    codes: NDArray[np.int64],
    cross: Floats,
    insert: Floats,
    gap: Floats,
    per: np.float32,
    ceiling: np.float32,
) -> list[tuple[int, float, float, int]]:
    """Return (end, slack, cost, first) of the paths within `ceiling` that are best among their neighbours.

    Only the last position of a valley counts, so that one place gives one path and not one a position.
    """
    nodes, n = len(kind), len(codes)
    cells = minima.shape[1]
    bounds = suffix_bounds(kind, row, drop, first, preds, reach, minima, per)
    fresh, _ = _fresh(kind, drop, first, preds, per)
    context = (reach + CELL - 1) // CELL
    size = (STRETCH + context) * CELL + 1
    slack = np.full((nodes, size), NEVER, np.float32)
    cost = np.full((nodes, size), NEVER, np.float32)
    origin = np.zeros((nodes, size), np.int32)
    alive = np.zeros((nodes, STRETCH + context), np.bool_)
    found = [(0, 0.0, 0.0, 0) for _ in range(0)]
    for stretch in range(0, cells, STRETCH):
        low = max(0, stretch - context)
        high = min(stretch + STRETCH, cells)
        promising = False
        for cell in range(low, high):
            promising = promising or bounds[0, cell] <= ceiling
        if not promising:
            continue
        start = low * CELL
        length = min(high * CELL, n) - start
        slack[:, 0] = NEVER
        for node in range(1, nodes):
            for block in range(high - low):
                begin, end = block * CELL + 1, min((block + 1) * CELL, length) + 1
                cell = low + block
                wanted = kind[node] == CHARACTER and (
                    fresh[node, 0] + minima[row[node], cell] - per + bounds[node, cell] <= ceiling
                )
                wanted = wanted or (block > 0 and alive[node, block - 1])
                for k in range(first[node], first[node + 1]):
                    p = preds[k]
                    wanted = wanted or alive[p, block] or (block > 0 and alive[p, block - 1])
                alive[node, block] = False
                if not wanted:
                    slack[node, begin:end] = NEVER
                    continue
                if kind[node] == CHARACTER:
                    _character(
                        node, begin, end, start, row, drop, first, preds, columns, codes, cross, insert, per,
                        fresh, slack, cost, origin,
                    )  # fmt: skip
                else:
                    reached = width[node] if kind[node] == GAP else 0
                    _join(node, begin, end, start, reached, kind, first, preds, gap, slack, cost, origin)
                for j in range(begin, end):
                    if slack[node, j] + bounds[node, cell] <= ceiling:
                        alive[node, block] = True
                        break
                if not alive[node, block]:
                    slack[node, begin:end] = NEVER
        last = nodes - 1
        for j in range((stretch - low) * CELL + 1, length + 1):
            value = slack[last, j]
            if value <= ceiling and value <= slack[last, j - 1] and (j == length or value < slack[last, j + 1]):
                found.append((start + j, float(value), float(cost[last, j]), int(origin[last, j])))
    return found
