"""How far a rule can be trusted: what people decided on a random sample where the rule had judged, with its uncertainty.

Who reviews takes the grave ones first. Two things undo that. Only recordings drawn at random count. And of these, the
ones that are reviewed already stand for all: each decision weighs (verdicts of the sample in its cell) / (decisions in
the cell), a cell being what the machine said and whether the recording scored low, because that is what the list by risk
is sorted by. So it makes no difference which cell is reviewed first (post-stratification; Holt & Smith, J. R. Stat. Soc. A 142
(1979) 33). Weights cost certainty: intervals rest on Kish's effective number (sum w)² / sum w², never more than n.

The event is a clause not fulfilled (forbidden words said). Precision: of those that the machine finds, how many are ones;
recall: of those that are ones, how many the machine finds. Kappa: Cohen, Educ. Psychol. Meas. 20 (1960) 37, 43.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from web.figures.intervals import NOTHING, Estimate, wilson

MISSED = "missed"
LEAST = 10  # decisions from which on a rule is measured against the line
Z = 1.959964  # of the normal distribution: 95 %
Pair = tuple[str, str]  # (the machine's verdict, the person's)
Decided = tuple[str, str, str]  # (the machine's verdict, the person's, band of the recording)
Cell = tuple[str, str]  # (the machine's verdict, band of the recording)


class Standing(StrEnum):
    """How a rule stands to the line. UNDER: surely; DOUBTFUL: its figure is under it, the interval reaches over it."""

    UNDER = "under"
    DOUBTFUL = "doubtful"
    FINE = "fine"
    FEW = "few"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RuleAccuracy:
    """A rule beside people. Counts are of decisions; the estimates are weighted, each with the n of decisions it rests on.

    `accused`: the machine found what the person did not; `let_off` the other way round; `caught`: both did.
    `covered`: the share of the sample's verdicts in whose cells anything is decided, 0..1; None where that is not known.
    """

    n: int
    agreed: int
    caught: int
    accused: int
    let_off: int
    agreement: Estimate
    kappa: Estimate
    precision: Estimate
    recall: Estimate
    prevalence: Estimate
    covered: float | None

    @property
    def found(self) -> int:
        """How often the machine found one."""
        return self.caught + self.accused

    @property
    def real(self) -> int:
        """How often the person found one."""
        return self.caught + self.let_off

    @property
    def differ(self) -> int:
        return self.n - self.agreed


def kappa(pairs: Mapping[Pair, float]) -> float | None:
    """Return Cohen's kappa of counted (or weighted) pairs; None where chance alone gives full agreement or there are none."""
    n = sum(pairs.values())
    if not n:
        return None
    first: defaultdict[str, float] = defaultdict(float)
    second: defaultdict[str, float] = defaultdict(float)
    for (a, b), count in pairs.items():
        first[a] += count
        second[b] += count
    chance = sum(first[word] * second[word] for word in first) / (n * n)
    if chance >= 1.0 - 1e-12:
        return None
    observed = sum(count for (a, b), count in pairs.items() if a == b) / n
    return (observed - chance) / (1.0 - chance)


def kappa_estimate(pairs: Mapping[Pair, float], n: int | None = None, effective: float | None = None) -> Estimate:
    """Cohen's kappa with its large-sample interval: SE = sqrt(p(1 - p) / n) / (1 - chance).

    `n` decisions that weigh as `effective` ones (both as many as there are pairs, unless told). Nothing where `kappa` tells
    none; no interval where all agree or none does (SE would be 0, as if nothing else could be).
    """
    whole, value = sum(pairs.values()), kappa(pairs)
    n = round(whole) if n is None else n
    if value is None:
        return Estimate(None, None, None, n)
    same = sum(count for (a, b), count in pairs.items() if a == b) / whole
    if min(same, 1.0 - same) < 1e-12:
        return Estimate(value, None, None, n)
    # kappa = (same - chance) / (1 - chance), so 1 - chance = (1 - same) / (1 - kappa)
    half = Z * math.sqrt(same * (1 - same) / (effective or n)) * (1 - value) / (1 - same)
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half), n)


def accuracy(decided: Mapping[Decided, int], sample: Mapping[Cell, int]) -> RuleAccuracy:
    """Return how a rule stands beside people; `sample` counts the verdicts of the whole random sample by cell.

    A cell with fewer verdicts than decisions (none counted yet, or judged otherwise since) weighs as its decisions.
    """
    counts = {key: n for key, n in decided.items() if n}
    in_cell = Counter[Cell]()
    for (machine, _, band), n in counts.items():
        in_cell[machine, band] += n
    weight = {cell: max(1.0, sample.get(cell, 0) / n) for cell, n in in_cell.items()}

    def rate(hit: Callable[[str, str], bool], among: Callable[[str, str], bool] = lambda *_: True) -> Estimate:
        return _rate({key: n for key, n in counts.items() if among(key[0], key[1])}, weight, hit)

    def count(hit: Callable[[str, str], bool]) -> int:
        return sum(n for (machine, person, _), n in counts.items() if hit(machine, person))

    pairs: defaultdict[Pair, float] = defaultdict(float)
    for (machine, person, band), n in counts.items():
        pairs[machine, person] += n * weight[machine, band]
    whole = sum(sample.values())
    n = sum(counts.values())
    return RuleAccuracy(
        n=n,
        agreed=count(lambda a, b: a == b),
        caught=count(lambda a, b: a == b == MISSED),
        accused=count(lambda a, b: a == MISSED != b),
        let_off=count(lambda a, b: b == MISSED != a),
        agreement=rate(lambda a, b: a == b),
        kappa=kappa_estimate(pairs, n, _effective(counts, weight)),
        precision=rate(lambda _, b: b == MISSED, lambda a, _: a == MISSED),
        recall=rate(lambda a, _: a == MISSED, lambda _, b: b == MISSED),
        prevalence=rate(lambda _, b: b == MISSED),
        covered=sum(sample[cell] for cell in in_cell if cell in sample) / whole if whole else None,
    )


def standing(rule: RuleAccuracy, line: float) -> Standing:
    """Return how a rule stands to the line (0..1): by its agreement, and by its precision where it found enough.

    A rule that hardly ever finds anything agrees nearly always; what it costs people is told by its precision.
    """
    if not rule.n:
        return Standing.NONE
    if rule.n < LEAST:
        return Standing.FEW
    measured = [rule.agreement, *([rule.precision] if rule.found >= LEAST else [])]
    if any(one.high is not None and one.high < line for one in measured):
        return Standing.UNDER
    return Standing.DOUBTFUL if any(one.value is not None and one.value < line for one in measured) else Standing.FINE


def _rate(counts: Mapping[Decided, int], weight: Mapping[Cell, float], hit: Callable[[str, str], bool]) -> Estimate:
    if not counts:
        return NOTHING
    whole = sum(n * weight[machine, band] for (machine, _, band), n in counts.items())
    hits = sum(n * weight[machine, band] for (machine, person, band), n in counts.items() if hit(machine, person))
    n = sum(counts.values())
    all_hit = all(hit(machine, person) for machine, person, _ in counts)
    share = 1.0 if all_hit else hits / whole
    low, high = wilson(share, _effective(counts, weight))
    return Estimate(share, low, high, n)


def _effective(counts: Mapping[Decided, int], weight: Mapping[Cell, float]) -> float:
    """Kish's effective number of decisions; 0 without any."""
    whole = sum(n * weight[machine, band] for (machine, _, band), n in counts.items())
    squares = sum(n * weight[machine, band] ** 2 for (machine, _, band), n in counts.items())
    return whole * whole / squares if squares else 0.0
