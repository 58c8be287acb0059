"""Pages of calibration: the list, starting, judging blind, comparing, and recording what was agreed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import Conflict

from web.calibration import agreeing, comparing, judging, starting
from web.calibration import sessions as kept
from web.db import now
from web.kit.access import OFFICE
from web.kit.calendar import Period, day_named, today_in
from web.kit.errors import worded
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.paging import wanted_page
from web.kit.refusals import InvalidError, StaleError
from web.kit.site import forget_reads, reader, site
from web.kit.standards import standard, standards
from web.kit.values import number
from web.models import Team
from web.recordings.page import load

blueprint = Blueprint("calibration", __name__, url_prefix="/calibration")
DAYS, DUE_DAYS, DRAW = 30, 7, 5  # what the form begins with: recordings of the last days, time to judge, how many


@blueprint.get("")
def index() -> ResponseReturnValue:
    """The sessions, those that wait for the viewer first."""
    mine = request.args.get("show") == "mine"
    lines, place = kept.sessions(reader(), viewer(), mine, wanted_page())
    return render_template(
        "calibration/index.html", lines=lines, place=place, mine=mine, today=_today(), titles=_titles()
    )


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """The form, with the recordings of a standard and a period to choose from."""
    return _new()


@blueprint.post("")
def start() -> ResponseReturnValue:
    form = request.form
    try:
        with site().db.writing() as session:
            wish = starting.Wish(
                title=form.get("title", ""),
                standard_id=form.get("standard", ""),
                period=_period(),
                due_on=_day(form.get("due", "")),
                raters=form.getlist("rater", type=number),
                chosen=form.getlist("recording", type=number),
                draw=form.get("draw", 0, type=number) if form.get("how") == "draw" else 0,
                items=[one[:64] for one in form.getlist("item")],
            )
            if form.get("how") == "draw" and not wish.draw:
                raise InvalidError(_("请写抽几段录音。"))
            made = starting.start(session, viewer(), wish, _today()).id
    except InvalidError as error:
        forget_reads()
        return _new(error.words), 422
    flash(_("校准已开始，参加的人会收到通知。"), "success")
    return redirect(url_for("calibration.show", session_id=made), 303)


@blueprint.get("/<int:session_id>")
def show(session_id: int) -> ResponseReturnValue:
    """A session: the viewer's own progress, and once he has handed in the comparison."""
    return _show(session_id)


@blueprint.get("/<int:session_id>/recordings/<int:recording_id>")
def judge(session_id: int, recording_id: int) -> ResponseReturnValue:
    """Sound, words and clauses of one recording, but nobody's verdict."""
    return _judge(session_id, recording_id)


@blueprint.post("/<int:session_id>/recordings/<int:recording_id>")
def answer(session_id: int, recording_id: int) -> ResponseReturnValue:
    """Keep the answers, also where some are missing, and open the next recording."""
    prefix = "clause-"
    given = {name.removeprefix(prefix): value for name, value in request.form.items() if name.startswith(prefix)}
    try:
        with site().db.writing() as session:
            left = judging.answer(session, viewer(), session_id, recording_id, given)
            following = judging.sheet(session, viewer(), session_id, recording_id).following
    except StaleError:
        raise worded(Conflict(_("您已提交或校准已结束，判定不能再改。"))) from None
    except InvalidError as error:
        return _judge(session_id, recording_id, error.words, 422)
    if left:
        flash(_("已保存，这段还有 %(n)s 条没有判。", n=left), "warning")
    else:
        flash(_("已保存。"), "success")
    if following is None or left:
        return redirect(url_for("calibration.show", session_id=session_id), 303)
    return redirect(url_for("calibration.judge", session_id=session_id, recording_id=following), 303)


@blueprint.post("/<int:session_id>/hand-in")
def hand_in(session_id: int) -> ResponseReturnValue:
    try:
        with site().db.writing() as session:
            judging.hand_in(session, viewer(), session_id)
    except StaleError:
        raise worded(Conflict(_("您已提交或校准已结束，判定不能再改。"))) from None
    except InvalidError as error:
        return _show(session_id, error.words), 422
    flash(_("已提交，现在可以看到已提交的人怎么判。"), "success")
    return redirect(url_for("calibration.show", session_id=session_id), 303)


@blueprint.post("/<int:session_id>/close")
def close(session_id: int) -> ResponseReturnValue:
    with site().db.writing() as session:
        kept.close(session, viewer(), kept.session_for(session, viewer(), session_id))
    flash(_("校准已结束，可以比较和记共识。"), "success")
    return redirect(url_for("calibration.show", session_id=session_id), 303)


