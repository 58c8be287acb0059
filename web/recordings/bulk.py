"""What is done with many recordings at once: judge again, assign, sign, take out of the figures, delete, export."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from web.config import AnalyzerError
from web.kit.login import viewer
from web.kit.refusals import GoneError, InvalidError, SignedError
from web.kit.site import reader, site
from web.kit.turns import in_turns
from web.kit.values import number
from web.models import Technician
from web.queue import doorbell
from web.recordings import changes, exclusion, listing
from web.recordings.blueprint import blueprint, listed
from web.recordings.export import as_csv
from web.review import desk_views

BATCH = 200  # recordings a transaction: others get to write in between


@blueprint.post("/bulk")
def bulk() -> ResponseReturnValue:
    """Do one thing with the chosen recordings, or with all of the filter."""
    who, question = viewer(), listed()
    ids = (
        listing.matching_ids(reader(), who, question)
        if request.form.get("all") == "1"
        else sorted(set(request.form.getlist("id", type=number)))
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
        return as_csv(lambda session: listing.chosen(session, who, ids), len(ids))
    if action == "sign":
        return desk_views.look(ids, "recordings.index")
    technician = request.form.get("technician", type=number)
    if action == "assign" and (technician is None or reader().get(Technician, technician) is None):
        flash(_("请选择技师。"), "warning")
        return back
    reason, text = request.form.get("reason", ""), request.form.get("text", "")
    if action == "exclude" and (wrong := exclusion.wrong_in(reason, text)):
        flash(wrong, "warning")
        return back
    acts: dict[str, tuple[Callable[[Session, int], object], str]] = {
        "rejudge": (lambda s, i: changes.judge_again(s, who, i, "重新判分"), _("已安排重新判分：%(n)s 段。")),
        "assign": (lambda s, i: changes.assign(s, who, i, technician or 0), _("已指定技师：%(n)s 段。")),
        "exclude": (
            lambda s, i: exclusion.exclude(s, who, i, reason, text),
            _("已不计入统计：%(n)s 段。随时可以恢复。"),
        ),
        "count-again": (lambda s, i: exclusion.put_back(s, who, i), _("已恢复计入统计：%(n)s 段。")),
        "delete": (lambda s, i: changes.delete(s, who, i), _("已删除 %(n)s 段录音。")),
    }
    if action not in acts:
        abort(400)
    act, success = acts[action]
    done, signed, unready, contested = _each(ids, act)
    doorbell.ring()
    if done:
        flash(success % {"n": f"{done:,}"}, "success")
    if signed:
        flash(_("%(n)s 段已签核或在法律保留中，没有改动；签核的要改请先撤回签核。", n=signed), "warning")
    if unready:
        flash(_("%(n)s 段还没有选定标准或已不存在，已跳过。", n=unready), "warning")
    if contested:
        flash(_("%(n)s 段还有申诉没有答复，没有改动；请先处理申诉。", n=contested), "warning")
    return back


def _each(ids: list[int], act: Callable[[Session, int], object]) -> tuple[int, int, int, int]:
    done = signed = unready = contested = 0
    for numbers in in_turns(ids, BATCH):
        with site().db.writing() as session:
            for number in numbers:
                try:
                    act(session, number)
                    done += 1
                except SignedError:
                    signed += 1
                except (GoneError, LookupError, AnalyzerError):
                    unready += 1
                except InvalidError:
                    contested += 1
    return done, signed, unready, contested
