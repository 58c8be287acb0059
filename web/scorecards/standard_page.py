"""The standard's page: which clauses fail most, by team and over time, and how much of it was judged at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from web.figures.standard import ClauseFailure, Judged, failures, failures_by_team, failures_over_time, how_judged
from web.kit.login import Viewer
from web.kit.standards import ItemInfo, StandardInfo
from web.summaries import frames
from web.summaries.confirmed import Confirmed, confirmed
from web.summaries.query import ScorecardQuery


@dataclass(frozen=True, slots=True)
class FailingClause:
    """A clause with its failure rate, by team and by period."""

    info: ItemInfo
    failed: ClauseFailure
    by_team: dict[str, ClauseFailure]
    over_time: dict[str, ClauseFailure]


@dataclass(frozen=True, slots=True)
class StandardPage:
    standard: StandardInfo
    clauses: tuple[FailingClause, ...]
    teams: tuple[str, ...]
    periods: tuple[str, ...]
    judged: Judged
    by_how: dict[str, int]  # clauses of the standard by rule, link, person
    confirmed: dict[str, Confirmed]  # by clause: how often people confirmed the machine


def standard_page(
    session: Session, viewer: Viewer, query: ScorecardQuery, standard: StandardInfo, minimum: int
) -> StandardPage:
    """Four queries."""
    people = frames.technicians(session)
    members = frames.members(people, frames.team_shown(viewer, query))
    chosen = replace(query, standard_id=standard.id).selection()
    names = query.span.names
    counted = frames.items(session, tuple(names), query, members)
    over_time = frames.items(session, tuple(names), query, members, over_time=True)
    infos = {i.id: i for i in standard.items}
    teams = _grouped(failures_by_team(counted, people, names, chosen, minimum))
    times = _grouped(failures_over_time(over_time, names, chosen, minimum))
    clauses = tuple(
        FailingClause(infos[f.item_id], f, teams.get(f.item_id, {}), times.get(f.item_id, {}))
        for f in failures(counted, names, chosen, minimum)
        if f.item_id in infos
    )
    how = {(standard.id, i.id): i.how for i in standard.items}
    return StandardPage(
        standard=standard,
        clauses=clauses,
        teams=tuple(sorted({team for by_team in teams.values() for team in by_team})),
        periods=tuple(names),
        judged=how_judged(counted, names, chosen, how),
        by_how={kind: sum(i.how == kind for i in standard.items) for kind in ("rule", "link", "person")},
        confirmed={item_id: share for (of, item_id), share in confirmed(session).items() if of == standard.id},
    )


def _grouped(failing: tuple[ClauseFailure, ...]) -> dict[str, dict[str, ClauseFailure]]:
    grouped: dict[str, dict[str, ClauseFailure]] = {}
    for failure in failing:
        grouped.setdefault(failure.item_id, {})[failure.group] = failure
    return grouped
