"""What the charts draw, as plain values for ECharts; the same figures stand in a table behind each chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from web.figures.intervals import Estimate
from web.figures.team import TeamRow
from web.figures.technician import TrendPoint
from web.scorecards.team_page import TeamPage, Tiles


def rounded(value: float | None, digits: int = 1) -> float | None:
    """Return a figure as charts need it."""
    return None if value is None else round(value, digits)


def _span(one: Estimate) -> list[float | None]:
    return [rounded(one.low), rounded(one.high)]


def score_chart(rows: Sequence[TeamRow], tiles: Tiles) -> dict[str, Any]:
    """Means with their intervals, best on top; the line is the mean of all."""
    shown = sorted((r for r in rows if r.score.value is not None), key=lambda r: r.score.value or 0.0)
    return {
        "kind": "intervals",
        "names": [r.name for r in shown],
        "values": [rounded(r.score.value) for r in shown],
        "intervals": [_span(r.score) for r in shown],
        "n": [r.score.n for r in shown],
        "mean": rounded(tiles.score.value),
    }


def heat_chart(page: TeamPage, missed_list: str) -> dict[str, Any]:
    """Hit rates in percent by technician and clause; an empty cell has too few verdicts.

    `missed_list`: where the missed ones of all cells are listed; technician and clause narrow it to one cell.
    """
    measured = {technician for technician, _ in page.cells}
    people = [r for r in page.rows if r.technician_id in measured]
    data = []
    for y, row in enumerate(people):
        for x, column in enumerate(page.columns):
            cell = page.cells.get((row.technician_id, column.item_id))
            if cell is not None and cell.rate is not None and cell.rate.value is not None:
                data.append([x, y, round(100 * cell.rate.value), cell.rate.n, cell.missed])
    return {
        "kind": "heat",
        "people": [r.name for r in people],
        "clauses": [c.text for c in page.columns],
        "technicians": [r.technician_id for r in people],
        "items": [c.item_id for c in page.columns],
        "list": missed_list,
        "data": data,
    }


def trend_chart(points: Sequence[TrendPoint], *, team: bool) -> dict[str, Any]:
    """The person's mean with its interval as a band, the team's median beside it."""
    return {
        "kind": "trend",
        "periods": [p.period for p in points],
        "n": [p.score.n for p in points],
        "values": [rounded(p.score.value) for p in points],
        "low": [rounded(p.score.low) for p in points],
        "high": [rounded(p.score.high) for p in points],
        "team": [rounded(p.team_median) if team else None for p in points],
    }
