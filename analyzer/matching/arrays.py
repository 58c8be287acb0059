"""What the functions of the kernel hand to each other, as named tuples of arrays (numba compiles these)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analyzer.matching.field import Field, Ground
from analyzer.matching.program import Graph

Bytes = NDArray[np.uint8]
Shorts = NDArray[np.int16]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]


class Search(NamedTuple):
    """What is looked for and where. Slack up to which a path counts: `ceilings` at the end of each phrase,
    `gap_ceiling` before a gap. `fresh`, shape (nodes, 2): slack and cost of coming to each node with nothing heard.
    """

    graph: Graph
    ground: Ground
    field: Field
    ceilings: Ints
    gap_ceiling: int
    fresh: Ints


class Block(NamedTuple):
    """Characters begin..begin + length, aligned in `work`: row r begins at r * width, its position j (after j
    characters) at PAD + j. Of each asked character: its `least` cost here; of each node: its largest useful slack, the
    passes of insertion that its row takes, whether it came to something.
    """

    begin: int
    length: int
    width: int
    least: Shorts
    needs: Ints
    passes: Ints
    work: Shorts
    alive: Flags


class Trail(NamedTuple):
    """Places that the paths to an end come from: `marked`, shape (nodes, positions), with each node's first and last
    in `spans`, shape (nodes, 2), and cost, syllables and first character of the best path to each in `evidence`, shape
    (3, nodes, positions).
    """

    marked: Flags
    spans: Ints
    evidence: Ints
