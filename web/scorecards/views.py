"""Pages of the scorecards: team, technician. Notes, clips and files hang on the same blueprint."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.db import now
from web.kit.calendar import today_in
from web.kit.login import viewer
from web.kit.policies import minimum
from web.kit.site import reader, site
from web.kit.standards import standards
from web.scorecards import coaching_views, output_views
from web.scorecards.blueprint import (
    allowed_person,
    blueprint,
    figure_list,
    filter_values,
    own_person,
    query_now,
)
from web.scorecards.charts import heat_chart, score_chart, trend_chart
from web.scorecards.passing import passing
from web.scorecards.person import Person
from web.scorecards.team_page import SORTS, TeamPage, team_page
from web.scorecards.technician_page import technician_page, worst_first
from web.summaries import frames
from web.summaries.query import ScorecardQuery

__all__ = ["blueprint", "coaching_views", "output_views"]


@blueprint.get("/team")
def team() -> ResponseReturnValue:
    here, query = site(), query_now()
    least = minimum(query.standard_id)
    page = team_page(reader(), viewer(), query, standards(here.lexicons), here.zone, least)
    return render_template(
        "scorecards/team.html",
        page=page,
        passing=passing(reader(), query, team_id=frames.team_shown(viewer(), query)),
        minimum=least,
        sorts=list(SORTS),
        score_chart=score_chart(page.rows, page.tiles),
        heat_chart=heat_chart(page, _missed_list(page, query)),
        **filter_values(query),
    )


@blueprint.get("/technicians/<int:technician_id>")
def technician(technician_id: int) -> ResponseReturnValue:
    return _technician(allowed_person(technician_id), own_view=False)


@blueprint.get("/mine")
def mine() -> ResponseReturnValue:
    """The technician's own page: the same, without colleagues' names, signed recordings only."""
    return _technician(own_person(), own_view=True)


@blueprint.get("/standards")
def standards_list() -> ResponseReturnValue:
    """Where the statistics of standards stood: an old address."""
    return redirect(url_for("standard_reading.index"), 301)


@blueprint.get("/standards/<standard_id>")
def standard_show(standard_id: str) -> ResponseReturnValue:
    """Where the statistics of a standard stood: an old address."""
    asked = f"?{urlencode(request.args.to_dict())}" if request.args else ""
    return redirect(url_for("standard_reading.show", standard_id=standard_id) + asked, 301)


def _missed_list(page: TeamPage, query: ScorecardQuery) -> str:
    heat = page.heat_standard
    return "" if heat is None else figure_list(query, verdict="missed", standard=heat.id)


def _technician(who: Person, *, own_view: bool) -> ResponseReturnValue:
    here, query = site(), query_now()
    orders = frames.orders(reader(), query, here.zone, who.id).get(who.id, 0)
    known = standards(here.lexicons)
    least = minimum(query.standard_id)
    page = technician_page(reader(), viewer(), who, query, known, orders, least, own_view=own_view)
    return render_template(
        "scorecards/technician.html",
        page=page,
        passing=passing(reader(), query.signed_only() if own_view else query, technician_id=who.id),
        clauses=worst_first(page.figures.clauses),
        own_view=own_view,
        minimum=least,
        chart_values=trend_chart(page.figures.points, team=page.figures.team_shown),
        team_shown=page.figures.team_shown,
        today=today_in(here.zone, now()),
        **filter_values(query, with_team=False),
    )
