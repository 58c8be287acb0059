"""The alignment itself, compiled by numba (imported here alone; compiled once and kept in a cache on disk).

Sellers' algorithm (P. H. Sellers, "The theory and computation of evolutionary distances", J. Algorithms 1980) with
weighted costs, over a graph instead of a string. The value minimised is the *slack*, cost − per_syllable × syllables so
far: a path is within the budget of its `Strictness` where its final slack is, whatever its length, so that options of
different lengths compete fairly. A gap cuts a phrase into blocks, and each block must be within a budget of its own:
派****维修****给您 is not said by one word of it and much goodwill.

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
def cell_minima(costs: Floats, codes: NDArray[np.int64]) -> Floats:
    """Return the least cost of each asked character in each cell, shape (asked, cells); `costs` is (known, asked)."""
    cells = (len(codes) + CELL - 1) // CELL
    out = np.full((cells, costs.shape[1]), np.float32(1.0), np.float32)
    for j in range(len(codes)):
        for asked in range(costs.shape[1]):
            out[j // CELL, asked] = min(out[j // CELL, asked], costs[codes[j], asked])
    return np.ascontiguousarray(out.T)


@njit(cache=True)
def suffix_bounds(
    kind: Ints,
    row: Ints,
    drop: Floats,
    first: Ints,
    preds: Ints,
    minima: Floats,
    per: np.float32,
    ceiling: np.float32,
    gap_ceiling: np.float32,
) -> Floats:
    """Return the least slack that the rest of the block adds after each node, shape (nodes, cells).

    Before a gap it is what makes `ceiling` out of `gap_ceiling`, or NEVER where the blocks behind cannot be found.

    An alignment of whole cells: every character is taken from the cell of the one before or from the next, because
    neither a gap nor what a budget allows to be inserted is longer than a cell.
    """
    nodes, cells = len(kind), minima.shape[1]
    out = np.full((nodes, cells), NEVER, np.float32)
    out[nodes - 1, :] = 0.0
    value = np.empty(cells + 1, np.float32)
    value[cells] = NEVER
    for node in range(nodes - 1, 0, -1):
        for cell in range(cells):
            value[cell] = out[node, cell]
            if kind[node] == CHARACTER:
                value[cell] += min(drop[node], minima[row[node], cell]) - per
        moves = kind[node] == CHARACTER or kind[node] == GAP
        for k in range(first[node], first[node + 1]):
            p = preds[k]
            for cell in range(cells):
                least = min(value[cell], value[cell + 1]) if moves else value[cell]
                if kind[node] == GAP:
                    least = ceiling - gap_ceiling if least <= ceiling else NEVER
                out[p, cell] = min(out[p, cell], least)
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
    count: Floats,
    origin: Ints,
) -> None:
    """Fill positions begin..end of a character node: heard here, swallowed, or followed by one character more."""
    for j in range(begin, end):
        at = start + j - 1  # the stream's character that ends at position j
        sub = columns[row[node], codes[at]]
        here = fresh[node, 0] + sub - per
        here_cost = fresh[node, 1] + sub
        here_count = (fresh[node, 1] - fresh[node, 0]) / per + np.float32(1.0)
        here_origin = at
        heard = sub + cross[at]
        swallowed = drop[node]
        for k in range(first[node], first[node + 1]):
            p = preds[k]
            if slack[p, j - 1] + heard - per < here:
                here = slack[p, j - 1] + heard - per
                here_cost = cost[p, j - 1] + heard
                here_count = count[p, j - 1] + np.float32(1.0)
                here_origin = origin[p, j - 1]
            if slack[p, j] + swallowed - per < here:
                here = slack[p, j] + swallowed - per
                here_cost = cost[p, j] + swallowed
                here_count = count[p, j] + np.float32(1.0)
                here_origin = origin[p, j]
        if slack[node, j - 1] + insert[at] < here:
            here = slack[node, j - 1] + insert[at]
            here_cost = cost[node, j - 1] + insert[at]
            here_count = count[node, j - 1]
            here_origin = origin[node, j - 1]
        slack[node, j] = here
        cost[node, j] = here_cost
        count[node, j] = here_count
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
    gap_ceiling: np.float32,
    slack: Floats,
    cost: Floats,
    count: Floats,
    origin: Ints,
) -> None:
    """Fill positions begin..end of a join (the best of its options) or of a gap (the cheapest block that ended near)."""
    for j in range(begin, end):
        slack[node, j] = NEVER
        cost[node, j] = NEVER
        for k in range(first[node], first[node + 1]):
            p = preds[k]
            if kind[p] == START:
                continue
            for i in range(j, max(j - width, 0) - 1, -1):
                over = gap[start + j] - gap[start + i]
                value = slack[p, i] + over
                if kind[node] == GAP:
                    better = value <= gap_ceiling and cost[p, i] + over < cost[node, j]
                    value = np.float32(0.0)
                else:
                    better = value < slack[node, j]
                if better:
                    slack[node, j] = value
                    cost[node, j] = cost[p, i] + over
                    count[node, j] = count[p, i]
                    origin[node, j] = origin[p, i]


@njit(cache=True)
def _fresh(kind: Ints, drop: Floats, first: Ints, preds: Ints, per: np.float32) -> Floats:
    """Return slack and cost of coming to each node with nothing consumed, shape (nodes, 2)."""
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
    return before


@njit(cache=True, fastmath=True)
def _fill_slack(
    low: int,
    high: int,
    kind: Ints,
    row: Ints,
    width: Ints,
    drop: Floats,
    first: Ints,
    preds: Ints,
    columns: Floats,
    minima: Floats,
    bounds: Floats,
    codes: NDArray[np.int64],
    cross: Floats,
    insert: Floats,
    gap: Floats,
    per: np.float32,
    ceiling: np.float32,
    gap_ceiling: np.float32,
    fresh: Floats,
    slack: Floats,
    alive: NDArray[np.bool_],
) -> None:
    """Align over cells low..high, node by node and cell by cell, where anything can come of it; slack alone.

    Written in one piece, in loops that the compiler can vectorise: nearly all the time of a search is spent here.
    """
    nodes, start = len(kind), low * CELL
    length = min(high * CELL, len(codes)) - start
    sub = np.empty(CELL, np.float32)
    slack[:, 0] = NEVER
    for node in range(1, nodes):
        heard = kind[node] == CHARACTER
        free, swallowed = fresh[node, 0] - per, drop[node] - per
        for block in range(high - low):
            begin, end = block * CELL + 1, min((block + 1) * CELL, length) + 1
            rest = bounds[node, low + block]
            wanted = heard and free + minima[row[node], low + block] + rest <= ceiling
            wanted = wanted or (block > 0 and alive[node, block - 1])
            for k in range(first[node], first[node + 1]):
                wanted = wanted or alive[preds[k], block] or (block > 0 and alive[preds[k], block - 1])
            alive[node, block] = False
            if not wanted:
                for j in range(begin, end):
                    slack[node, j] = NEVER
                continue
            if heard:
                for j in range(begin, end):
                    sub[j - begin] = columns[row[node], codes[start + j - 1]]
                    slack[node, j] = free + sub[j - begin]
                    sub[j - begin] += cross[start + j - 1] - per
                for k in range(first[node], first[node + 1]):
                    p = preds[k]
                    if not (alive[p, block] or (block > 0 and alive[p, block - 1])):
                        continue
                    for j in range(begin, end):
                        best = min(slack[p, j - 1] + sub[j - begin], slack[p, j] + swallowed)
                        slack[node, j] = min(slack[node, j], best)
                for j in range(begin, end):
                    slack[node, j] = min(slack[node, j], slack[node, j - 1] + insert[start + j - 1])
            else:
                for j in range(begin, end):
                    slack[node, j] = NEVER
                reached = width[node] if kind[node] == GAP else 0
                for k in range(first[node], first[node + 1]):
                    p = preds[k]
                    if not (alive[p, block] or (reached > 0 and block > 0 and alive[p, block - 1])):
                        continue
                    for back in range(reached + 1):
                        for j in range(max(begin, back), end):
                            value = slack[p, j - back] + (gap[start + j] - gap[start + j - back])
                            slack[node, j] = min(slack[node, j], value)
                if kind[node] == GAP:
                    for j in range(begin, end):
                        slack[node, j] = np.float32(0.0) if slack[node, j] <= gap_ceiling else NEVER
            least = NEVER
            for j in range(begin, end):
                least = min(least, slack[node, j])
            if least + rest <= ceiling:
                alive[node, block] = True
            else:
                for j in range(begin, end):
                    slack[node, j] = NEVER


@njit(cache=True)
def _fill_traced(
    low: int,
    high: int,
    kind: Ints,
    row: Ints,
    width: Ints,
    drop: Floats,
    first: Ints,
    preds: Ints,
    columns: Floats,
    codes: NDArray[np.int64],
    cross: Floats,
    insert: Floats,
    gap: Floats,
    per: np.float32,
    gap_ceiling: np.float32,
    fresh: Floats,
    slack: Floats,
    cost: Floats,
    count: Floats,
    origin: Ints,
    alive: NDArray[np.bool_],
) -> None:
    """Align again what `_fill_slack` left alive, this time with cost and first character."""
    nodes, start = len(kind), low * CELL
    length = min(high * CELL, len(codes)) - start
    for node in range(1, nodes):
        reached = width[node] if kind[node] == GAP else 0
        for block in range(high - low):
            if not alive[node, block]:
                continue
            begin, end = block * CELL + 1, min((block + 1) * CELL, length) + 1
            if kind[node] == CHARACTER:
                _character(
                    node, begin, end, start, row, drop, first, preds, columns, codes, cross, insert, per,
                    fresh, slack, cost, count, origin,
                )  # fmt: skip
            else:
                _join(
                    node, begin, end, start, reached, kind, first, preds, gap, gap_ceiling, slack, cost, count, origin
                )


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
    gap_ceiling: np.float32,
    every: bool,
) -> list[tuple[int, float, float, int]]:
    """Return (end, cost, syllables, first) of the paths within `ceiling` that are best among their neighbours.

    `ceiling` bounds the slack of the last block (or of a phrase without gaps), `gap_ceiling` that of a block before a
    gap. `every`: all ends within the ceiling (a word may end at one and not at the next); else only the last position of
    a valley counts, so that one place gives one path and not one a position.
    """
    nodes, n, cells = len(kind), len(codes), minima.shape[1]
    bounds = suffix_bounds(kind, row, drop, first, preds, minima, per, ceiling, gap_ceiling)
    fresh = _fresh(kind, drop, first, preds, per)
    context = (reach + CELL - 1) // CELL
    size = (STRETCH + context) * CELL + 1
    slack = np.full((nodes, size), NEVER, np.float32)
    cost = np.full((nodes, size), NEVER, np.float32)
    count = np.zeros((nodes, size), np.float32)
    origin = np.zeros((nodes, size), np.int32)
    alive = np.zeros((nodes, STRETCH + context), np.bool_)
    last = nodes - 1
    found = [(0, 0.0, 0.0, 0) for _ in range(0)]
    for stretch in range(0, cells, STRETCH):
        low, high = max(0, stretch - context), min(stretch + STRETCH, cells)
        promising = False
        for cell in range(low, high):
            promising = promising or bounds[0, cell] <= ceiling
        if not promising:
            continue
        start = low * CELL
        length = min(high * CELL, n) - start
        inside = (stretch - low) * CELL + 1  # what ends before it was found with the stretch before
        _fill_slack(
            low, high, kind, row, width, drop, first, preds, columns, minima, bounds, codes, cross, insert, gap,
            per, ceiling, gap_ceiling, fresh, slack, alive,
        )  # fmt: skip
        least = NEVER
        for j in range(inside, length + 1):
            least = min(least, slack[last, j])
        if least > ceiling:
            continue
        _fill_traced(
            low, high, kind, row, width, drop, first, preds, columns, codes, cross, insert, gap, per, gap_ceiling,
            fresh, slack, cost, count, origin, alive,
        )  # fmt: skip
        for j in range(inside, length + 1):
            value = slack[last, j]
            valley = value <= slack[last, j - 1] and (j == length or value < slack[last, j + 1])
            if value <= ceiling and (every or valley):
                found.append((start + j, float(cost[last, j]), float(count[last, j]), int(origin[last, j])))
    return found