@blueprint.post("/<int:session_id>/recordings/<int:recording_id>/<item_id>")
def agree(session_id: int, recording_id: int, item_id: str) -> ResponseReturnValue:
    """Record what was agreed about a clause of a recording."""
    form = request.form
    try:
        with site().db.writing() as session:
            agreeing.agree(
                session,
                viewer(),
                session_id,
                recording_id,
                item_id,
                form.get("verdict", ""),
                form.get("sentence", ""),
                form.get("note", ""),
            )
    except InvalidError as error:
        return _show(session_id, error.words, (recording_id, item_id)), 422
    flash(_("共识已记下。"), "success")
    return _back(session_id, recording_id, item_id)


@blueprint.post("/<int:session_id>/recordings/<int:recording_id>/<item_id>/draft")
def to_draft(session_id: int, recording_id: int, item_id: str) -> ResponseReturnValue:
    """Put the agreed sentence into the standard's draft as an example."""
    try:
        with site().db.writing() as session:
            agreeing.to_draft(session, viewer(), site(), session_id, recording_id, item_id)
    except InvalidError as error:
        return _show(session_id, error.words, (recording_id, item_id)), 422
    flash(_("例句已加入标准草稿；发布以前会检查规则判得对不对。"), "success")
    return _back(session_id, recording_id, item_id)


def _back(session_id: int, recording_id: int, item_id: str) -> ResponseReturnValue:
    place = f"unit-{recording_id}-{item_id}"
    item = request.args.get("item") or None
    return redirect(url_for("calibration.show", session_id=session_id, item=item, _anchor=place), 303)


def _show(session_id: int, words: str = "", unit: tuple[int, str] | None = None) -> str:
    forget_reads()
    session, who = reader(), viewer()
    row = kept.session_for(session, who, session_id)
    own, people = kept.rater(session, who, session_id), kept.raters(session, session_id)
    compares = kept.may_compare(row, own)
    to_judge = own is not None and own.handed_in_at is None and row.closed_at is None
    info = standard(site().lexicons, row.standard_id)
    item_id = request.args.get("item", "")[:64]
    return render_template(
        "calibration/show.html",
        id=row.id,
        title=row.title,
        standard=info.title if info else row.standard_id,
        due_on=row.due_on,
        overdue=row.closed_at is None and row.due_on < _today(),
        drawn=row.drawn,
        closed_at=row.closed_at,
        people=people,
        progress=judging.progress(session, who, row) if to_judge else (),
        to_judge=to_judge,
        compared=comparing.comparison(session, who, row, people, item_id) if compares else None,
        item_id=item_id,
        may_lead=who.role in OFFICE,
        words=words,
        unit=unit,
        given=request.form,
    )


def _judge(session_id: int, recording_id: int, words: str = "", status: int = 200) -> ResponseReturnValue:
    forget_reads()
    session, who = reader(), viewer()
    try:
        sheet = judging.sheet(session, who, session_id, recording_id)
    except StaleError:
        return redirect(url_for("calibration.show", session_id=session_id), 303)
    page = load(session, who, recording_id, talk=True)
    if page is None or page.judged is None:
        abort(404)
    places = judging.places(sheet.lines, page.conversation.documents[page.judged.id].items)
    return render_template(
        "calibration/judge.html", id=session_id, page=page, sheet=sheet, places=places, words=words
    ), status


def _new(words: str = "") -> str:
    session, who, asked, today = reader(), viewer(), request.values, _today()
    known = standards(site().lexicons)
    info = next((one for one in known if one.id == asked.get("standard")), known[0] if known else None)
    period = _period()
    return render_template(
        "calibration/new.html",
        standards=known,
        info=info,
        period=period,
        candidates=starting.candidates(session, who, info.id, period) if info else (),
        most=starting.MOST_OFFERED,
        people=starting.people(session),
        teams=dict(session.execute(select(Team.id, Team.name)).all()),
        due=asked.get("due") or (today + timedelta(days=DUE_DAYS)).isoformat(),
        draw=asked.get("draw") or DRAW,
        given=request.form,
        today=today,
        words=words,
    )


def _period() -> Period:
    """The days that the request asks for; the last weeks where it asks for none that can be."""
    today = _today()
    last = _day(request.values.get("last", "")) or today
    first = _day(request.values.get("first", "")) or last - timedelta(days=DAYS)
    return Period(min(first, last), max(first, last))


def _day(text: str) -> Any:
    try:
        return day_named(text)
    except ValueError:
        return None


def _today() -> Any:
    return today_in(site().zone, now())


def _titles() -> dict[str, str]:
    return {one.id: one.title for one in standards(site().lexicons)}
