"""Pages of dry runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from flask import (
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from web.dryrun import result, runs
from web.dryrun.difference import Way
from web.dryrun.result import RecordingLine, Wanted
from web.dryrun.runs import Choice
from web.kit.calendar import POSSIBLE
from web.kit.csvfile import csv_lines
from web.kit.i18n import gettext as _
from web.kit.lexicons import overlay
from web.kit.login import viewer
from web.kit.paging import wanted_page
from web.kit.refusals import GoneError, InvalidError
from web.kit.site import forget_reads, reader, site
from web.kit.standards import StandardInfo, standards
from web.kit.values import number, whole
from web.lexicon.drafts import draft_of
from web.models import RunState, StandardRun, StandardVersion, Team
from web.standards.dryrun import rejudging  # noqa: F401  # hangs its pages on the blueprint
from web.standards.dryrun.blueprint import blueprint
from web.standards.dryrun.words import way_words

__all__ = ["blueprint"]


@blueprint.get("/drafts/<int:draft_id>/runs")
def index(draft_id: int) -> ResponseReturnValue:
    """A draft's runs, and the form for another."""
    return _index(draft_id, request.args.to_dict())


@blueprint.post("/drafts/<int:draft_id>/runs")
def begin(draft_id: int) -> ResponseReturnValue:
    """Begin a run of the draft as it stands."""
    try:
        choice = _choice()
        draft = runs.pinned(reader(), site(), draft_id)
        forget_reads()
        with site().db.writing() as session:
            run_id = runs.begin(session, draft, choice, viewer().id).id
    except GoneError:
        abort(404)
    except InvalidError as error:
        return _index(draft_id, request.form.to_dict(), error.words), 422
    return redirect(url_for("standard_dryrun.show", run_id=run_id), 303)


@blueprint.get("/runs/<int:run_id>")
def show(run_id: int) -> ResponseReturnValue:
    """A run: how far it is, and what it has found until now. For htmx only how far it is, or the whole page at its end."""
    run = _run(run_id)
    if "HX-Request" in request.headers:
        answer = make_response(render_template("standards/dryrun/_progress.html", run=run))
        if run.state is not RunState.RUNNING:
            answer.headers["HX-Refresh"] = "true"
        return answer
    wanted, known = _wanted(), _known(run)
    drafted = draft_of(reader(), run.draft_id)
    version_id = reader().scalar(
        select(StandardVersion.id)
        .where(StandardVersion.standard_id == run.standard_id, StandardVersion.published_at >= run.created_at)
        .order_by(StandardVersion.id.desc())
        .limit(1)
    )
    return render_template(
        "standards/dryrun/run.html",
        run=run,
        draft=drafted,
        version_id=version_id,
        figures=result.figures(reader(), run, known),
        page=result.recordings(reader(), viewer(), run, wanted, wanted_page(), known),
        wanted=wanted,
        titles={info.id: info.title for info in known},
        ways=way_words(),
        team=reader().scalar(select(Team.name).where(Team.id == run.team_id)) if run.team_id else "",
    )


@blueprint.post("/runs/<int:run_id>/stop")
def stop(run_id: int) -> ResponseReturnValue:
    """End a run where it is."""
    try:
        with site().db.writing() as session:
            stopped = runs.stop(session, run_id)
    except GoneError:
        abort(404)
    flash(
        _("试算已停止，已算出的结果留在这一页。") if stopped else _("试算已经结束。"), "success" if stopped else "info"
    )
    return redirect(url_for("standard_dryrun.show", run_id=run_id), 303)


@blueprint.get("/runs/<int:run_id>.csv")
def table(run_id: int) -> ResponseReturnValue:
    """The recordings that the page lists, with every clause that reads otherwise, a line each."""
    run, wanted = _run(run_id), _wanted()
    known = _known(run)

    def lines() -> Iterator[RecordingLine]:
        # asked for in the stream: the request's own session is closed before the first line is sent
        return result.every(reader(), viewer(), run, wanted, known)

    answer = Response(stream_with_context(csv_lines(_rows(lines))), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"dry-run-{run_id}.csv")
    return answer


def _index(draft_id: int, given: dict[str, str], error: str = "") -> str:
    try:
        draft = draft_of(reader(), draft_id)
    except GoneError:
        abort(404)
    teams = reader().execute(select(Team.id, Team.name).order_by(Team.name)).all()
    found = runs.runs_of(reader(), draft_id)
    return render_template(
        "standards/dryrun/index.html",
        draft=draft,
        runs=found,
        going=next((run for run in found if run.state is RunState.RUNNING), None),
        teams=teams,
        team_names={row.id: row.name for row in teams},
        given=given,
        error=error,
        most=runs.MOST,
    )


def _run(run_id: int) -> StandardRun:
    try:
        return runs.run_of(reader(), run_id)
    except GoneError:
        abort(404)


def _known(run: StandardRun) -> tuple[StandardInfo, ...]:
    """The standards of the run's draft, then those in effect: these know the clauses that the draft took out."""
    here = site()
    return standards(overlay(here.settings, here.settings.lexicons, run.files)) + standards(here.lexicons)


def _wanted() -> Wanted:
    asked = request.args
    show, way = asked.get("show", ""), asked.get("way", "")
    standard_id, _sep, item_id = asked.get("item", "").partition("/")
    return Wanted(
        show if show in result.SHOWS else "",
        standard_id,
        item_id,
        way if way in set(Way) else "",
        asked.get("technician", type=number),
    )


def _choice() -> Choice:
    """Raises InvalidError."""
    form = request.form
    asked = form.get("most", "").strip()
    most = whole(asked)
    if asked and (most is None or not 1 <= most <= runs.MOST):
        raise InvalidError(_("“最多几段”请填 1 到 %(n)s 的整数，或留空。", n=runs.MOST))
    return Choice(
        _day(form.get("first", ""), _("开始日期")),
        _day(form.get("last", ""), _("结束日期")),
        form.get("team", type=number) or None,
        most,
    )


def _day(text: str, name: str) -> dt.date | None:
    if not text.strip():
        return None
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidError(_("%(name)s“%(v)s”不是日期，请写成 2026-11-24。", name=name, v=text[:20])) from None
    if not POSSIBLE.first <= day <= POSSIBLE.last:
        raise InvalidError(_("%(name)s“%(v)s”不可能，请改正年份。", name=name, v=text[:20]))
    return day


def _rows(lines: Callable[[], Iterator[RecordingLine]]) -> Iterator[list[object]]:
    ways = way_words()
    yield [
        _("录音编号"), _("文件名"), _("录音时间"), _("技师"), _("工单号"), _("原得分"), _("试算得分"), _("不会改动"),
        _("条款"), _("条款内容"), _("变化"), _("人工已判"), _("位置（秒）"), _("原话"), _("没能试算的原因"),
    ]  # fmt: skip
    kept = {"": "", "signed": _("已签核"), "frozen": _("月份已发布")}
    for line in lines():
        first: list[object] = [
            line.id, line.name, line.recorded_at.astimezone(site().zone).strftime("%Y-%m-%d %H:%M"), line.technician,
            line.order_no, line.before, line.after, kept[line.kept],
        ]  # fmt: skip
        for change in line.changes:
            way = ways[change.kind, change.way]
            decided = _("是") if change.decided else ""
            yield [*first, change.clause, change.text, way, decided, change.start_s, change.quote, ""]
        if not line.changes:
            yield [*first, "", "", "" if line.failure else _("只有得分不同"), "", None, "", line.failure]
