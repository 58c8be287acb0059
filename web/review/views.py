"""Lists: what waits, what is contested, how often people and the machine agree. Forms hang on the same blueprint."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.exceptions import Conflict, UnprocessableEntity

from web.db import now
from web.kit.access import may
from web.kit.errors import worded
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.paging import wanted_page
from web.kit.refusals import InvalidError, StaleError
from web.kit.site import reader, site
from web.kit.standards import standard, standards
from web.kit.values import number
from web.models import Team, Technician
from web.review import agreement as agreements
from web.review import appealing, appeals_list, assigning, deciding, desk, desk_views, saved_views, worklist
from web.review import differences as differing
from web.review.blueprint import FormMessage, blueprint, fresh
from web.review.means import by_means
from web.review.second_agreement import second_page
from web.review.work_filter import MINE, WorkFilter

__all__ = ["blueprint", "deciding", "desk_views", "saved_views"]

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
        days=days,
        periods=PERIODS,
        sampled=sampled,
        titles=_titles(),
        item_text=_item_text,
        item_clause=_item_clause,
    )


@blueprint.get("/review/differences")
def differences() -> ResponseReturnValue:
    """List where people decided otherwise than the machine: what stands behind a figure of the page of agreement."""
    days, since, sampled = _compared()
    item_id, way = request.args.get("item", ""), request.args.get("way", "")
    wanted = differing.Wanted(since, sampled, request.args.get("standard", ""), item_id, way)
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


@blueprint.get("/appeals")
def appeals() -> ResponseReturnValue:
    """List appeals: all for QA, a manager's team's, a technician's own."""
    state = request.args.get("state", "")
    page = appeals_list.appeals(reader(), viewer(), state, wanted_page())
    return render_template("review/appeals.html", page=page, titles=_titles(), days=site().web.appeal_days)


@blueprint.post("/recordings/<int:recording_id>/appeals/<item_id>")
def appeal(recording_id: int, item_id: str) -> ResponseReturnValue:
    """Contest a verdict."""
    text = request.form.get("text", "")
    try:
        with site().db.writing() as session:
            appealing.appeal(session, viewer(), recording_id, item_id, text)
    except InvalidError as error:
        panel = fresh(recording_id)
        line = panel.line(item_id)
        message = FormMessage(error.words, note=text)
        return render_template("review/line_page.html", panel=panel, line=line, message=message), 422
    flash(_("申诉已提交，质检员处理后在“申诉”里可以看到答复。"), "success")
    return redirect(url_for("recordings.show", recording_id=recording_id, _anchor=f"clause-{item_id}"), 303)


@blueprint.post("/appeals/<int:appeal_id>/resolve")
def resolve(appeal_id: int) -> ResponseReturnValue:
    form = request.form
    try:
        with site().db.writing() as session:
            appealing.resolve(
                session,
                viewer(),
                appeal_id,
                form.get("answer", ""),
                form.get("verdict", ""),
                form.get("resolution", ""),
            )
    except StaleError:
        raise worded(Conflict(_("这条申诉刚才已由别人处理。请刷新页面查看结果。"))) from None
    except InvalidError as error:
        page = appeals_list.appeals(reader(), viewer(), "", 1, appeal_id)
        message = FormMessage(error.words, verdict=form.get("verdict", ""), note=form.get("resolution", ""))
        if not page.lines:
            raise worded(UnprocessableEntity(error.words)) from None
        return render_template(
            "review/appeals.html", page=page, titles=_titles(), days=site().web.appeal_days, message=message
        ), 422
    flash(_("申诉已处理，技师可以看到答复。"), "success")
    return redirect(url_for("review.appeals"), 303)


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
