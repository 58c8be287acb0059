"""How far several people agree who judged the same things: Fleiss' kappa (Psychol. Bull. 76 (1971) 378), with an interval.

kappa = (P - Pe) / (1 - Pe): P the share of pairs of people who agree, over all things judged, Pe what chance alone would
give with the same words in the same shares. Every thing is judged by the same number of people, two at least; with two
it is Scott's pi. The interval is the jackknife's (Fleiss & Davies, Am. J. Epidemiol. 115 (1982) 841): each group left
out once, Student's t. Decisions: fewer than three groups, or all agreeing or none, give no interval; where everybody gave
the same word throughout, chance alone gives full agreement and there is no kappa.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from scipy.special import stdtrit

from web.figures.intervals import CONFIDENCE, Estimate

Ratings = Mapping[str, int]  # word: how many people gave it, of one thing judged
FEWEST = 3  # groups that an interval needs


def pairs_agreeing(units: Sequence[Ratings]) -> float | None:
    """The share (0..1) of pairs of people who gave the same word; None without any. Raises ValueError for uneven numbers."""
    if not units:
        return None
    people = _people(units)
    same = sum(count * (count - 1) for unit in units for count in unit.values())
    return same / (len(units) * people * (people - 1))


def fleiss(units: Sequence[Ratings]) -> float | None:
    """Fleiss' kappa; None without any, and where everybody gave one word throughout. Raises ValueError for uneven numbers."""
    observed = pairs_agreeing(units)
    if observed is None:
        return None
    words: Counter[str] = Counter()
    for unit in units:
        words.update(unit)
    given = words.total()
    chance = sum((count / given) ** 2 for count in words.values())
    return None if chance >= 1.0 else (observed - chance) / (1.0 - chance)


def fleiss_estimate(groups: Sequence[Sequence[Ratings]]) -> Estimate:
    """Kappa over all groups' units with its jackknife interval; a group is what stands or falls together (a recording).

    `n` counts the units.
    """
    units = [unit for group in groups for unit in group]
    value = fleiss(units)
    if value is None:
        return Estimate(None, None, None, len(units))
    filled = [group for group in groups if group]
    same = pairs_agreeing(units)
    left = [fleiss([u for j, g in enumerate(filled) if j != i for u in g]) for i in range(len(filled))]
    n = len(filled)
    if n < FEWEST or same in (0.0, 1.0) or any(one is None for one in left):
        return Estimate(value, None, None, len(units))
    pseudo = [n * value - (n - 1) * one for one in left if one is not None]
    mean = sum(pseudo) / n
    variance = sum((p - mean) ** 2 for p in pseudo) / (n - 1)
    half = float(stdtrit(n - 1, (1 + CONFIDENCE) / 2)) * math.sqrt(variance / n)
    return Estimate(value, max(-1.0, min(value, value - half)), min(1.0, value + half), len(units))


def _people(units: Sequence[Ratings]) -> int:
    numbers = {sum(unit.values()) for unit in units}
    if len(numbers) != 1 or min(numbers) < 2:
        raise ValueError(f"each thing needs the same number of judgements, two at least: {sorted(numbers)}")
    return numbers.pop()
