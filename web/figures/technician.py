"""The technician's trend beside his team's median."""

from __future__ import annotations

import statistics
from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from web.figures.frames import Selection, choose, within
from web.figures.intervals import Estimate, mean, per_hundred
from web.figures.team import Totals, totals, totals_by_period
from web.kit.calendar import Grain, Period, period_name, period_names


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One week or month. Without recordings the point stands with n = 0: a line must break there, not bridge it.

    `team_median`: of the members' means in that period, each member once, himself too; `team_people`: how many.
    """

    period: str
    totals: Totals
    score: Estimate
    forbidden: Estimate
    team_median: float | None
    team_people: int


def trend(
    days: pd.DataFrame,
    technician_id: int,
    members: Collection[int],
    period: Period,
    grain: Grain,
    selection: Selection,
) -> tuple[TrendPoint, ...]:
    """Return a point for each week or month that the period touches, with the days inside the period only."""
    chosen = within(choose(days, selection), period)
    chosen = chosen[chosen["technician_id"].isin({*members, technician_id})]
    names = {one: period_name(pd.Timestamp(one).date(), grain) for one in chosen["day"].unique()}
    people_of = totals_by_period(chosen.assign(period=chosen["day"].map(names)))
    points = []
    for name in period_names(period, grain):
        people = people_of.get(name, {})
        means = [one.score_sum / one.scored for one in people.values() if one.scored]
        mine = people.get(technician_id, Totals())
        points.append(
            TrendPoint(
                name,
                mine,
                mean(*mine.score),
                per_hundred(mine.forbidden, mine.recordings),
                statistics.median(means) if means else None,
                len(means),
            )
        )
    return tuple(points)


def own_totals(days: pd.DataFrame, technician_id: int, period: Period, selection: Selection) -> Totals:
    """Return the sums behind the tiles of his page."""
    chosen = within(choose(days, selection), period)
    return totals(chosen[chosen["technician_id"] == technician_id])
