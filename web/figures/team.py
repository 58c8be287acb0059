"""The team table: everybody with n, interval, change — and a rank only where one can be told from chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from web.figures.frames import DAY_SUMS, MINIMUM, Selection, choose, within
from web.figures.intervals import (
    NOTHING,
    Difference,
    Estimate,
    hundred_difference,
    mean,
    mean_difference,
    per_hundred,
)
from web.kit.calendar import Period


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over some days."""

    recordings: int = 0
    signed: int = 0
    scored: int = 0
    score_sum: float = 0.0
    score_squares: float = 0.0
    forbidden: int = 0
    suspicions: int = 0
    judged_items: int = 0
    unjudged_items: int = 0

    @property
    def score(self) -> tuple[int, float, float]:
        """What `mean` and `mean_difference` take."""
        return self.scored, self.score_sum, self.score_squares

    @property
    def unjudged_share(self) -> float | None:
        """Share of items not judged (0..1). Without interval: items of one recording fail together, not singly."""
        whole = self.judged_items + self.unjudged_items
        return self.unjudged_items / whole if whole else None


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A technician in the team table.

    `coverage` = scored recordings / work orders; above 1 where orders are missing or had several recordings (shown, not
    hidden); None without orders. `rank_first`..`rank_last` of `ranked` people: all places that his interval allows.
    """

    technician_id: int
    staff_no: str
    name: str
    team_id: int | None
    team: str
    totals: Totals
    orders: int
    coverage: float | None
    score: Estimate  # 0..100, n = scored recordings
    change: Difference  # points against the period before
    forbidden: Estimate  # per 100 recordings, n = recordings
    forbidden_change: Difference
    rank_first: int | None = None
    rank_last: int | None = None
    ranked: int = 0


def totals(days: pd.DataFrame) -> Totals:
    """Add up all rows."""
    if days.empty:
        return Totals()
    sums = days[DAY_SUMS].sum()
    signed = days.loc[days["reviewed"].astype(bool), "recordings"].sum()
    return _totals({**sums.to_dict(), "signed": signed})


def totals_by_technician(days: pd.DataFrame) -> dict[int, Totals]:
    """Add up each technician's rows."""
    if days.empty:
        return {}
    signed = days["recordings"].where(days["reviewed"].astype(bool), 0)
    sums = days.assign(signed=signed).groupby("technician_id")[[*DAY_SUMS, "signed"]].sum()
    return {int(i): _totals(row) for i, row in sums.to_dict("index").items()}


def totals_by_period(days: pd.DataFrame) -> dict[str, dict[int, Totals]]:
    """Add up each technician's rows within each `period` (a further column): one pass, however many periods."""
    if days.empty:
        return {}
    signed = days["recordings"].where(days["reviewed"].astype(bool), 0)
    sums = days.assign(signed=signed).groupby(["period", "technician_id"])[[*DAY_SUMS, "signed"]].sum()
    found: dict[str, dict[int, Totals]] = {}
    for (name, number), row in sums.to_dict("index").items():
        found.setdefault(str(name), {})[int(number)] = _totals(row)
    return found


def team_table(
    days: pd.DataFrame,
    technicians: pd.DataFrame,
    orders: Mapping[int, int],
    period: Period,
    before: Period,
    selection: Selection,
    minimum: int = MINIMUM,
) -> tuple[TeamRow, ...]:
    """Return a row for each active technician, and each other who has recordings, ordered by staff number.

    `orders`: work orders in the period by technician, under the same selection. Nobody has a rank with fewer than
    `minimum` scored recordings, nor anybody when the recordings judged were of several standards: then a hard standard
    would look like a weak technician.
    """
    chosen = choose(days, selection)
    current = within(chosen, period)
    now, then = totals_by_technician(current), totals_by_technician(within(chosen, before))
    rows = []
    for one in technicians.sort_values("staff_no").to_dict("records"):
        number = int(one["id"])
        if selection.technician_ids is not None and number not in selection.technician_ids:
            continue
        mine, last = now.get(number, Totals()), then.get(number, Totals())
        if not one["active"] and not mine.recordings:
            continue
        order_count = int(orders.get(number, 0))
        rows.append(
            TeamRow(
                number,
                str(one["staff_no"]),
                str(one["name"]),
                None if pd.isna(one["team_id"]) else int(one["team_id"]),
                "" if pd.isna(one["team"]) else str(one["team"]),
                mine,
                order_count,
                mine.scored / order_count if order_count else None,
                mean(*mine.score),
                mean_difference(mine.score, last.score),
                per_hundred(mine.forbidden, mine.recordings),
                hundred_difference((mine.forbidden, mine.recordings), (last.forbidden, last.recordings)),
            )
        )
    scored = current[current["scored"] > 0]
    return tuple(rows) if scored["standard_id"].nunique() > 1 else _ranked(rows, max(2, minimum))


def team_mean(days: pd.DataFrame, period: Period, selection: Selection) -> Estimate:
    """Return the mean over all recordings chosen, n = scored recordings."""
    chosen = within(choose(days, selection), period)
    return NOTHING if chosen.empty else mean(*totals(chosen).score)


def _ranked(rows: list[TeamRow], minimum: int) -> tuple[TeamRow, ...]:
    """Give each the places he may hold: after those whose whole interval lies above his, before those below."""
    limits = {
        row.technician_id: (row.score.low, row.score.high)
        for row in rows
        if row.score.n >= minimum and row.score.low is not None and row.score.high is not None
    }

    def placed(row: TeamRow) -> TeamRow:
        if row.technician_id not in limits:
            return replace(row, ranked=len(limits))
        low, high = limits[row.technician_id]
        above = sum(other_low > high for other_low, _ in limits.values())
        below = sum(other_high < low for _, other_high in limits.values())
        return replace(row, rank_first=above + 1, rank_last=len(limits) - below, ranked=len(limits))

    return tuple(placed(row) for row in rows)


def _totals(sums: Mapping[str, float]) -> Totals:
    whole = {name: int(sums[name]) for name in (*DAY_SUMS, "signed") if not name.startswith("score_")}
    return Totals(**whole, score_sum=float(sums["score_sum"]), score_squares=float(sums["score_squares"]))
