"""The alignment itself, compiled by numba (imported here alone; compiled once and kept in a cache on disk).

Sellers' algorithm (P. H. Sellers, "The theory and computation of evolutionary distances", J. Algorithms 1980) with
weighted costs, over a graph instead of a string. The value minimised is the *slack*, cost − per_syllable × syllables so
far: a path is within the budget of its `Strictness` where its final slack is, whatever its length, so that options of
different lengths compete fairly. A gap cuts a phrase into blocks, and each block must be within a budget of its own:
派****维修****给您 is not said by one word of it and much goodwill.

All costs are whole hundredths. 16 bits hold them, so that one instruction advances up to 32 positions of a row, and sums
are exact: equal paths are equal. What would force the positions of a row one behind the other, a character inserted
after another, becomes a minimum over a few earlier positions (W. D. Hillis, G. L. Steele, "Data parallel algorithms",
CACM 1986): those 1, 2, 3 characters before, then 4, 8, 12, then 16, 32, 48, as many times as the budget can pay for.

A row is filled only where a path through it can still come to something (E. Ukkonen, "Finding approximate patterns in
strings", J. Algorithms 1985): `_bound` and `_plan` say what all other characters must cost at least, each heard where it
is heard best, order left aside. Nothing within the ceiling is lost; the tests hold that against the plain table.
Evidence (cost, syllables, first character) is traced back from the ends alone.

One file, though a long one: numba's cache on disk knows when the file of a compiled function changes, not when that of a
function it calls does, so a kernel in two files could go on computing with an old half.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from analyzer.matching.arrays import Block, Bytes, Ints, Search, Shorts, Trail
from analyzer.matching.field import CELL, PASSES, Field, Ground
from analyzer.matching.program import CHARACTER, GAP, Graph

BLOCK = 512  # characters aligned at a time: the rows of a phrase stay in the processor's cache
PAD = 255  # positions before a row's first, all NEVER: as far as a pass looks back
NEVER = np.int16(15_000)  # hundredths; two of them still fit 16 bits
NOWHERE = np.int32(30_000)  # no path leads there, or none leads on
DEAD = -1
START_HERE, HEARD, SWALLOWED, INSERTED = range(4)  # how a path comes to a position of a character's row

_ONE = np.uintp(1)  # places are unsigned, or the compiler would ask of each whether it counts from the end


@njit(cache=True)
def _fresh(graph: Graph, per: int) -> Ints:
    """Return slack and cost of coming to each node with nothing heard, shape (nodes, 2)."""
    kind, drop, first, preds = graph.kind, graph.drop, graph.first, graph.preds
    nodes = len(kind)
    before = np.full((nodes, 2), NOWHERE, np.int32)
    after = np.full((nodes, 2), NOWHERE, np.int32)
    before[0] = 0
    after[0] = 0
    for node in range(1, nodes):
        for k in range(first[node], first[node + 1]):
            if after[preds[k], 0] < before[node, 0]:
                before[node] = after[preds[k]]
        after[node] = before[node]
        if kind[node] == CHARACTER:
            after[node, 0] += drop[node] - per
            after[node, 1] += drop[node]
    return before


@njit(cache=True)
def _prepare(row: int, ground: Ground) -> None:
    """Write what each character of the stream costs where `row` is asked for, and the least of each cell."""
    known, codes, costs, minima = ground.known, ground.codes, ground.costs, ground.minima
    cells = minima.shape[1]
    for cell in range(cells):
        least = np.uint8(255)
        for j in range(cell * CELL, min(len(codes), (cell + 1) * CELL)):
            cost = known[row, codes[np.uintp(j)]]
            costs[np.uintp(row * cells * CELL + j)] = cost
            least = min(least, cost)
        minima[row, cell] = least
    ground.ready[row] = True


@njit(cache=True)
def _bound(search: Search, block: Block) -> None:
    """Write what each asked character costs at least in the block, and each node's largest useful slack."""
    graph, ground = search.graph, search.ground
    least, needs = block.least, block.needs
    cells = range(block.begin // CELL, (block.begin + block.length - 1) // CELL + 1)
    for a in range(len(graph.asked)):
        asked = graph.asked[a]
        if not ground.ready[asked]:
            _prepare(asked, ground)
        least[a] = 100
        for cell in cells:
            least[a] = min(least[a], np.int16(ground.minima[asked, cell]))
    needs[:] = -NOWHERE
    for k in range(len(graph.ends)):
        needs[graph.ends[k]] = max(needs[graph.ends[k]], search.ceilings[k])
    for node in range(len(graph.kind) - 1, 0, -1):
        need = needs[node]
        if graph.kind[node] == CHARACTER:
            need += search.field.per - min(graph.drop[node], least[graph.row[node]])
        elif graph.kind[node] == GAP:
            need = search.gap_ceiling if need >= 0 else -NOWHERE
        for k in range(graph.first[node], graph.first[node + 1]):
            needs[graph.preds[k]] = max(needs[graph.preds[k]], need)


@njit(cache=True)
def _plan(search: Search, block: Block, slack: Ints) -> None:
    """Write how many passes of `_insert` each node's row takes, or DEAD where nothing can come of it.

    Insertions are paid from what is left when all characters before and after are heard where they cost least.
    """
    graph, field, passes, needs = search.graph, search.field, block.passes, block.needs
    cheapest = np.full(PASSES, NOWHERE, np.int32)
    for step in range(PASSES):
        for cell in range(block.begin // CELL, (block.begin + block.length - 1) // CELL + 1):
            cheapest[step] = min(cheapest[step], field.inserted[step, cell])
    slack[0] = NOWHERE
    for node in range(1, len(graph.kind)):
        value = NOWHERE
        for k in range(graph.first[node], graph.first[node + 1]):
            value = min(value, slack[graph.preds[k]])
        if graph.kind[node] == CHARACTER:
            value = min(value, search.fresh[node, 0]) + min(graph.drop[node], block.least[graph.row[node]]) - field.per
        elif graph.kind[node] == GAP:
            value = np.int32(0) if value <= search.gap_ceiling else NOWHERE
        slack[node] = value
        passes[node] = 0 if value <= needs[node] else DEAD
        while 0 <= passes[node] < PASSES and cheapest[passes[node]] <= needs[node] - value:
            passes[node] += 1


@njit(cache=True)
def _hear(
    work: Shorts, out: np.uintp, before: np.uintp, costs: Bytes, at: np.uintp, over: Shorts, here: np.uintp,
    free: np.int16, swallowed: np.int16, length: np.uintp,
) -> None:  # fmt: skip
    """Fill a row: each character heard first of all, heard after what came before, or swallowed after it."""
    for j in range(length):
        sub = np.int16(costs[at + j])
        heard = np.int16(work[before + j - _ONE] + np.int16(sub + over[here + j]))
        work[out + j] = min(np.int16(free + sub), min(heard, np.int16(work[before + j] + swallowed)))


@njit(cache=True)
def _hear_first(work: Shorts, out: np.uintp, costs: Bytes, at: np.uintp, free: np.int16, length: np.uintp) -> None:
    """The same where nothing can come before."""
    for j in range(length):
        work[out + j] = np.int16(free + np.int16(costs[at + j]))


@njit(cache=True)
def _least(work: Shorts, row: np.uintp, length: np.uintp) -> np.int16:
    least = NEVER
    for j in range(length):
        least = min(least, work[row + j])
    return least


@njit(cache=True)
def _insert(
    work: Shorts, out: np.uintp, row: np.uintp, apart: np.uintp, sums: Shorts, here: np.uintp, n: np.uintp,
    length: np.uintp,
) -> np.int16:  # fmt: skip
    """Let `apart` characters be inserted once, twice or three times; return the least value of the row."""
    least = NEVER
    once, twice, thrice = row - apart, row - apart - apart, row - apart - apart - apart
    second, third = here + n, here + n + n
    for j in range(length):
        near = min(work[row + j], np.int16(work[once + j] + sums[here + j]))
        far = min(np.int16(work[twice + j] + sums[second + j]), np.int16(work[thrice + j] + sums[third + j]))
        work[out + j] = min(near, far)
        least = min(least, work[out + j])
    return least


@njit(cache=True)
def _join(work: Shorts, out: np.uintp, row: np.uintp, length: np.uintp) -> None:
    """Lower a row to another where that is less."""
    for j in range(length):
        work[out + j] = min(work[out + j], work[row + j])


@njit(cache=True)
def _leap(
    work: Shorts, out: np.uintp, row: np.uintp, width: int, gap: Ints, here: np.uintp, ceiling: int, length: np.uintp
) -> None:
    """Set 0 wherever a block within its ceiling ended at most `width` characters before."""
    for back in range(np.uintp(width + 1)):
        for j in range(back, length + _ONE):
            if work[row + j - back] + (gap[here + j] - gap[here + j - back]) <= ceiling:
                work[out + j] = np.int16(0)


@njit(cache=True)
def _fill(search: Search, block: Block) -> None:
    """Align a block: row by row the least slack of a path that ends behind each character."""
    graph, field, fresh, gap_ceiling = search.graph, search.field, search.fresh, search.gap_ceiling
    kind, row, drop, first, preds = graph.kind, graph.row, graph.drop, graph.first, graph.preds
    asked, costs, over, sums, gap = graph.asked, search.ground.costs, field.over, field.sums, field.gap
    width, passes, work, alive = block.width, block.passes, block.work, block.alive
    n, nodes = np.uintp(search.ground.minima.shape[1] * CELL), len(kind)
    count, here = np.uintp(block.length), np.uintp(block.begin)
    for node in range(1, nodes):
        alive[node] = False
        if passes[node] == DEAD:
            continue
        mine = np.uintp(node * width + PAD + 1)
        least = NEVER
        if kind[node] == CHARACTER:
            p = preds[first[node]]
            at = np.uintp(asked[row[node]]) * n + here
            free = np.int16(min(fresh[node, 0], NEVER) - field.per)
            steps = passes[node]
            target = np.uintp(nodes * width + PAD + 1) if steps else mine
            if alive[p]:
                before = np.uintp(p * width + PAD + 1)
                swallowed = np.int16(drop[node] - field.per)
                _hear(work, target, before, costs, at, over, here, free, swallowed, count)
            else:
                _hear_first(work, target, costs, at, free, count)
            if not steps:
                least = _least(work, mine, count)
            apart = _ONE
            for step in range(steps):
                source = target
                target = mine if step == steps - 1 else np.uintp((nodes + (step + 1) % 2) * width + PAD + 1)
                least = _insert(work, target, source, apart, sums, np.uintp(3 * step) * n + here, n, count)
                apart *= np.uintp(4)
        else:
            untouched = True
            for k in range(first[node], first[node + 1]):
                if not alive[preds[k]]:
                    continue
                if untouched:
                    for j in range(count):
                        work[mine + j] = NEVER
                    untouched = False
                option = np.uintp(preds[k] * width + PAD + 1)
                if kind[node] == GAP:
                    _leap(work, mine - _ONE, option - _ONE, graph.width[node], gap, here, gap_ceiling, count)
                else:
                    _join(work, mine, option, count)
            if not untouched:
                least = _least(work, mine, count)
        alive[node] = least <= block.needs[node]


@njit(cache=True)
def _heard_cost(node: int, j: int, search: Search, block: Block) -> int:
    """What the character before position `j` costs where that of `node` is asked for."""
    row = search.graph.asked[search.graph.row[node]]
    return int(search.ground.costs[row * search.ground.minima.shape[1] * CELL + block.begin + j - 1])


@njit(cache=True)
def _way(node: int, j: int, search: Search, block: Block) -> int:
    """How the best path comes to position `j` of a character's row; of equal ways the first."""
    graph, field, work = search.graph, search.field, block.work
    value, heard_cost = work[node * block.width + PAD + j], _heard_cost(node, j, search, block)
    if value == search.fresh[node, 0] - field.per + heard_cost:
        return START_HERE
    p = graph.preds[graph.first[node]]
    if block.alive[p]:
        before = p * block.width + PAD
        if value == work[before + j - 1] + heard_cost + field.over[block.begin + j - 1]:
            return HEARD
        if value == work[before + j] + graph.drop[node] - field.per:
            return SWALLOWED
    return INSERTED


@njit(cache=True)
def _comes_from(p: int, i: int, node: int, j: int, search: Search, block: Block) -> bool:
    """Whether the value of a join or gap at `j` may stem from its predecessor `p` at `i`."""
    if not block.alive[p]:
        return False
    value = block.work[p * block.width + PAD + i]
    if search.graph.kind[node] != GAP:
        return bool(value == block.work[node * block.width + PAD + j])
    gap = search.field.gap
    return bool(value + gap[block.begin + j] - gap[block.begin + i] <= search.gap_ceiling)


@njit(cache=True)
def _mark(node: int, j: int, trail: Trail) -> None:
    trail.marked[node, j] = True
    trail.spans[node, 0], trail.spans[node, 1] = min(trail.spans[node, 0], j), max(trail.spans[node, 1], j)


@njit(cache=True)
def _mark_all(end: int, last: int, search: Search, block: Block, trail: Trail) -> None:
    """Mark what the best path to position `end` of node `last` comes from.

    Behind a gap that is every end of a block that the gap may follow.
    """
    graph, marked, spans = search.graph, trail.marked, trail.spans
    spans[: last + 1, 0] = end + 1
    spans[: last + 1, 1] = -1
    _mark(last, end, trail)
    for node in range(last, 0, -1):
        j = spans[node, 1] + 1
        while j > spans[node, 0]:
            j -= 1
            if not marked[node, j]:
                continue
            if graph.kind[node] == CHARACTER:
                way = _way(node, j, search, block)
                if way != START_HERE:
                    p = node if way == INSERTED else graph.preds[graph.first[node]]
                    _mark(p, j if way == SWALLOWED else j - 1, trail)
                continue
            for k in range(graph.first[node], graph.first[node + 1]):
                for i in range(max(j - graph.width[node], 0), j + 1):
                    if _comes_from(graph.preds[k], i, node, j, search, block):
                        _mark(graph.preds[k], i, trail)


@njit(cache=True)
def _copy(evidence: Ints, p: int, i: int, node: int, j: int) -> None:
    for e in range(3):
        evidence[e, node, j] = evidence[e, p, i]


@njit(cache=True)
def _trace(end: int, last: int, search: Search, block: Block, trail: Trail) -> None:
    """Write the evidence of the best path to `end` of `last`.

    Behind a gap the cheapest block counts, of equal ones the nearest; behind a join the first.
    """
    _mark_all(end, last, search, block, trail)
    graph, field, fresh, evidence = search.graph, search.field, search.fresh, trail.evidence
    for node in range(1, last + 1):
        for j in range(trail.spans[node, 0], trail.spans[node, 1] + 1):
            if not trail.marked[node, j]:
                continue
            trail.marked[node, j] = False
            at = block.begin + j - 1
            if graph.kind[node] == CHARACTER:
                way = _way(node, j, search, block)
                p = graph.preds[graph.first[node]]
                if way == START_HERE:
                    evidence[0, node, j] = fresh[node, 1] + _heard_cost(node, j, search, block)
                    evidence[1, node, j] = (fresh[node, 1] - fresh[node, 0]) // field.per + 1
                    evidence[2, node, j] = at
                elif way == HEARD:
                    _copy(evidence, p, j - 1, node, j)
                    evidence[0, node, j] += _heard_cost(node, j, search, block) + field.over[at] + field.per
                    evidence[1, node, j] += 1
                elif way == SWALLOWED:
                    _copy(evidence, p, j, node, j)
                    evidence[0, node, j] += graph.drop[node]
                    evidence[1, node, j] += 1
                else:
                    _copy(evidence, node, j - 1, node, j)
                    evidence[0, node, j] += field.sums[at]
                continue
            evidence[0, node, j] = NOWHERE
            for k in range(graph.first[node], graph.first[node + 1]):
                p = graph.preds[k]
                for i in range(j, max(j - graph.width[node], 0) - 1, -1):
                    cost = evidence[0, p, i] + field.gap[at + 1] - field.gap[block.begin + i]
                    if _comes_from(p, i, node, j, search, block) and cost < evidence[0, node, j]:
                        _copy(evidence, p, i, node, j)
                        evidence[0, node, j] = cost
                if graph.kind[node] != GAP and evidence[0, node, j] < NOWHERE:
                    break


@njit(cache=True)
def search(
    graph: Graph, ground: Ground, field: Field, ceilings: Ints, gap_ceiling: int, reach: int, back: int, every: bool,
    windows: Ints,
) -> list[tuple[int, int, int, int, int, int]]:  # fmt: skip
    """The (window, phrase, end, cost, syllables, first) of the paths that are best among their neighbours.

    `ceilings` bound the slack of each phrase's last block (or of a phrase without gaps), `gap_ceiling` that of a block
    before a gap; `reach` is the most that any path spans, `back` the most that an insertion or a gap does. `windows`,
    shape (k, 2), are the stretches of the stream to be searched, each as if nothing else were said. `every`: all ends
    within the ceiling (a word may end at one and not at the next); else only the last position of a valley counts, so
    that one place gives one path and not one a position.
    """
    nodes = len(graph.kind)
    task = Search(graph, ground, field, ceilings, gap_ceiling, _fresh(graph, field.per))
    least, alive = np.empty(len(graph.asked), np.int16), np.zeros(nodes, np.bool_)
    needs, slack, passes = np.empty(nodes, np.int32), np.empty(nodes, np.int32), np.empty(nodes, np.int32)
    longest = 0
    for w in range(len(windows)):
        longest = max(longest, windows[w, 1] - windows[w, 0])
    size = min(longest, BLOCK + reach + CELL + 2)
    width = (PAD + 1 + size + CELL) // CELL * CELL
    work = np.empty((nodes + 2) * width, np.int16)  # two rows to spare for the passes
    for node in range(nodes + 2):
        work[node * width + PAD - back : node * width + PAD + 1] = NEVER
    trail = Trail(np.zeros((0, 0), np.bool_), np.zeros((nodes, 2), np.int32), np.zeros((3, 0, 0), np.int32))
    paths = [(0, 0, 0, 0, 0, 0) for _ in range(0)]
    for w in range(len(windows)):
        start, stop = windows[w, 0], windows[w, 1]
        for at in range(start, stop, BLOCK):
            begin = max(start, (at - reach - 1) // CELL * CELL)
            until = min(at + BLOCK, stop)
            length = min(until + 1, stop) - begin  # the next position shows whether the last is a valley
            block = Block(begin, length, width, least, needs, passes, work, alive)
            _bound(task, block)
            _plan(task, block, slack)
            _fill(task, block)
            for k in range(len(graph.ends)):
                last = graph.ends[k]
                if not alive[last]:
                    continue
                row = last * width + PAD
                for j in range(at - begin + 1, until - begin + 1):
                    value = work[row + j]
                    valley = value <= work[row + j - 1] and (j == length or value < work[row + j + 1])
                    if value > ceilings[k] or not (every or valley):
                        continue
                    if not len(trail.marked):
                        marked = np.zeros((nodes, size + 1), np.bool_)
                        trail = Trail(marked, trail.spans, np.empty((3, nodes, size + 1), np.int32))
                    _trace(j, last, task, block, trail)
                    evidence = trail.evidence
                    cost, syllables, first = evidence[0, last, j], evidence[1, last, j], evidence[2, last, j]
                    paths.append((w, k, begin + j, cost, syllables, first))
    return paths
