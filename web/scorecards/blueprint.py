"""The blueprint that this folder's view modules hang their pages on, and what all pages of scorecards ask of a request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, request, url_for
from sqlalchemy import select

from web.db import now
from web.figures.frames import Reviewed
from web.kit.calendar import today_in
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.site import reader, site
from web.kit.standards import standards
from web.models import Team, UserRole
from web.scorecards.person import Person, person
from web.summaries import frames, listed
from web.summaries.query import ScorecardQuery, span_choices

blueprint = Blueprint("scorecards", __name__, url_prefix="/scorecards")


@blueprint.app_context_processor
def _addresses() -> dict[str, Any]:
    return {"figure_list": figure_list}


def figure_list(query: ScorecardQuery | None, *, external: bool = False, **narrower: object) -> str:
    """The address of the list that holds exactly what a figure of the query counts (`listed.arguments`), for this viewer.

    Without a query the figure is of all times and teams; `external` is for mails.
    """
    if query is not None:
        query = replace(query, team_id=frames.team_shown(viewer(), query))
    return url_for("recordings.index", _external=external, **listed.arguments(query, **narrower))


def query_now() -> ScorecardQuery:
    """The filters of the request."""
    return ScorecardQuery.read(request.args, today_in(site().zone, now()))


def filter_values(query: ScorecardQuery, *, with_team: bool = True) -> dict[str, Any]:
    """What the filter form needs; a technician's own page asks for no teams."""
    session, who = reader(), viewer()
    groups = {"span": _("最近"), "month": _("月"), "week": _("周"), "year": _("年")}
    spans: dict[str, list[tuple[str, str]]] = {title: [] for title in groups.values()}
    for code, group, name in span_choices(today_in(site().zone, now())):
        title = {"span": _("最近 %(n)s 周", n=name), "week": _("%(day)s 起的一周", day=name)}.get(group, name)
        spans[groups[group]].append((code, title))
    if query.span.code not in {code for choices in spans.values() for code, _title in choices}:
        spans[groups["span"]].append((query.span.code, query.span.code))
    own_team_only = who.role is UserRole.MANAGER and who.team_id is not None
    teams = session.execute(select(Team.id, Team.name).order_by(Team.name)) if with_team and not own_team_only else ()
    return {
        "asked": query,
        "spans": spans,
        "teams": [tuple(row) for row in teams],
        "kinds": [(kind, kind) for kind in frames.job_kinds(session)],
        "standards": (known := standards(site().lexicons)),
        "standard_choices": [(info.id, info.title) for info in known],
        "reviewed_names": {Reviewed.ALL.value: _("全部（含未复核）"), Reviewed.SIGNED.value: _("只看已签核")},
    }


def allowed_person(technician_id: int) -> Person:
    """The technician; one outside a manager's team is answered like one that does not exist (404)."""
    who = viewer()
    one = person(reader(), technician_id)
    if one is None or (who.role is UserRole.MANAGER and who.team_id not in (None, one.team_id)):
        abort(404)
    return one


def own_person() -> Person:
    """The technician who asks (404 for an account without one)."""
    own = viewer().technician_id
    return (None if own is None else person(reader(), own)) or abort(404)
