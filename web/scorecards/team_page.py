"""The team page: everybody with n, interval and change, the heat map of clauses, the tiles above."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from web.figures.frames import choose, within
from web.figures.intervals import Difference, Estimate, hundred_difference, mean, mean_difference, per_hundred
from web.figures.items import Cell, heat_map
from web.figures.team import TeamRow, Totals, team_table, totals
from web.kit.login import Viewer
from web.kit.standards import StandardInfo
from web.summaries import frames
from web.summaries.query import ScorecardQuery
from web.summaries.remembered import remembered

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
    rows: tuple[TeamRow, ...]
    tiles: Tiles
    heat_standard: StandardInfo | None
    columns: tuple[HeatColumn, ...]
    cells: dict[tuple[int, str], Cell]
    mixed: bool  # several standards are judged together: then nobody is ranked


def team_page(
    session: Session,
    viewer: Viewer,
    query: ScorecardQuery,
    standards: tuple[StandardInfo, ...],
    zone: ZoneInfo,
    minimum: int,
) -> TeamPage:
    """Six queries."""
    people = frames.technicians(session)
    members = frames.members(people, frames.team_shown(viewer, query))
    chosen = query.selection(members)
    period, before = query.span.period, query.span.before.period
    days = choose(frames.days_of(session, (query.span.before, query.span), query, members), chosen)
    orders = frames.orders(session, query, zone)
    rows = team_table(days, people, orders, period, before, chosen, minimum)
    heat = _heat_standard(query, frames.standards_heard(session, query.span), standards)
    columns = () if heat is None else tuple(HeatColumn(i.id, i.clause, i.text, i.kind, i.how) for i in heat.items)
    cells: tuple[Cell, ...] = ()
    if heat is not None:
        judged_by = replace(query, standard_id=heat.id)
        cells = _cells(session, judged_by, members, tuple(c.item_id for c in columns), minimum)
    now, then = within(days, period), within(days, before)
    return TeamPage(
        rows=tuple(sorted(rows, key=SORTS.get(query.sort, SORTS["staff_no"]))),  # type: ignore[arg-type]  # each key compares with itself
        tiles=_tiles(totals(now), totals(then), sum(orders.get(row.technician_id, 0) for row in rows)),
        heat_standard=heat,
        columns=columns,
        cells={(c.technician_id, c.item_id): c for c in cells},
        mixed=len(now) > 0 and now.loc[now["scored"] > 0, "standard_id"].nunique() > 1,
    )


@remembered
def _cells(
    session: Session, query: ScorecardQuery, members: frozenset[int], item_ids: tuple[str, ...], minimum: int
) -> tuple[Cell, ...]:
    counted = frames.items(session, tuple(query.span.names), query, members)
    clauses = [(query.standard_id, item_id) for item_id in item_ids]
    return heat_map(counted, query.span.names[:1], query.selection(members), clauses, minimum)


def _heat_standard(
    query: ScorecardQuery, heard: dict[str, int], standards: tuple[StandardInfo, ...]
) -> StandardInfo | None:
    """The standard of the heat map: the one query for, else the one with most recordings."""
    wanted = query.standard_id or next(iter(heard), "")
    return next((s for s in standards if s.id == wanted), None)


def _tiles(now: Totals, then: Totals, orders: int) -> Tiles:
    return Tiles(
        totals=now,
        orders=orders,
        coverage=now.scored / orders if orders else None,
        score=mean(*now.score),
        score_change=mean_difference(now.score, then.score),
        forbidden=per_hundred(now.forbidden, now.recordings),
        forbidden_change=hundred_difference((now.forbidden, now.recordings), (then.forbidden, then.recordings)),
    )
