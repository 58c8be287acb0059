"""The team page: everybody with n, interval and change, the heat map of clauses, the tiles above."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from web.kit.login import Viewer
from web.kit.standards import StandardInfo
from web.scorecards import frames
from web.scorecards.asked import Asked
from web.scorecards.figures.frames import Period, Selection, choose, within
from web.scorecards.figures.intervals import Difference, Estimate, hundred_difference, mean_difference, per_hundred
from web.scorecards.figures.items import Cell, heat_map
from web.scorecards.figures.team import TeamRow, Totals, team_mean, team_table, totals

SORTS: dict[str, Callable[[TeamRow], object]] = {
    "staff_no": lambda r: r.staff_no,
    "name": lambda r: r.name,
    "score": lambda r: (r.score.value is None, r.score.value or 0.0),
    "-score": lambda r: (r.score.value is None, -(r.score.value or 0.0)),
    "change": lambda r: (r.change.value is None, r.change.value or 0.0),
    "forbidden": lambda r: (r.forbidden.value is None, -(r.forbidden.value or 0.0)),
    "coverage": lambda r: (r.coverage is None, r.coverage or 0.0),
    "unjudged": lambda r: (r.totals.unjudged_share is None, -(r.totals.unjudged_share or 0.0)),
}


@dataclass(frozen=True, slots=True)
class Tiles:
    """The figures above the table, of all chosen recordings together, with their change to the period before."""

    totals: Totals
    orders: int
    coverage: float | None
    score: Estimate
    score_change: Difference
    forbidden: Estimate
    forbidden_change: Difference


@dataclass(frozen=True, slots=True)
class HeatColumn:
    """A clause of the heat map."""

    item_id: str
    clause: str
    text: str
    kind: str
    how: str


@dataclass(frozen=True, slots=True)
class TeamPage:
    """All that the page shows."""

    rows: tuple[TeamRow, ...]
    tiles: Tiles
    heat_standard: StandardInfo | None
    columns: tuple[HeatColumn, ...]
    cells: dict[tuple[int, str], Cell]
    mixed: bool  # several standards are judged together: then nobody is ranked


def team_page(
    session: Session,
    viewer: Viewer,
    asked: Asked,
    standards: tuple[StandardInfo, ...],
    zone: ZoneInfo,
    minimum: int,
) -> TeamPage:
    """Return the page; six queries."""
    team_id = frames.teams_of(viewer, asked)
    people = frames.technicians(session)
    members = frames.members(people, team_id)
    chosen = Selection(asked.reviewed, asked.standard_id or None, asked.job_kind or None, members)
    period, before = asked.span.period, asked.span.before.period
    days = frames.days_of(session, [asked.span.before, asked.span], asked, members)
    orders = frames.orders(session, period, asked, zone)
    rows = team_table(days, people, orders, period, before, chosen, minimum)
    own = {row.technician_id for row in rows}
    mine = {i: n for i, n in orders.items() if i in own}
    heard = frames.standards_heard(session, asked.span)
    heat = _heat_standard(asked, heard, standards)
    cells: tuple[Cell, ...] = ()
    columns: tuple[HeatColumn, ...] = ()
    if heat is not None:
        columns = tuple(HeatColumn(i.id, i.clause, i.text, i.kind, i.how) for i in heat.items)
        counted = frames.items(session, asked.span.names, replace(asked, standard_id=heat.id), members)
        wanted = [(heat.id, c.item_id) for c in columns]
        cells = heat_map(counted, asked.span.names[:1], chosen, wanted, minimum)
    order = SORTS.get(asked.sort, SORTS["staff_no"])
    judged = within(choose(days, chosen), period)
    return TeamPage(
        tuple(sorted(rows, key=order)),  # type: ignore[arg-type]  # each key compares with itself
        _tiles(days, period, before, chosen, sum(mine.values())),
        heat,
        columns,
        {(c.technician_id, c.item_id): c for c in cells},
        judged.loc[judged["scored"] > 0, "standard_id"].nunique() > 1 if len(judged) else False,
    )


def _heat_standard(asked: Asked, heard: dict[str, int], standards: tuple[StandardInfo, ...]) -> StandardInfo | None:
    """The standard of the heat map: the one asked for, else the one with most recordings."""
    wanted = asked.standard_id or next(iter(heard), "")
    return next((s for s in standards if s.id == wanted), None)


def _tiles(days: Any, period: Period, before: Period, chosen: Selection, orders: int) -> Tiles:
    now, then = (totals(within(choose(days, chosen), p)) for p in (period, before))
    return Tiles(
        now,
        orders,
        now.scored / orders if orders else None,
        team_mean(days, period, chosen),
        mean_difference(now.score, then.score),
        per_hundred(now.forbidden, now.recordings),
        hundred_difference((now.forbidden, now.recordings), (then.forbidden, then.recordings)),
    )


def today_in(zone: ZoneInfo, moment: dt.datetime) -> dt.date:
    """Return the day that people in the zone call today."""
    return moment.astimezone(zone).date()
