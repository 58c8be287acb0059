"""What is done with many recordings at once: judge again, assign, delete, export as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import quote

from flask import Response, abort, flash, redirect, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import Headers

from web.config import AnalyzerError
from web.kit import audit
from web.kit.csvfile import csv_lines
from web.kit.login import viewer
from web.kit.pages import duration, local_time
from web.kit.refusals import GoneError, SignedError
from web.kit.site import reader, site
from web.models import Technician
from web.queue import doorbell
from web.recordings import changes, listing
from web.recordings.blueprint import asked, blueprint
from web.recordings.words import review_names, state_names

BATCH = 200  # recordings a transaction: others get to write in between


@blueprint.post("/bulk")
def bulk() -> ResponseReturnValue:
    """Do one thing with the chosen recordings, or with all of the filter."""
    who, question = viewer(), asked()
    ids = (
        listing.matching_ids(reader(), who, question)
        if request.form.get("all") == "1"
        else sorted({int(i) for i in request.form.getlist("id") if i.isdigit()})
    )
    back = redirect(url_for("recordings.index", **question.arguments(page=request.args.get("page", ""))))
    action = request.form.get("action", "")
    if not ids:
        flash(_("请先勾选录音。"), "warning")
        return back
    if len(ids) > listing.BULK_MAX:
        flash(_("一次最多处理 %(n)s 段录音，请先缩小筛选范围。", n=f"{listing.BULK_MAX:,}"), "warning")
        return back
    if action == "export":
        return _csv(lambda session: listing.chosen(session, who, ids), len(ids))
    technician = request.form.get("technician", type=int)
    if action == "assign" and (technician is None or reader().get(Technician, technician) is None):
        flash(_("请选择技师。"), "warning")
        return back
    acts: dict[str, tuple[Callable[[Session, int], object], str]] = {
        "rejudge": (lambda s, i: changes.judge_again(s, who, i, "重新判分"), _("已安排重新判分：%(n)s 段。")),
        "assign": (lambda s, i: changes.assign(s, who, i, technician or 0), _("已指定技师：%(n)s 段。")),
        "delete": (lambda s, i: changes.delete(s, who, i), _("已删除 %(n)s 段录音。")),
    }
    if action not in acts:
        abort(400)
    act, told = acts[action]
    done, signed, unready = _each(ids, act)
    doorbell.ring()
    if done:
        flash(told % {"n": f"{done:,}"}, "success")
    if signed:
        flash(_("%(n)s 段已签核，没有改动；要改请先撤回签核。", n=signed), "warning")
    if unready:
        flash(_("%(n)s 段还没有选定标准或已不存在，已跳过。", n=unready), "warning")
    return back


@blueprint.get("/export.csv")
def export() -> ResponseReturnValue:
    """Give the list of the filter as a CSV that Excel opens."""
    who, question = viewer(), asked()
    return _csv(lambda session: listing.every(session, who, question), None)


def _each(ids: list[int], act: Callable[[Session, int], object]) -> tuple[int, int, int]:
    done = signed = unready = 0
    for start in range(0, len(ids), BATCH):
        with site().db.writing() as session:
            for number in ids[start : start + BATCH]:
                try:
                    act(session, number)
                    done += 1
                except SignedError:
                    signed += 1
                except (GoneError, LookupError, AnalyzerError):
                    unready += 1
    return done, signed, unready


def _csv(lines: Callable[[Session], Iterable[listing.ListLine]], count: int | None) -> Response:
    with site().db.writing() as session:
        audit.record(session, "export", "recordings", "", count=count, **asked().arguments())
    headers = Headers()
    headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(_('录音清单.csv'))}"
    return Response(
        stream_with_context(csv_lines(_rows(lines))), content_type="text/csv; charset=utf-8", headers=headers
    )


def _rows(lines: Callable[[Session], Iterable[listing.ListLine]]) -> Iterator[list[object]]:
    """One by one: a hundred thousand recordings are never in memory together."""
    states, reviews = state_names(), review_names()
    yield [
        _("编号"), _("文件名"), _("录音时间"), _("技师"), _("工号"), _("班组"), _("工单"), _("标准"), _("时长"), _("得分"),
        _("机器得分"), _("未达标条数"), _("禁语条数"), _("疑似处数"), _("无法判断条数"), _("状态"), _("复核"), _("签核人"),
    ]  # fmt: skip
    with site().db.reading() as session:
        for line in lines(session):
            yield [
                line.id,
                line.name,
                local_time(line.recorded_at),
                line.technician,
                line.staff_no,
                line.team,
                line.order_no,
                line.standard_id,
                duration(line.duration_s),
                _plain(line.score),
                _plain(line.machine_score),
                line.missed,
                line.forbidden,
                line.suspicions,
                line.not_judged,
                states[line.state],
                reviews[line.review_state],
                line.signed_by,
            ]


def _plain(score: float | None) -> str:
    return "" if score is None else f"{score:.1f}"
