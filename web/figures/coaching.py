"""Who would gain most from being coached on what: clauses missed more often than colleagues miss them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from web.figures.frames import MINIMUM, Selection
from web.figures.intervals import Difference, Estimate, rate, rate_difference
from web.figures.items import Item, item_counts

AT_ONCE = 2  # clauses of one technician


@dataclass(frozen=True, slots=True)
class Need:
    """A technician on a clause: his rate now and in the period before, beside his colleagues'.

    `excess`: how many of his `missed` are more than his colleagues would have missed in as many recordings.
    """

    technician_id: int
    standard_id: str
    item_id: str
    missed: int
    now: Estimate
    before: Estimate
    others: Estimate
    difference: Difference
    excess: float


def needs(
    items: pd.DataFrame,
    period: str,
    before: str,
    selection: Selection,
    clauses: Collection[Item],
    most: int,
    minimum: int = MINIMUM,
) -> tuple[Need, ...]:
    """Return the `most` needs: those beyond chance first, then by excess. `items`: under the names of the two periods.

    Of each technician two at most: nobody is coached on more at once, and one must not hide the others. Both sides need
    `minimum` verdicts, and all pairs that have them are one family of comparisons.
    """
    now = _counted(items, period, selection, clauses)
    then = _counted(items, before, selection, clauses)
    all_of: dict[Item, tuple[int, int]] = {}
    for (_, *item), (met, n) in now.items():
        key = (item[0], item[1])
        met_all, n_all = all_of.get(key, (0, 0))
        all_of[key] = met_all + met, n_all + n
    compared = []
    for (person, standard, clause), (met, n) in now.items():
        met_all, n_all = all_of[standard, clause]
        others = met_all - met, n_all - n
        if min(n, others[1]) >= max(1, minimum):
            compared.append((person, standard, clause, (met, n), others))
    found = []
    for person, standard, clause, own, others in compared:
        excess = others[0] / others[1] * own[1] - own[0]
        if excess <= 0:
            continue
        found.append(
            Need(
                technician_id=person,
                standard_id=standard,
                item_id=clause,
                missed=own[1] - own[0],
                now=rate(*own),
                before=rate(*then.get((person, standard, clause), (0, 0))),
                others=rate(*others),
                difference=rate_difference(own, others, len(compared)),
                excess=excess,
            )
        )
    told: Counter[int] = Counter()
    kept = []
    for need in sorted(found, key=_order):
        told[need.technician_id] += 1
        if told[need.technician_id] <= AT_ONCE:
            kept.append(need)
    return tuple(kept[:most])


def _order(need: Need) -> tuple[bool, float, int, str, str]:
    return not need.difference.beyond_chance, -need.excess, need.technician_id, need.standard_id, need.item_id


def _counted(
    items: pd.DataFrame, period: str, selection: Selection, clauses: Collection[Item]
) -> dict[tuple[int, str, str], tuple[int, int]]:
    """(met, judged) by technician, standard and clause, where any was judged."""
    frame = item_counts(items, (period,), selection)
    columns = ["technician_id", "standard_id", "item_id", "met", "missed"]
    rows = frame[columns].itertuples(index=False, name=None)
    return {
        (int(who), str(standard), str(clause)): (int(met), int(met) + int(missed))
        for who, standard, clause, met, missed in rows
        if met + missed and (standard, clause) in clauses
    }
