"""A phrase's tree as a flat program: nodes in topological order, ready for the kernel.

Nodes are characters, gaps and joins (where options meet again); node 0 is the start. Every edge runs forward, so one
pass over the nodes is one alignment.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from analyzer.matching.costs import CostTable, deletion_cost
from analyzer.rubric.model import Choice, Gap, Literal, Phrase, Sequence
from analyzer.text.syllables import spell

START, CHARACTER, GAP, JOIN = range(4)
SLACK_CHARACTERS = 6  # room for inserted characters when a match's longest extent is estimated


@dataclass(frozen=True, slots=True)
class Program:
    """Arrays with one value a node.

    `kind`; `row`: which asked character of the cost table (characters); `width`: most characters (gaps); `drop`: cost
    of leaving a character out. Node i follows `preds[first[i]:first[i + 1]]`. `reach`: most characters before its
    end at which a match begins; `gapped`: whether there is a gap on some way through.
    """

    kind: NDArray[np.int32]
    row: NDArray[np.int32]
    width: NDArray[np.int32]
    drop: NDArray[np.float32]
    first: NDArray[np.int32]
    preds: NDArray[np.int32]
    reach: int
    gapped: bool


class _Builder:
    def __init__(self, table: CostTable) -> None:
        self._table = table
        self.kind, self.row, self.width, self.drop = [START], [0], [0], [0.0]
        self.preds: list[list[int]] = [[]]

    def add(self, kind: int, preds: list[int], row: int = 0, width: int = 0, drop: float = 0.0) -> int:
        self.kind.append(kind)
        self.row.append(row)
        self.width.append(width)
        self.drop.append(drop)
        self.preds.append(preds)
        return len(self.kind) - 1

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


def build(phrase: Phrase, table: CostTable) -> Program:
    """Return the program of a phrase; its last node is where the phrase ends."""
    builder = _Builder(table)
    ends = builder.sequence(phrase.pattern, [0])
    builder.add(JOIN, ends)
    counts = [len(p) for p in builder.preds]
    return Program(
        np.array(builder.kind, np.int32),
        np.array(builder.row, np.int32),
        np.array(builder.width, np.int32),
        np.array(builder.drop, np.float32),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        np.array([p for preds in builder.preds for p in preds], np.int32),
        _extent(phrase.pattern) + SLACK_CHARACTERS,
        GAP in builder.kind,
    )


_PROGRAMS: WeakKeyDictionary[CostTable, dict[int, tuple[Phrase, Program]]] = WeakKeyDictionary()


def program_of(phrase: Phrase, table: CostTable) -> Program:
    """Return the program of a phrase, built once for each table."""
    built = _PROGRAMS.setdefault(table, {})
    kept = built.get(id(phrase))
    if kept is None:  # the phrase is kept beside its program, so that its id is not given to another
        kept = built[id(phrase)] = (phrase, build(phrase, table))
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
