"""Clauses: the heat map, and a technician's rates beside his team's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from web.figures.frames import ITEM_COUNTS, MINIMUM, Selection, choose, in_periods
from web.figures.intervals import Difference, Estimate, rate, rate_difference

Item = tuple[str, str]  # standard id, item id


@dataclass(frozen=True, slots=True)
class Cell:
    """One technician on one clause. `rate` = met / (met + missed), None below the minimum; the counts always stand.

    For a forbidden clause "met" means not said. All but met and missed are in no denominator.
    """

    technician_id: int
    standard_id: str
    item_id: str
    met: int
    missed: int
    not_applicable: int
    cannot_judge: int
    unanswered: int
    not_seen: int
    rate: Estimate | None


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A technician's rate on a clause beside his team's.

    `team` holds him too; `difference` is against his colleagues only, else he would be compared with himself.
    `colleagues`: how many of them were judged here; with one or two, their rate names a person: show it to managers only.
    """

    standard_id: str
    item_id: str
    own: Estimate
    team: Estimate
    others: Estimate
    colleagues: int
    difference: Difference


def item_counts(items: pd.DataFrame, periods: Iterable[str], selection: Selection) -> pd.DataFrame:
    """Return summed counts by technician_id, standard_id, item_id."""
    chosen = in_periods(choose(items, selection), periods)
    return chosen.groupby(["technician_id", "standard_id", "item_id"], as_index=False)[ITEM_COUNTS].sum()


def heat_map(
    items: pd.DataFrame,
    periods: Iterable[str],
    selection: Selection,
    wanted: Sequence[Item],
    minimum: int = MINIMUM,
) -> tuple[Cell, ...]:
    """Return a cell for each technician with any verdict × each wanted clause (those the page names, in its order)."""
    counted = item_counts(items, periods, selection)
    keys = ["technician_id", "standard_id", "item_id"]
    found = {
        (int(row[0]), str(row[1]), str(row[2])): [int(v) for v in row[3:]]
        for row in counted[[*keys, *ITEM_COUNTS]].itertuples(index=False, name=None)
    }
    people = sorted({key[0] for key in found})
    return tuple(
        _cell(person, item, found.get((person, *item), [0] * len(ITEM_COUNTS)), minimum)
        for person in people
        for item in wanted
    )


def compare_items(
    items: pd.DataFrame,
    periods: Iterable[str],
    selection: Selection,
    technician_id: int,
    members: Collection[int],
    minimum: int = MINIMUM,
) -> tuple[ItemRow, ...]:
    """Return a row for each clause on which the technician was judged, by standard and clause id.

    `members` are his team; `selection.technician_ids` must not leave them out. A difference is flagged only where both
    sides have `minimum` verdicts, at the level made stricter for as many comparisons as are made.
    """
    counted = item_counts(items, periods, selection)
    counted = counted.assign(judged=counted["met"] + counted["missed"])
    counted = counted[counted["judged"] > 0]
    own = counted[counted["technician_id"] == technician_id].sort_values(["standard_id", "item_id"])
    colleagues = counted[counted["technician_id"].isin(set(members) - {technician_id})]
    sums = colleagues.groupby(["standard_id", "item_id"]).agg(
        met=("met", "sum"), judged=("judged", "sum"), people=("technician_id", "nunique")
    )
    others = {
        (str(k[0]), str(k[1])): (int(v[0]), int(v[1]), int(v[2]))
        for k, v in zip(sums.index, sums.to_numpy(), strict=True)
    }
    mine = [
        ((str(r[0]), str(r[1])), (int(r[2]), int(r[3])))
        for r in own[["standard_id", "item_id", "met", "judged"]].itertuples(index=False, name=None)
    ]
    enough = [key for key, (_, n) in mine if n >= minimum and others.get(key, (0, 0, 0))[1] >= minimum]
    rows = []
    for key, (met, n) in mine:
        their_met, their_n, people = others.get(key, (0, 0, 0))
        difference = rate_difference((met, n), (their_met, their_n), len(enough))
        if key not in enough:
            difference = Difference(difference.value, difference.low, difference.high, False)
        rows.append(
            ItemRow(
                *key, rate(met, n), rate(met + their_met, n + their_n), rate(their_met, their_n), people, difference
            )
        )
    return tuple(rows)


def _cell(person: int, item: Item, counts: list[int], minimum: int) -> Cell:
    met, missed, not_applicable, cannot_judge, unanswered, not_seen = counts
    shown = rate(met, met + missed) if met + missed >= max(1, minimum) else None
    return Cell(person, *item, met, missed, not_applicable, cannot_judge, unanswered, not_seen, shown)
