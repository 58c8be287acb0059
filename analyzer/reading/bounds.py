"""Which probabilities decide: bounds for a reader, from what it makes of words that it has not learnt from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.reading.reader import Bounds

FORBIDDEN, FACTS = "forbidden", "facts"


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of hard near misses and of ordinary turns, on words not learnt from, that may lie over a bound."""

    near: float
    ordinary: float


# A talk has twenty turns of staff and now and then a near miss. A required element is credited wrongly in one talk of
# twenty at most, and only where it was not said at all; a fact decides whether a clause applies, a suspicion is about pay.
SURE = {FORBIDDEN: Shares(0.03, 0.001), FACTS: Shares(0.03, 0.001)}
MAYBE = {FORBIDDEN: Shares(0.05, 0.002), FACTS: Shares(0.05, 0.002)}
REQUIRED_SURE, REQUIRED_MAYBE = Shares(0.05, 0.002), Shares(0.08, 0.004)
# Areas under the ROC curve from which a reader speaks: one that cannot tell near misses from what it is to find keeps silent.
# A fact decides whether a clause applies at all, and is asked for more.
LEAST_AREA, LEAST_AREA_OF_FACTS = 0.75, 0.8
SILENT = Bounds(1.01, 1.01, -1.0)
REJECTED = 0.02  # share of turns that mean it which may lie under the bound of the absurd


def bounds_of(group: str, scores: NDArray[np.float64], said: NDArray[np.bool_], talk: NDArray[np.float64]) -> Bounds:
    """Return the bounds of a reader of `group`; SILENT for one that cannot tell near misses from what it is to find.

    `scores` and `said`: probabilities and labels of lines; `talk`: probabilities of ordinary turns.
    """
    if area(scores, said) < (LEAST_AREA_OF_FACTS if group == FACTS else LEAST_AREA):
        return SILENT
    return _bounds(scores, said, talk, SURE.get(group, REQUIRED_SURE), MAYBE.get(group, REQUIRED_MAYBE))


def _bounds(
    scores: NDArray[np.float64], said: NDArray[np.bool_], talk: NDArray[np.float64], surely: Shares, perhaps: Shares
) -> Bounds:
    def least(shares: Shares, floor: float) -> float:
        over = np.quantile(scores[~said], 1 - shares.near), np.quantile(talk, 1 - shares.ordinary)
        return max(*map(float, over), floor)

    sure, maybe = least(surely, 0.5), least(perhaps, 0.3)
    absurd = float(np.quantile(scores[said], REJECTED))
    return Bounds(round(sure, 3), round(min(maybe, sure), 3), round(min(absurd, 0.2), 3))


def area(scores: NDArray[np.float64], said: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve."""
    ranks = np.argsort(np.argsort(scores)) + 1.0
    positives, negatives = int(said.sum()), int((~said).sum())
    return float((ranks[said].sum() - positives * (positives + 1) / 2) / (positives * negatives))
