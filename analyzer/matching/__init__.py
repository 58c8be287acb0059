"""Sound-tolerant search of phrases in what one role said."""

from analyzer.matching.calibrate import (
    ACCUSATION,
    COURTESY,
    CUE,
    EXCUSE,
    LOOSE,
    NEAR,
    PARDON,
    SUSPICION,
    THRESHOLD,
    Strictness,
)
from analyzer.matching.costs import CostTable
from analyzer.matching.excerpt import excerpt
from analyzer.matching.find import Finder
from analyzer.matching.overlap import Match, covers, resolve_overlaps
from analyzer.matching.sense import nonsense
from analyzer.matching.stream import Stream, make_stream
from analyzer.matching.wording import wording

__all__ = [
    "ACCUSATION",
    "COURTESY",
    "CUE",
    "EXCUSE",
    "LOOSE",
    "NEAR",
    "PARDON",
    "SUSPICION",
    "THRESHOLD",
    "CostTable",
    "Finder",
    "Match",
    "Stream",
    "Strictness",
    "covers",
    "excerpt",
    "make_stream",
    "nonsense",
    "resolve_overlaps",
    "wording",
]
