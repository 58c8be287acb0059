"""How far down a list one must go: reviews until a share of what is bad has been seen."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def reviews_needed(bad: Sequence[bool], share: float) -> int:
    """How many of a list one must review, from its top, to have seen `share` of what is bad (0 where nothing is)."""
    wanted = math.ceil(share * sum(bad) - 1e-9)
    if not wanted:
        return 0
    return int(np.searchsorted(np.cumsum(bad), wanted)) + 1


def at_random(bad: Sequence[bool], share: float, shuffles: int, seed: int) -> tuple[float, int, int]:
    """Mean and the middle 95 % of the reviews that a random order needs."""
    rng = np.random.default_rng(seed)
    found = [reviews_needed(rng.permutation(bad).tolist(), share) for _ in range(shuffles)]
    low, high = np.percentile(found, [2.5, 97.5])
    return float(np.mean(found)), round(low), round(high)


def resampled(bad: Sequence[bool], share: float, rounds: int, seed: int) -> tuple[int, int]:
    """The middle 95 % of the share of a list that is needed, in per mille, where its recordings are drawn anew (bootstrap)."""
    rng = np.random.default_rng(seed)
    listed = np.array(bad)
    found = [
        1000 * reviews_needed(listed[np.sort(rng.integers(0, len(listed), len(listed)))].tolist(), share) / len(listed)
        for _ in range(rounds)
    ]
    low, high = np.percentile(found, [2.5, 97.5])
    return round(low), round(high)
