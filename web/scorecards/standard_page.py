"""The standard's page: which clauses fail most, by team and over time, and how much of it was judged at all."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from web.kit.login import Viewer
from web.kit.standards import ItemInfo, StandardInfo
from web.scorecards import frames
from web.scorecards.asked import Asked
from web.scorecards.figures.frames import Selection
from web.scorecards.figures.standard import Failure, Judged, failures, failures_by_team, failures_over_time, how_judged

MOST_LINES = 5  # clauses in the chart over time


@dataclass(frozen=True, slots=True)
class FailingClause:
    """A clause with its failure rate, by team and by period."""

    info: ItemInfo
    failed: Failure
    by_team: dict[str, Failure]
    over_time: dict[str, Failure]


@dataclass(frozen=True, slots=True)
class StandardPage:
    """All that the page shows."""

    standard: StandardInfo
    clauses: tuple[FailingClause, ...]
    teams: tuple[str, ...]
    periods: tuple[str, ...]
    judged: Judged
    by_how: dict[str, int]  # clauses of the standard by rule, link, person


def standard_page(session: Session, viewer: Viewer, asked: Asked, standard: StandardInfo, minimum: int) -> StandardPage:
    """Return the page; three queries."""
    people = frames.technicians(session)
    members = frames.members(people, frames.teams_of(viewer, asked))
    chosen = Selection(asked.reviewed, standard.id, asked.job_kind or None)
    names = asked.span.names
    counted = frames.items(session, names, asked, members)
    over_time = frames.items(session, names, asked, members, over_time=True)
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
        standard,
        clauses,
        tuple(sorted({team for found in teams.values() for team in found})),
        tuple(names),
        how_judged(counted, names, chosen, how),
        {kind: sum(i.how == kind for i in standard.items) for kind in ("rule", "link", "person")},
    )


def lines_chart(page: StandardPage) -> dict[str, object]:
    """Return the failure rates over time of the clauses that fail most, for the chart."""
    worst = [c for c in page.clauses if c.failed.enough and c.failed.failed.value][:MOST_LINES]

    def percents(clause: FailingClause) -> list[float | None]:
        values = [clause.over_time.get(name) for name in page.periods]
        return [
            None if f is None or not f.enough or f.failed.value is None else round(100 * f.failed.value, 1)
            for f in values
        ]

    return {
        "kind": "lines",
        "periods": list(page.periods),
        "series": [{"name": c.info.text[:18], "data": percents(c)} for c in worst],
    }


def _grouped(found: tuple[Failure, ...]) -> dict[str, dict[str, Failure]]:
    grouped: dict[str, dict[str, Failure]] = {}
    for failure in found:
        grouped.setdefault(failure.item_id, {})[failure.group] = failure
    return grouped
