"""A technician's own scorecard, as the page 我的评分卡 has it: signed recordings only, no colleague can be told."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from web.api.blueprint import blueprint
from web.api.results import CardArguments, asked_month
from web.api.schemas.mine import OwnCard
from web.figures.technician import TrendPoint
from web.kit.policies import minimum
from web.kit.site import reader, site
from web.kit.standards import standards
from web.scorecards.blueprint import own_person
from web.scorecards.passing import passing
from web.scorecards.technician_page import ClauseRow, person_figures, team_of, worst_first
from web.summaries import frames


@blueprint.get("/scorecards/mine", tags=["scorecards"])
@blueprint.arguments(CardArguments(exclude=("reviewed",)), location="query")
@blueprint.response(200, OwnCard)
def mine(asked: dict[str, str]) -> Any:
    """Give the owner's own scorecard of a month."""
    here, who, session = site(), own_person(), reader()
    query = asked_month(asked).signed_only()
    least = minimum(query.standard_id)
    figures = person_figures(session, who, team_of(session, who), query, standards(here.lexicons), least, own_view=True)
    share = passing(session, query, technician_id=who.id)
    return {
        "month": asked["month"],
        "minimum": least,
        "staff_no": who.staff_no,
        "name": who.name,
        "team": who.team,
        "recordings": figures.totals.recordings,
        "scored": figures.totals.scored,
        "orders": frames.orders(session, query, here.zone, who.id).get(who.id, 0),
        "score": asdict(figures.score),
        "change": asdict(figures.change),
        "forbidden_per_100": asdict(figures.forbidden),
        "passing": share and asdict(share),
        "clauses": [_clause(one) for one in worst_first(figures.clauses)],
        "trend": [_point(point, figures.team_shown) for point in figures.points],
    }


def _clause(one: ClauseRow) -> dict[str, Any]:
    row, info = one.row, one.info
    return {
        "standard_id": row.standard_id,
        "item_id": row.item_id,
        "clause": info.clause if info else "",
        "text": info.text if info else row.item_id,
        "own": asdict(row.own),
        "team": asdict(row.team) if one.team_shown else None,
        "difference": asdict(row.difference) if one.team_shown else None,
    }


def _point(point: TrendPoint, team_shown: bool) -> dict[str, Any]:
    return {
        "period": point.period,
        "recordings": point.totals.recordings,
        "score": asdict(point.score),
        "team_median": point.team_median if team_shown else None,
    }
