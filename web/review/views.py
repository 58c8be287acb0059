"""Lists: what waits, how often people and the machine agree. Forms hang on the same blueprint."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from web.db import now
from web.kit.access import may
from web.kit.login import viewer
from web.kit.paging import wanted_page
from web.kit.site import reader, site
from web.kit.standards import standard, standards
from web.kit.values import number
from web.models import Team, Technician
from web.opinions.agreeing import trust
from web.review import agreement as agreements
from web.review import appeal_views, assigning, deciding, desk, desk_views, saved_views, worklist
from web.review import differences as differing
from web.review.blueprint import blueprint
from web.review.means import by_means
from web.review.second_agreement import second_page
from web.review.work_filter import MINE, WorkFilter
from web.summaries import rules

__all__ = ["appeal_views", "blueprint", "deciding", "desk_views", "saved_views"]

PERIODS = (30, 90, 365)


@blueprint.get("/review")
def work_list() -> ResponseReturnValue:
    """List what waits for review."""
    wanted = WorkFilter.read(request.args)
    own: dict[str, Any] = {}
    teams, people = _choices(reader())
    if wanted.queue == MINE:
        own = {"share": desk.share(reader(), viewer()), "told": assigning.told(reader(), viewer())}
        if may(viewer(), "review.give_team"):
            own["team_reviewers"] = assigning.team_reviewers(reader())
    return render_template(
        "review/work_list.html",
        list=worklist.work_list(reader(), viewer(), wanted),
        wanted=wanted,
        teams=teams,
        people=people,
        standards=standards(site().lexicons),
        counted=worklist.COUNTED,
        titles=_titles(),
        item_text=_item_text,
        reviewers=assigning.reviewers(reader()),
        **own,
    )


@blueprint.get("/review/agreement")
def agreement() -> ResponseReturnValue:
    """Show how often people and the machine agree."""
    days, since, sampled = _compared()
    page = agreements.agreement(reader(), viewer(), since, sampled)
    return render_template(
        "review/agreement.html",
        page=page,
        means=by_means(reader(), viewer(), since, sampled),
        second=second_page(reader(), viewer(), since),
        trust=trust(reader(), viewer()) if site().web.opinion_url else (),
        days=days,
        periods=PERIODS,
        sampled=sampled,
        titles=_titles(),
        item_text=_item_text,
        item_clause=_item_clause,
    )


@blueprint.get("/review/differences")
def differences() -> ResponseReturnValue:
    """List what people decided where the machine had judged: what stands behind a figure of agreement.

    With `until` (the last decision that the figure counts) the figure is of a rule on its standard's page.
    """
    days, since, sampled = _compared()
    item_id, way = request.args.get("item", ""), request.args.get("way", "")
    until = request.args.get("until", type=number)
    if until is not None:
        days, since = rules.DAYS, rules.since(now())
    way = way if way in differing.WAYS else differing.DIFFER
    wanted = differing.Wanted(since, sampled, request.args.get("standard", ""), item_id, way, until)
    return render_template(
        "review/differences.html",
        page=differing.differences(reader(), viewer(), wanted, wanted_page()),
        wanted=wanted,
        days=days,
        sampled=sampled,
        titles=_titles(),
        item_text=_item_text,
        item_clause=_item_clause,
    )


def _choices(session: Session) -> tuple[tuple[tuple[int, str], ...], tuple[tuple[int, str], ...]]:
    people = session.execute(
        select(Technician.id, Technician.staff_no, Technician.name)
        .where(Technician.active)
        .order_by(Technician.staff_no)
    )
    teams = session.execute(select(Team.id, Team.name).order_by(Team.name))
    return tuple((i, name) for i, name in teams), tuple((i, f"{no} {name}") for i, no, name in people)


def _compared() -> tuple[int, datetime, bool]:
    """What pages of agreement ask for: days, their first moment, and whether the random sample only."""
    days = request.args.get("days", PERIODS[1], type=number)
    days = days if days in PERIODS else PERIODS[1]
    return days, now() - timedelta(days=days), request.args.get("of", "sample") != "all"


def _titles() -> dict[str, str]:
    return {s.id: s.title for s in standards(site().lexicons)}


def _item_text(standard_id: str, item_id: str) -> str:
    info = standard(site().lexicons, standard_id)
    item = info.item(item_id) if info else None
    return item.text if item else item_id


def _item_clause(standard_id: str, item_id: str) -> str:
    info = standard(site().lexicons, standard_id)
    item = info.item(item_id) if info else None
    return item.clause if item else ""
