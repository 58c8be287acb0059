"""Figures with their uncertainty: means, rates, counts per 100, and differences of two of them.

Sources: Wilson, JASA 22 (1927) 209, for rates; Garwood, Biometrika 28 (1936) 437, exact Poisson, for counts; Student's
t for means; Zou & Donner, Stat. Med. 27 (2008) 1693 ("MOVER") for differences, which for two Wilson intervals is
Newcombe, Stat. Med. 17 (1998) 873, method 10.

Decisions: no observation gives no value; one score gives a value without an interval. Equal scores would make the t
interval a point, as if nothing else could ever happen; then the share of recordings that may differ unseen is bounded
exactly (Clopper & Pearson 1934 with no event: at most 1 - (a/2)^(1/n)), and each of those may be 0 or 100.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import gammaincinv, ndtri, stdtrit

CONFIDENCE = 0.95
SCORE_MAX = 100.0
SAME = 1e-8  # a variance below this is rounding: scores have one decimal


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, the interval that holds its true value with the asked confidence, and the n it rests on."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    def __post_init__(self) -> None:
        if (self.low is None) != (self.high is None) or (self.value is None and self.low is not None):
            raise ValueError(f"half an interval: {self}")
        if self.low is not None and self.high is not None and self.value is not None:
            slack = 1e-9 * max(1.0, abs(self.value))
            if not self.low - slack <= self.value <= self.high + slack:
                raise ValueError(f"value outside its interval: {self}")

    @property
    def hits(self) -> int:
        """Of a rate: how many of the n it counts."""
        return 0 if self.value is None else round(self.value * self.n)

    @property
    def others(self) -> int:
        """Of a rate: how many of the n it does not count."""
        return self.n - self.hits


NOTHING = Estimate(None, None, None, 0)


@dataclass(frozen=True, slots=True)
class Difference:
    """`a - b` with its interval. `beyond_chance`: zero lies outside the interval at the stricter level asked for."""

    value: float | None
    low: float | None
    high: float | None
    beyond_chance: bool


UNKNOWN = Difference(None, None, None, False)


def stricter(comparisons: int) -> float:
    """Return the confidence at which each of several comparisons is judged, so that all together err in 5 % (Bonferroni)."""
    return 1.0 - (1.0 - CONFIDENCE) / max(1, comparisons)


def rate(hits: int, n: int, confidence: float = CONFIDENCE) -> Estimate:
    """Return hits / n (0..1) with Wilson's interval; n = 0 gives nothing."""
    if not 0 <= hits <= n:
        raise ValueError(f"need 0 <= hits <= n, got {hits} of {n}")
    if n == 0:
        return NOTHING
    p = hits / n
    return Estimate(p, *wilson(p, n, confidence), n)


def wilson(share: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return Wilson's interval of a share (0..1) of `n` > 0 observations; weighted ones count as fewer than they are."""
    z = float(ndtri(0.5 + confidence / 2))
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if share == 0.0 else max(0.0, centre - half)  # exactly 0 and 1 at the ends; floats miss them by a hair
    high = 1.0 if share == 1.0 else min(1.0, centre + half)
    return low, high


def per_hundred(count: int, n: int, confidence: float = CONFIDENCE) -> Estimate:
    """Return events per 100 recordings with the exact Poisson interval (several may fall in one recording)."""
    if count < 0 or n < 0:
        raise ValueError(f"need count and n of at least 0, got {count} and {n}")
    if n == 0:
        return NOTHING
    tail = (1 - confidence) / 2
    low = float(gammaincinv(count, tail)) if count else 0.0
    high = float(gammaincinv(count + 1, 1 - tail))
    return Estimate(100.0 * count / n, 100.0 * low / n, 100.0 * high / n, n)


def mean(n: int, total: float, squares: float, confidence: float = CONFIDENCE) -> Estimate:
    """Return the mean score of n recordings from their sum and sum of squares; the interval is cut at 0 and 100."""
    whole = _mean(n, total, squares, confidence)
    if whole.low is None or whole.high is None:
        return whole
    return Estimate(whole.value, max(0.0, whole.low), min(SCORE_MAX, whole.high), n)


def _mean(n: int, total: float, squares: float, confidence: float) -> Estimate:
    """Like `mean`, not cut: differences recover the spread from the whole interval."""
    if n == 0:
        return NOTHING
    value = total / n
    if n == 1:
        return Estimate(value, None, None, 1)
    variance = (squares - total * total / n) / (n - 1)
    if variance < SAME:
        unseen = 1.0 - ((1 - confidence) / 2) ** (1 / n)
        return Estimate(value, value - unseen * value, value + unseen * (SCORE_MAX - value), n)
    half = float(stdtrit(n - 1, 0.5 + confidence / 2)) * math.sqrt(variance / n)
    return Estimate(value, value - half, value + half, n)


def _mover(a: Estimate, b: Estimate) -> tuple[float, float] | None:
    """Return the interval of a - b from both single intervals (Zou & Donner); None where one is missing."""
    if a.value is None or a.low is None or a.high is None or b.value is None or b.low is None or b.high is None:
        return None
    value = a.value - b.value
    low = value - math.hypot(a.value - a.low, b.high - b.value)
    high = value + math.hypot(a.high - a.value, b.value - b.low)
    return low, high


def _difference(plain: tuple[Estimate, Estimate], strict: tuple[Estimate, Estimate]) -> Difference:
    a, b = plain
    if a.value is None or b.value is None:
        return UNKNOWN
    shown, judged = _mover(a, b), _mover(*strict)
    if shown is None or judged is None:
        return Difference(a.value - b.value, None, None, False)
    return Difference(a.value - b.value, *shown, judged[0] > 0 or judged[1] < 0)


def rate_difference(a: tuple[int, int], b: tuple[int, int], comparisons: int = 1) -> Difference:
    """Return the difference of two rates, each given as (hits, n), with Newcombe's 95 % interval."""
    c = stricter(comparisons)
    return _difference((rate(*a), rate(*b)), (rate(*a, c), rate(*b, c)))


def hundred_difference(a: tuple[int, int], b: tuple[int, int], comparisons: int = 1) -> Difference:
    """Return the difference of two counts per 100, each given as (count, n)."""
    c = stricter(comparisons)
    return _difference((per_hundred(*a), per_hundred(*b)), (per_hundred(*a, c), per_hundred(*b, c)))


def mean_difference(a: tuple[int, float, float], b: tuple[int, float, float], comparisons: int = 1) -> Difference:
    """Return the difference of two means, each given as (n, sum, squares); points of score, within -100..100."""
    c = stricter(comparisons)
    whole = _difference((_mean(*a, CONFIDENCE), _mean(*b, CONFIDENCE)), (_mean(*a, c), _mean(*b, c)))
    if whole.low is None or whole.high is None:
        return whole
    return Difference(whole.value, max(-SCORE_MAX, whole.low), min(SCORE_MAX, whole.high), whole.beyond_chance)
