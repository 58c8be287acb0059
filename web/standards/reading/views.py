"""Pages on which everybody reads a standard; staff also see how it is kept and how far its rules can be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.db import now
from web.kit.access import STAFF, may
from web.kit.calendar import today_in
from web.kit.login import viewer
from web.kit.policies import minimum
from web.kit.site import reader, site
from web.kit.standards import standard
from web.learning.standing import standing
from web.scorecards.blueprint import filter_values
from web.standards.reading.figures import StandardFigures, lines_chart, sees_all, standard_figures
from web.standards.reading.page import list_page, standard_lines, standard_page
from web.summaries.query import ScorecardQuery

blueprint = Blueprint("standard_reading", __name__, url_prefix="/standards")


@blueprint.get("")
def index() -> ResponseReturnValue:
    """All standards in effect."""
    here = site()
    session = reader() if _figures_shown() else None
    asked = ScorecardQuery.read({}, today_in(here.zone, now()))
    lines = standard_lines(_lexicons(), session, asked, here.web.accuracy_line)
    return render_template("standards/reading/index.html", lines=lines, asked=asked, whole=sees_all(viewer()))


@blueprint.get("/<standard_id>")
def show(standard_id: str) -> ResponseReturnValue:
    """Read a standard, clause by clause."""
    figures, query = _figures(standard_id)
    page = standard_page(_lexicons(), standard_id, figures) or abort(404)
    more: dict[str, Any] = {}
    if figures is not None and query is not None:
        more = {
            "learning": standing(reader()),
            "chart_values": lines_chart(figures, page.texts),
            "minimum": minimum(standard_id),
            **filter_values(query),
        }
    return render_template(
        "standards/reading/show.html", page=page, line=site().web.accuracy_line, rule_list=_rule_list(page.standard.id, figures), **more
    )  # fmt: skip


@blueprint.get("/<standard_id>/print")
def printed(standard_id: str) -> ResponseReturnValue:
    """The standard on one sheet of A4, without any figure."""
    page = standard_page(_lexicons(), standard_id) or abort(404)
    return render_template("standards/reading/print.html", page=page)


@blueprint.get("/<standard_id>/lists/<name>")
def phrase_list(standard_id: str, name: str) -> ResponseReturnValue:
    """A shared list of phrases: a page of its own, or what opens in its clause."""
    info = standard(_lexicons(), standard_id) or abort(404)
    page = list_page(_lexicons(), standard_id, name) or abort(404)
    template = "_list" if "HX-Request" in request.headers else "list"
    return render_template(f"standards/reading/{template}.html", page=page, standard=info)


def _lexicons() -> Path:
    return site().lexicons


def _figures_shown() -> bool:
    return viewer().role in STAFF


def _figures(standard_id: str) -> tuple[StandardFigures | None, ScorecardQuery | None]:
    """The figures for who may see some, with what was asked for."""
    here = site()
    info = standard(_lexicons(), standard_id) or abort(404)
    if not _figures_shown():
        return None, None
    query = ScorecardQuery.read({**request.args.to_dict(), "standard": standard_id}, today_in(here.zone, now()))
    return standard_figures(reader(), viewer(), query, info, minimum(standard_id), here.web.accuracy_line), query


def _rule_list(standard_id: str, figures: StandardFigures | None) -> Any:
    """Where the decisions behind a rule's figure are listed; "" where the list would be another's, or the viewer may not see it all."""

    def address(item_id: str, way: str) -> str:
        if figures is None or not figures.whole or not may(viewer(), "review.differences"):
            return ""
        return url_for(
            "review.differences", of="sample", way=way, standard=standard_id, item=item_id, until=figures.until
        )

    return address
