"""Pages of the scorecards: team, technician, standard."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from web.db import now
from web.intake.storage import open_storage
from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.site import reader, site
from web.kit.standards import standard, standards
from web.models import Clip, Team, UserRole
from web.scorecards import clips, coaching, frames
from web.scorecards.asked import Asked, choices
from web.scorecards.charts import heat_chart, score_chart, trend_chart
from web.scorecards.figures.frames import Reviewed
from web.scorecards.standard_page import lines_chart, standard_page
from web.scorecards.team_page import SORTS, team_page, today_in
from web.scorecards.technician_page import FEW_COLLEAGUES, Person, person, technician_page, worst_first

blueprint = Blueprint("scorecards", __name__, url_prefix="/scorecards")


def asked_now() -> Asked:
    """Return the filters of the request."""
    return Asked.read(request.args, today_in(site().zone, now()))


def filter_values(asked: Asked, *, with_team: bool = True) -> dict[str, Any]:
    """Return what the filter form needs; a technician's own page asks for no teams."""
    session = reader()
    here = viewer()
    fixed = here.team_id if here.role is UserRole.MANAGER else None
    groups = {"span": _("最近"), "month": _("月"), "week": _("周"), "year": _("年")}
    spans: dict[str, list[tuple[str, str]]] = {name: [] for name in groups.values()}
    for code, group, name in choices(today_in(site().zone, now())):
        told = {"span": _("最近 %(n)s 周", n=name), "week": _("%(day)s 起的一周", day=name)}.get(group, name)
        spans[groups[group]].append((code, told))
    known = {code for group in spans.values() for code, _name in group}
    if asked.span.code not in known:
        spans[groups["span"]].append((asked.span.code, asked.span.code))
    return {
        "asked": asked,
        "spans": spans,
        "teams": session.execute(select(Team.id, Team.name).order_by(Team.name)).all()
        if with_team and fixed is None
        else [],
        "kinds": frames.job_kinds(session),
        "standards": standards(site().settings.lexicons),
        "reviewed_names": {Reviewed.ALL.value: _("全部（含未复核）"), Reviewed.SIGNED.value: _("只看已签核")},
    }


@blueprint.get("/team")
def team() -> ResponseReturnValue:
    """Show the team table."""
    here, asked = site(), asked_now()
    page = team_page(reader(), viewer(), asked, standards(here.settings.lexicons), here.zone, here.web.min_recordings)
    return render_template(
        "scorecards/team.html",
        page=page,
        minimum=here.web.min_recordings,
        sorts=list(SORTS),
        score_chart=score_chart(page.rows, page.tiles),
        heat_chart=heat_chart(page),
        **filter_values(asked),
    )


@blueprint.get("/technicians/<int:technician_id>")
def technician(technician_id: int) -> ResponseReturnValue:
    """Show one technician to his manager or QA."""
    return _technician(allowed_person(technician_id), own_view=False)


@blueprint.get("/mine")
def mine() -> ResponseReturnValue:
    """Show the technician his own page: the same, without colleagues' names, signed recordings only."""
    own = viewer().technician_id
    return _technician((None if own is None else person(reader(), own)) or abort(404), own_view=True)


@blueprint.post("/technicians/<int:technician_id>/notes")
def note_add(technician_id: int) -> ResponseReturnValue:
    """Write a note about a technician, with what was agreed until when."""
    who = allowed_person(technician_id)
    values = coaching.read(request.form)
    if isinstance(values, str):
        flash(
            {
                "empty": _("请写下辅导内容。"),
                "long": _("内容太长：辅导内容最多 1000 字，约定最多 500 字。"),
                "date": _("日期看不懂，请重新选择。"),
            }[values],
            "danger",
        )
    else:
        with site().db.writing() as session:
            coaching.add(session, who.id, viewer().id, values)
        flash(_("已保存。技师本人可以看到。"), "success")
    return redirect(url_for("scorecards.technician", technician_id=who.id, _anchor="notes"))


@blueprint.post("/technicians/<int:technician_id>/notes/<int:note_id>/done")
def note_done(technician_id: int, note_id: int) -> ResponseReturnValue:
    """Mark what was agreed as done."""
    who = allowed_person(technician_id)
    with site().db.writing() as session:
        if not coaching.done(session, who.id, note_id):
            abort(404)
    return redirect(url_for("scorecards.technician", technician_id=who.id, _anchor="notes"))


