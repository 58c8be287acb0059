"""The figures of a standard's page: what is missed, by team and over time, how much was judged at all, how far rules can be trusted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
from sqlalchemy.orm import Session

from web.figures.rules import RuleAccuracy, Standing, standing
from web.figures.standard import ClauseFailure, Judged, failures, failures_by_team, failures_over_time, how_judged
from web.kit.access import OFFICE
from web.kit.login import Viewer
from web.kit.standards import StandardInfo
from web.summaries import frames, rules
from web.summaries.query import ScorecardQuery

MOST_LINES = 5  # clauses in the chart over time


@dataclass(frozen=True, slots=True)
class TeamFailure:
    """A team's failure rate; `team_id` None: technicians without a team, of whom there is no list."""

    name: str
    team_id: int | None
    failed: ClauseFailure


@dataclass(frozen=True, slots=True)
class ClauseFigures:
    """A clause's figures. `upheld`: recordings in which an appeal was upheld against the rule; None where nothing is known."""

    failed: ClauseFailure | None = None
    teams: tuple[TeamFailure, ...] = ()
    rule: RuleAccuracy | None = None
    standing: Standing = Standing.NONE
    upheld: int = 0


@dataclass(frozen=True, slots=True)
class StandardFigures:
    """All figures of a standard. `until`: the last decision that those of rules count; `whole`: the viewer may see them all."""

    by_clause: dict[str, ClauseFigures]
    over_time: dict[str, dict[str, ClauseFailure]]
    periods: tuple[str, ...]
    judged: Judged
    until: int
    whole: bool

    def rules(self, *standings: Standing) -> list[str]:
        """The ids of the clauses whose rules stand so."""
        return [name for name, one in self.by_clause.items() if one.rule is not None and one.standing in standings]

    @property
    def worst(self) -> list[str]:
        """The clauses that fail most, of those with enough verdicts: what the chart shows."""
        enough = [
            (one.failed.failed.low or 0.0, one.failed.failed.value, name)
            for name, one in self.by_clause.items()
            if one.failed is not None and one.failed.enough and one.failed.failed.value
        ]
        return [name for _, _, name in sorted(enough, reverse=True)][:MOST_LINES]


def sees_all(viewer: Viewer) -> bool:
    """Whether the viewer may open every recording: the lists behind figures of all recordings are whole for him."""
    return viewer.role in OFFICE or viewer.team_id is None


def standard_figures(
    session: Session, viewer: Viewer, query: ScorecardQuery, info: StandardInfo, minimum: int, line: float
) -> StandardFigures:
    """Five queries."""
    people = frames.technicians(session)
    members = frames.members(people, frames.team_shown(viewer, query))
    chosen = replace(query, standard_id=info.id).selection()
    names = query.span.names
    counted = frames.items(session, tuple(names), query, members)
    over_time = frames.items(session, tuple(names), query, members, over_time=True)
    failed = {f.item_id: f for f in failures(counted, names, chosen, minimum)}
    teams = _by_team(failures_by_team(counted, people, names, chosen, minimum), people)
    accurate = rules.rules(session, info.id)
    upheld = rules.upheld_recordings(session, viewer, info.id)
    by_clause = {}
    for item in info.items:
        rule = accurate.by_item.get(item.id)
        stands = standing(rule, line) if rule is not None else Standing.NONE
        by_clause[item.id] = ClauseFigures(
            failed.get(item.id), teams.get(item.id, ()), rule, stands, upheld.get(item.id, 0)
        )
    times: dict[str, dict[str, ClauseFailure]] = {}
    for failure in failures_over_time(over_time, names, chosen, minimum):
        times.setdefault(failure.item_id, {})[failure.group] = failure
    how = {(info.id, i.id): i.how for i in info.items}
    judged = how_judged(counted, names, chosen, how)
    return StandardFigures(by_clause, times, tuple(names), judged, accurate.until, sees_all(viewer))


def _by_team(failing: tuple[ClauseFailure, ...], people: pd.DataFrame) -> dict[str, tuple[TeamFailure, ...]]:
    ids = {str(name): int(i) for name, i in zip(people["team"], people["team_id"], strict=True) if not pd.isna(i)}
    grouped: dict[str, tuple[TeamFailure, ...]] = {}
    for failure in sorted(failing, key=lambda f: (f.group == "", f.group)):
        one = TeamFailure(failure.group, ids.get(failure.group), failure)
        grouped[failure.item_id] = (*grouped.get(failure.item_id, ()), one)
    return grouped


def lines_chart(figures: StandardFigures, texts: dict[str, str]) -> dict[str, object]:
    """Return the failure rates over time of the clauses that fail most, for the chart."""

    def percents(item_id: str) -> list[float | None]:
        values = [figures.over_time.get(item_id, {}).get(name) for name in figures.periods]
        return [
            None if f is None or not f.enough or f.failed.value is None else round(100 * f.failed.value, 1)
            for f in values
        ]

    return {
        "kind": "lines",
        "periods": list(figures.periods),
        "series": [{"name": texts.get(name, name)[:18], "data": percents(name)} for name in figures.worst],
    }
