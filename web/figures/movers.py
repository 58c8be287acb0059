"""Who changed beyond chance between two periods, for the weekly digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from web.figures.frames import MINIMUM, Selection, choose, within
from web.figures.intervals import (
    Difference,
    Estimate,
    hundred_difference,
    mean,
    mean_difference,
    per_hundred,
    rate,
    rate_difference,
)
from web.figures.items import item_counts
from web.figures.team import totals_by_technician
from web.kit.calendar import Period


class Measure(StrEnum):
    SCORE = "score"  # points
    FORBIDDEN = "forbidden"  # per 100 recordings: up is worse
    ITEM = "item"  # hit rate of a clause, 0..1


@dataclass(frozen=True, slots=True)
class Mover:
    """A change beyond chance; standard and item are "" unless a clause moved."""

    technician_id: int
    measure: Measure
    standard_id: str
    item_id: str
    before: Estimate
    after: Estimate
    change: Difference
    better: bool


def movers(
    days: pd.DataFrame, period: Period, before: Period, selection: Selection, minimum: int = MINIMUM
) -> tuple[Mover, ...]:
    """Return whose score or forbidden phrases moved, largest change first within each measure.

    Both periods need `minimum` recordings. Each measure is one family of comparisons: of all technicians together, a
    false mover appears in at most one digest of twenty (the ends of the Poisson and t intervals being as good as told).
    """
    chosen = choose(days, selection)
    now, then = totals_by_technician(within(chosen, period)), totals_by_technician(within(chosen, before))
    both = sorted(set(now) & set(then))
    scored = [i for i in both if min(now[i].scored, then[i].scored) >= minimum]
    counted = [i for i in both if min(now[i].recordings, then[i].recordings) >= minimum]
    found = []
    for i in scored:
        change = mean_difference(now[i].score, then[i].score, len(scored))
        better = (change.value or 0.0) > 0
        found.append(Mover(i, Measure.SCORE, "", "", mean(*then[i].score), mean(*now[i].score), change, better))
    for i in counted:
        a, b = (now[i].forbidden, now[i].recordings), (then[i].forbidden, then[i].recordings)
        change = hundred_difference(a, b, len(counted))
        better = (change.value or 0.0) < 0
        found.append(Mover(i, Measure.FORBIDDEN, "", "", per_hundred(*b), per_hundred(*a), change, better))
    return _moved(found)


def item_movers(
    items: pd.DataFrame,
    periods: Sequence[str],
    before: Sequence[str],
    selection: Selection,
    minimum: int = MINIMUM,
) -> tuple[Mover, ...]:
    """Return whose hit rate on which clause moved; all technician × clause pairs are one family of comparisons."""
    now, then = _judged(items, periods, selection), _judged(items, before, selection)
    both = [k for k in sorted(set(now) & set(then)) if min(now[k][1], then[k][1]) >= max(1, minimum)]
    found = []
    for key in both:
        change = rate_difference(now[key], then[key], len(both))
        if not change.beyond_chance:  # thousands of pairs, a handful of movers
            continue
        better = (change.value or 0.0) > 0
        found.append(Mover(key[0], Measure.ITEM, key[1], key[2], rate(*then[key]), rate(*now[key]), change, better))
    return _moved(found)


def _judged(
    items: pd.DataFrame, periods: Sequence[str], selection: Selection
) -> dict[tuple[int, str, str], tuple[int, int]]:
    counted = item_counts(items, periods, selection)
    columns = ["technician_id", "standard_id", "item_id", "met", "missed"]
    rows = counted[columns].itertuples(index=False, name=None)
    return {(int(i), str(s), str(c)): (int(met), int(met + missed)) for i, s, c, met, missed in rows}


def _moved(found: list[Mover]) -> tuple[Mover, ...]:
    order = list(Measure)
    moved = [m for m in found if m.change.beyond_chance]
    return tuple(sorted(moved, key=lambda m: (order.index(m.measure), -abs(m.change.value or 0.0), m.technician_id)))
