"""Pages of appeals: the list for every role, and the forms of their two rounds. They hang on the review blueprint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import Conflict, UnprocessableEntity

from web.kit.errors import worded
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.paging import wanted_page
from web.kit.refusals import InvalidError, StaleError
from web.kit.site import forget_reads, reader, site
from web.kit.standards import standards
from web.review import answering, appealing, appeals_list
from web.review.appeals_list import AppealFilter
from web.review.blueprint import FormMessage, blueprint, fresh


@blueprint.get("/appeals")
def appeals() -> ResponseReturnValue:
    """List appeals: all for QA, a manager's team's, a technician's own."""
    return _list(AppealFilter.read(request.args))


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
    days = site().web.appeal_answer_days
    flash(_("申诉已提交，质检员会在 %(n)s 天内答复；在“申诉”里可以看到。", n=days), "success")
    return redirect(url_for("recordings.show", recording_id=recording_id, _anchor=f"clause-{item_id}"), 303)


@blueprint.post("/appeals/<int:appeal_id>/resolve")
def resolve(appeal_id: int) -> ResponseReturnValue:
    """Answer in the first round."""
    done = _("已答复，技师可以看到。")
    return _act(appeal_id, lambda session: answering.resolve(session, viewer(), appeal_id, _answer()), done)


@blueprint.post("/appeals/<int:appeal_id>/decide")
def decide_appeal(appeal_id: int) -> ResponseReturnValue:
    """Decide the second round."""
    done = _("已裁定，技师和质检员都可以看到。")
    return _act(appeal_id, lambda session: answering.decide(session, viewer(), appeal_id, _answer()), done)


@blueprint.post("/appeals/<int:appeal_id>/accept")
def accept_answer(appeal_id: int) -> ResponseReturnValue:
    """Be content with the answer."""
    done = _("您接受了答复，这条申诉已了结。")
    return _act(appeal_id, lambda session: appealing.accept(session, viewer(), appeal_id), done)


@blueprint.post("/appeals/<int:appeal_id>/contest")
def contest(appeal_id: int) -> ResponseReturnValue:
    """Go on to the second round."""
    done = _("已提交主管裁定。")
    text = request.form.get("text", "")
    return _act(appeal_id, lambda session: appealing.contest(session, viewer(), appeal_id, text), done)


def _act(appeal_id: int, act: Callable[[Session], object], done: str) -> ResponseReturnValue:
    try:
        with site().db.writing() as session:
            act(session)
    except StaleError:
        raise worded(Conflict(_("这条申诉刚才已由别人处理，或者已经了结。请刷新页面查看结果。"))) from None
    except InvalidError as error:
        forget_reads()
        form = request.form
        message = FormMessage(
            error.words, verdict=form.get("verdict", ""), note=form.get("resolution", "") or form.get("text", "")
        )
        return _list(AppealFilter(only=appeal_id), message)
    flash(done, "success")
    return redirect(url_for("review.appeals", _anchor=f"appeal-{appeal_id}"), 303)


def _answer() -> answering.Answer:
    form = request.form
    share = form.get("share", type=float)
    return answering.Answer(form.get("answer", ""), form.get("verdict", ""), share, form.get("resolution", ""))


def _list(wanted: AppealFilter, message: FormMessage | None = None) -> ResponseReturnValue:
    page = appeals_list.appeals(reader(), viewer(), wanted, wanted_page())
    if message is not None and not page.lines:
        raise worded(UnprocessableEntity(message.words))
    known = standards(site().lexicons)
    info = next((s for s in known if s.id == wanted.standard), None)
    item = info.item(wanted.item) if info else None
    arguments: dict[str, Any] = {
        "page": page,
        "titles": {s.id: s.title for s in known},
        "item_text": item.text if item else wanted.item,
        "days": site().web.appeal_days,
        "answer_days": site().web.appeal_answer_days,
        "message": message,
    }
    return render_template("review/appeals.html", **arguments), 422 if message is not None else 200