@blueprint.post("/clips/<int:recording_id>")
def clip_add(recording_id: int) -> ResponseReturnValue:
    """Keep a few seconds as a good example or as something to work on."""
    values = clips.read(request.form)
    if values is None:
        abort(422)
    with site().db.writing() as session:
        if not clips.add(session, viewer(), recording_id, values):
            abort(404)
    if "HX-Request" in request.headers:  # from the panel, which stays where it is
        return render_template("scorecards/_kept.html", good=values.good)
    flash(_("已设为示范片段。") if values.good else _("已设为待改进片段。"), "success")
    return redirect(url_for("recordings.show", recording_id=recording_id))


@blueprint.post("/clips/<int:clip_id>/remove")
def clip_remove(clip_id: int) -> ResponseReturnValue:
    """Take a clip back."""
    with site().db.writing() as session:
        clip = session.get(Clip, clip_id) or abort(404)
        technician_id = clip.technician_id
        if not clips.remove(session, viewer(), clip_id):
            abort(404)
    return redirect(url_for("scorecards.technician", technician_id=technician_id, _anchor="clips"))


@blueprint.get("/clips/<int:clip_id>/audio")
def clip_audio(clip_id: int) -> ResponseReturnValue:
    """Give a clip's seconds, nothing else of the recording."""
    here = site()
    key = clips.audible(reader(), viewer(), clip_id) or abort(404)
    with here.db.writing() as session:
        audit.record(session, "listen", "clip", clip_id)
    answer = send_file(open_storage(here.web, here.settings.home).open(key), mimetype="audio/mp4", conditional=True)
    answer.headers["Cache-Control"] = "private, no-cache"  # consent may end
    return answer


@blueprint.get("/standards")
def standards_list() -> ResponseReturnValue:
    """Open the standard with most recordings in the period."""
    heard = frames.standards_heard(reader(), asked_now().span)
    known = [s.id for s in standards(site().settings.lexicons)]
    first = next((i for i in heard if i in known), known[0] if known else None)
    if first is None:
        abort(404)
    return redirect(url_for("scorecards.standard_show", standard_id=first))


@blueprint.get("/standards/<standard_id>")
def standard_show(standard_id: str) -> ResponseReturnValue:
    """Show which clauses of a standard fail, and how much of it was judged."""
    here = site()
    found = standard(here.settings.lexicons, standard_id) or abort(404)
    asked = Asked.read({**request.args.to_dict(), "standard": standard_id}, today_in(here.zone, now()))
    page = standard_page(reader(), viewer(), asked, found, here.web.min_recordings)
    return render_template(
        "scorecards/standard.html",
        page=page,
        minimum=here.web.min_recordings,
        chart_values=lines_chart(page),
        **filter_values(asked),
    )


def allowed_person(technician_id: int) -> Person:
    """Return the technician; one outside a manager's team is told like one that does not exist."""
    found = person(reader(), technician_id)
    here = viewer()
    if found is None or (here.role is UserRole.MANAGER and here.team_id not in (None, found.team_id)):
        abort(404)
    return found


def _technician(who: Person, *, own_view: bool) -> ResponseReturnValue:
    here, asked = site(), asked_now()
    page = technician_page(
        reader(),
        who,
        asked,
        standards(here.settings.lexicons),
        frames.orders(reader(), asked.span.period, asked, here.zone, who.id),
        here.web.min_recordings,
        own_view=own_view,
    )
    team_shown = not own_view or max((p.team_people for p in page.points), default=0) > FEW_COLLEAGUES
    return render_template(
        "scorecards/technician.html",
        page=page,
        clauses=worst_first(page.clauses),
        own_view=own_view,
        minimum=here.web.min_recordings,
        chart_values=trend_chart(page.points, team=team_shown),
        team_shown=team_shown,
        today=today_in(here.zone, now()),
        **filter_values(asked, with_team=False),
    )


from web.scorecards import output_views, publish_views, topics_views  # noqa: E402  # they hang their pages on the blueprint above

__all__ = ["blueprint", "output_views", "publish_views", "topics_views"]
