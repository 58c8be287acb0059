"""Sound-tolerant search of phrases in what one role said."""

from analyzer.matching.calibrate import ACCUSATION, COURTESY, CUE, EXCUSE, SUSPICION, THRESHOLD, Strictness
from analyzer.matching.costs import CostTable
from analyzer.matching.find import Finder
from analyzer.matching.overlap import Match, covers, resolve_overlaps
from analyzer.matching.stream import Stream, make_stream
from analyzer.matching.wording import wording

__all__ = [
    "ACCUSATION",
    "COURTESY",
    "CUE",
    "EXCUSE",
    "SUSPICION",
    "THRESHOLD",
    "CostTable",
    "Finder",
    "Match",
    "Stream",
    "Strictness",
    "covers",
    "make_stream",
    "resolve_overlaps",
    "wording",
]
