"""The trees of some phrases as one flat program: nodes in topological order, ready for the kernel.

Nodes are characters, gaps and joins (where options meet again); node 0 is the start. Every edge runs forward, so one
pass over the nodes is one alignment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from analyzer.matching.costs import CostTable, deletion_cost
from analyzer.rubric.model import Choice, Gap, Literal, Phrase, Sequence
from analyzer.text.syllables import spell

START, CHARACTER, GAP, JOIN = range(4)


class Graph(NamedTuple):
    """Arrays with one value a node, for the kernel.

    `kind`; `row`: which of `asked`, the rows of the cost table (characters); `width`: most characters (gaps); `drop`:
    cost of leaving a character out, in hundredths. Node i follows `preds[first[i]:first[i + 1]]`, a character always
    one node. `ends` are the last nodes of the phrases.
    """

    kind: NDArray[np.int32]
    row: NDArray[np.int32]
    width: NDArray[np.int32]
    drop: NDArray[np.int16]
    first: NDArray[np.int32]
    preds: NDArray[np.int32]
    asked: NDArray[np.int32]
    ends: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Program:
    """The graph of some phrases, and of each phrase the most characters that it spans without insertions.

    `gapped`: whether there is a gap on some way through a phrase.
    """

    graph: Graph
    extents: tuple[int, ...]
    gapped: tuple[bool, ...]


class _GraphBuilder:
    """Adds nodes; what two phrases or options begin with alike is one node for both."""

    def __init__(self, table: CostTable) -> None:
        self._table = table
        self.kind, self.row, self.width, self.drop = [START], [0], [0], [0]
        self.preds: list[tuple[int, ...]] = [()]
        self._known: dict[tuple[int, int, int, tuple[int, ...]], int] = {}

    def add(self, kind: int, preds: list[int], row: int = 0, width: int = 0, drop: float = 0.0) -> int:
        key = (kind, row, width, tuple(dict.fromkeys(preds)))
        if key not in self._known:
            self._known[key] = len(self.kind)
            self.kind.append(kind)
            self.row.append(row)
            self.width.append(width)
            self.drop.append(round(100 * drop))
            self.preds.append(key[3])
        return self._known[key]

    def sequence(self, sequence: Sequence, ends: list[int]) -> list[int]:
        """Append a sequence after `ends`; return where it may end (`ends` themselves where it is empty)."""
        for part in sequence.parts:
            if isinstance(part, Literal):
                for key in spell(part.text):
                    ends = [self.add(CHARACTER, ends, self._table.index(key), drop=deletion_cost(key[0]))]
            elif isinstance(part, Gap):
                ends = [self.add(GAP, ends, width=part.max_chars)]
            else:
                ends = self._choice(part, ends)
        return ends

    def _choice(self, choice: Choice, ends: list[int]) -> list[int]:
        before = ends if len(ends) == 1 else [self.add(JOIN, ends)]
        after: list[int] = []
        for option in choice.options:
            after += [end for end in self.sequence(option, before) if end not in after]
        return after if len(after) == 1 else [self.add(JOIN, after)]


def build(phrases: Iterable[Phrase], table: CostTable) -> Program:
    builder = _GraphBuilder(table)
    ends, extents, gapped = [], [], []
    for phrase in phrases:
        (end,) = builder.sequence(phrase.pattern, [0])
        ends.append(end)
        extents.append(_extent(phrase.pattern))
        gapped.append(_has_gap(phrase.pattern))
    asked, row = np.unique(builder.row, return_inverse=True)
    counts = [len(p) for p in builder.preds]
    graph = Graph(
        kind=np.array(builder.kind, np.int32),
        row=row.astype(np.int32),
        width=np.array(builder.width, np.int32),
        drop=np.array(builder.drop, np.int16),
        first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        preds=np.array([p for preds in builder.preds for p in preds], np.int32),
        asked=asked.astype(np.int32),
        ends=np.array(ends, np.int32),
    )
    return Program(graph, tuple(extents), tuple(gapped))


_PROGRAMS: WeakKeyDictionary[CostTable, dict[tuple[int, ...], tuple[tuple[Phrase, ...], Program]]] = WeakKeyDictionary()


def program_of(phrases: tuple[Phrase, ...], table: CostTable) -> Program:
    """Return the program of some phrases, built once for each table."""
    built = _PROGRAMS.setdefault(table, {})
    key = tuple(map(id, phrases))
    kept = built.get(key)
    if kept is None:  # the phrases are kept beside their program, so that no id is given to another
        kept = built[key] = (phrases, build(phrases, table))
    return kept[1]


def _extent(pattern: Sequence) -> int:
    """Most characters that `pattern` spans without insertions."""
    extent = 0
    for part in pattern.parts:
        if isinstance(part, Literal):
            extent += len(part.text)
        elif isinstance(part, Gap):
            extent += part.max_chars
        else:
            extent += max(_extent(option) for option in part.options)
    return extent


def _has_gap(pattern: Sequence) -> bool:
    return any(
        isinstance(part, Gap) or (isinstance(part, Choice) and any(_has_gap(option) for option in part.options))
        for part in pattern.parts
    )
