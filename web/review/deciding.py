"""Forms of the panel: a decision on a clause, the signature, reopening, the wish to judge blind."""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.refusals import InvalidError, StaleError
from web.kit.site import reader, site
from web.kit.values import number
from web.models import User
from web.review import decisions, signing, worklist
from web.review.blueprint import FormMessage, answer, around, blueprint, by_htmx, fresh, queue_arguments
from web.review.decisions import Wish
from web.review.panel import Panel
from web.review.queries import BLIND
from web.review.refusals import BlockedError
from web.review.work_filter import WorkFilter


@blueprint.post("/recordings/<int:recording_id>/verdicts/<item_id>")
def decide(recording_id: int, item_id: str) -> ResponseReturnValue:
    """Confirm, overrule, answer or withdraw; gives the clause again, or the form with what is wrong (409, 422)."""
    wish = _wish()
    message, status = None, 200
    try:
        with site().db.writing() as session:
            decisions.decide(session, viewer(), recording_id, item_id, wish)
    except StaleError:
        message, status = FormMessage(theirs=True, verdict=_wanted(wish), note=wish.note), 409
    except InvalidError as error:
        message, status = FormMessage(error.words, verdict=wish.verdict, note=wish.note), 422
    panel = fresh(recording_id)
    line = panel.line(item_id)
    if not by_htmx():
        if message is None:
            return redirect(_back(recording_id, f"clause-{item_id}"), 303)
        return render_template("review/line_page.html", panel=panel, line=line, message=message), status
    body = render_template("review/_line.html", panel=panel, line=line, message=message)
    if status == 422:
        return body, status
    return answer(body + around(panel), panel, status=status)


@blueprint.post("/recordings/<int:recording_id>/verdicts")
def leave_to_machine(recording_id: int) -> ResponseReturnValue:
    """Close what is open as the machine judged it; gives the panel again, or the box with what is wrong (409, 422)."""
    revision = request.form.get("revision", -1, type=number)
    message, status = None, 200
    try:
        with site().db.writing() as session:
            count = decisions.leave_to_machine(session, viewer(), recording_id, revision)
    except InvalidError as error:
        message, status = FormMessage(error.words, tone="warning"), 422
    except StaleError:
        message, status = FormMessage(_("刚才已有变化。请看过最新结果，再按机器判定。"), tone="warning"), 409
    else:
        words = _("已按机器判定 %(n)s 条。", n=count)
        if not by_htmx():
            flash(words, "success")
            return redirect(_back(recording_id), 303)
        message = FormMessage(words, tone="success")
    panel = fresh(recording_id)
    box = _sign_box(panel, message)
    if not by_htmx() or status == 422:
        return box, status
    return answer(box + _whole(panel), panel, status=status)


@blueprint.post("/recordings/<int:recording_id>/sign")
def sign(recording_id: int) -> ResponseReturnValue:
    """Sign, and open what comes next; where that is not possible yet, say why (409, 422)."""
    revision, note = request.form.get("revision", -1, type=number), request.form.get("note", "")
    message, status = None, 200
    try:
        with site().db.writing() as session:
            signing.sign(session, viewer(), recording_id, revision, note)
    except BlockedError as error:
        words = _("还不能签核：有 %(n)s 条要先复核。", n=len(error.lines))
        message, status = FormMessage(words, tone="warning"), 422
    except InvalidError as error:
        message, status = FormMessage(error.words, tone="warning"), 422
    except StaleError:
        message, status = (
            FormMessage(_("签核之前，内容又有变化。请刷新页面看过最新结果，再签核。"), tone="warning"),
            409,
        )
    panel = fresh(recording_id)
    if message is not None:
        return _sign_box(panel, message), status
    flash(_("已签核，%(s)s 分。", s=_points(panel.score)), "success")
    target = _next(recording_id) if request.form.get("then") == "next" else _back(recording_id)
    return _go(target)


@blueprint.post("/recordings/<int:recording_id>/reopen")
def reopen(recording_id: int) -> ResponseReturnValue:
    """Take a signature back, with a reason."""
    revision, reason = request.form.get("revision", -1, type=number), request.form.get("reason", "")
    message, status = None, 200
    try:
        with site().db.writing() as session:
            signing.reopen(session, viewer(), recording_id, revision, reason)
    except InvalidError as error:
        message, status = FormMessage(error.words), 422
    except StaleError:
        message, status = FormMessage(_("这段录音刚才已有变化。请看过最新结果再操作。"), tone="warning"), 409
    if message is not None:
        return _sign_box(fresh(recording_id), message), status
    flash(_("已撤回签核，可以重新复核。"), "success")
    return _go(_back(recording_id))


@blueprint.post("/review/preference")
def preference() -> ResponseReturnValue:
    """Turn blind review on or off for the viewer."""
    with site().db.writing() as session:
        user = session.get_one(User, viewer().id)
        user.preferences = {**(user.preferences or {}), BLIND: request.form.get("blind") == "1"}
        audit.record(session, "blind-review", "user", user.id, on=user.preferences[BLIND])
    recording_id = request.form.get("recording", type=number)
    return redirect(_back(recording_id) if recording_id else url_for("review.work_list"), 303)


def _sign_box(panel: Panel, message: FormMessage) -> str:
    template = "review/_signoff.html" if by_htmx() else "review/signoff_page.html"
    return render_template(template, panel=panel, sign_message=message)


def _whole(panel: Panel) -> str:
    """All clauses and their sum, for swapping out of band."""
    clauses = render_template("review/_panel.html", panel=panel, whole_oob=True)
    return clauses + render_template("review/_waterfall.html", panel=panel, oob=True)


def _next(recording_id: int) -> str:
    """The address of what is on top of the list that the viewer works through."""
    wanted = WorkFilter.read(request.args)
    next_id = worklist.next_id(reader(), viewer(), wanted, recording_id)
    arguments = queue_arguments() or {"queue": wanted.queue}
    if next_id is None:
        flash(_("这个列表已经复核完了。"), "success")
        return url_for("review.work_list", **arguments)
    return url_for("recordings.show", recording_id=next_id, **arguments)


def _back(recording_id: int, anchor: str | None = None) -> str:
    return url_for("recordings.show", recording_id=recording_id, _anchor=anchor, **queue_arguments())


def _go(target: str) -> ResponseReturnValue:
    if not by_htmx():
        return redirect(target, 303)
    made = make_response("", 204)
    made.headers["HX-Redirect"] = target
    return made


def _wish() -> Wish:
    """The form of a clause. `usual` is one of the usual reasons, as "verdict:words"."""
    form = request.form
    verdict, note = form.get("verdict", ""), form.get("note", "")
    if usual := form.get("usual", ""):
        verdict, _sep, note = usual.partition(":")
    return Wish(form.get("do", ""), verdict, note, form.get("seen", ""))


def _wanted(wish: Wish) -> str:
    if wish.do == decisions.CONFIRM:
        return wish.seen.rpartition(".")[2]
    return wish.verdict if wish.do == decisions.SET else ""


def _points(score: float | None) -> str:
    return "—" if score is None else f"{score:.1f}"
