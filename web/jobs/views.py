"""The queue page: what is being worked on, what waits, what failed and why; retry, cancel, delete."""

from __future__ import annotations

import json
from collections.abc import Sequence

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from web import queue
from web.db import now
from web.intake import removal
from web.jobs import board
from web.kit import aside, audit
from web.kit.access import may, visible
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.refusals import SignedError
from web.kit.site import forget_reads, reader, site
from web.kit.turns import in_turns
from web.kit.values import number, numbers
from web.models import Recording
from web.queue import doorbell

blueprint = Blueprint("jobs", __name__, url_prefix="/queue")
ACTS = ("retry", "cancel", "delete")
PIECE = 200  # recordings of one writing transaction: others must get their turn


@blueprint.get("", endpoint="queue")
def show() -> ResponseReturnValue:
    """Show the queue; for htmx only its changing part, or 304 where nothing changed."""
    return _show(_chosen(request.args.get("show", "")), request.args.get("code", ""))


@blueprint.post("")
def act() -> ResponseReturnValue:
    """Retry, cancel or delete: `act`, `id` (several), or `all` for the whole filter; `one` is `act:id` of a row."""
    chosen, code = _chosen(request.form.get("show", "")), request.form.get("code", "")
    what, ids = request.form.get("act", ""), request.form.getlist("id", type=number)
    if one := request.form.get("one", ""):
        what, _sep, written = one.partition(":")
        ids = numbers([written])
    elif request.form.get("all"):
        ids = board.recordings_of(reader(), viewer(), chosen, code)
    if what not in ACTS:
        abort(422)
    ids = ids[: board.BULK]
    allowed = set(reader().scalars(visible(select(Recording.id).where(Recording.id.in_(ids)), viewer())))
    forget_reads()
    done = sum(_act(what, piece) for piece in in_turns([i for i in ids if i in allowed], PIECE))
    if what == "retry" and done:
        doorbell.ring()
    report = _report(what, done, len(ids))
    if "HX-Request" not in request.headers:
        flash(report, "success" if done else "warning")
        return redirect(url_for("jobs.queue", show=chosen, code=code or None))
    answer = _show(chosen, code)
    answer.headers["HX-Trigger"] = json.dumps({"queue:said": {"text": report, "done": done}})
    return answer


@blueprint.post("/aside")
def retry_aside() -> ResponseReturnValue:
    """Have what batch steps could not do tried again at once: somebody has repaired what was in the way."""
    with site().db.writing() as session:
        count = aside.retry_all(session)
        audit.record(session, "aside-retried", "set_aside", "", rows=count)
    flash(_("马上再试 %(n)s 项，请稍后刷新。", n=count), "success")
    return redirect(url_for("jobs.queue"), 303)


def _act(what: str, ids: Sequence[int]) -> int:
    """Do it to some recordings in one transaction; return to how many it could be done."""
    done = 0
    with site().db.writing() as session:
        for recording_id in ids:
            if what == "retry":
                acted = queue.retry(session, recording_id, viewer().id) is not None
            elif what == "cancel":
                acted = queue.cancel(session, recording_id) > 0
            else:
                acted = _removed(session, recording_id)
            if acted:
                audit.record(session, f"recording.{what}", "recording", recording_id)
            done += acted
    return done


def _removed(session: Session, recording_id: int) -> bool:
    try:
        return removal.remove(session, recording_id)
    except SignedError:
        return False


def _show(chosen: str, code: str) -> Response:
    shown = board.board(reader(), viewer(), chosen, now(), code)
    part = "HX-Request" in request.headers
    response = make_response()
    response.set_etag(f"{shown.etag}{'p' if part else ''}")
    if part and request.method == "GET" and request.if_none_match.contains_weak(response.get_etag()[0] or ""):
        response.status_code = 304
        return response
    if part:
        response.set_data(render_template("jobs/_board.html", **_around(shown, response)))
    else:
        rows, total = aside.set_aside(reader()) if may(viewer(), "jobs.retry_aside") else ((), 0)
        response.set_data(
            render_template(
                "jobs/queue.html", aside=rows, aside_total=total, steps=_steps(), **_around(shown, response)
            )
        )
    return response


def _around(shown: board.Board, response: Response) -> dict[str, object]:
    return {"board": shown, "filters": board.FILTERS, "etag": response.headers["ETag"]}


def _steps() -> dict[str, str]:
    """What the steps of `web.kit.aside` are called."""
    return {
        "summaries": _("评分卡汇总"),
        "dates": _("录音日期"),
        "drop folder": _("投递文件夹"),
        "links": _("工单关联条款"),
        "clips": _("剪片段"),
        "digest": _("周报邮件"),
        "deleted audio": _("删除录音文件"),
        "deleted words": _("删除录音文字"),
        "leftovers": _("清理未传完的文件"),
        "rebuild": _("重新计算"),
        "rebuild recordings": _("重新计算"),
    }


def _chosen(name: str) -> str:
    return name if name in board.FILTERS else "open"


def _report(what: str, done: int, chosen: int) -> str:
    words = {
        "retry": _("已把 %(n)s 段录音重新排队。", n=done),
        "cancel": _("已取消 %(n)s 段录音的处理。", n=done),
        "delete": _("已删除 %(n)s 段录音。", n=done),
    }[what]
    if done == chosen:
        return words
    why = {
        "retry": _("其余 %(n)s 段不能重试（已签核、缺标准或没有声音）。", n=chosen - done),
        "cancel": _("其余 %(n)s 段已经结束，不用取消。", n=chosen - done),
        "delete": _("其余 %(n)s 段已签核、已删除或在法律保留中，没有动。", n=chosen - done),
    }[what]
    return f"{words}{why}"
