"""The forms that take a recording out of all figures and put it back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from web.kit.login import viewer
from web.kit.refusals import InvalidError, SignedError, StaleError
from web.kit.site import site
from web.kit.values import number
from web.recordings import exclusion
from web.recordings.blueprint import blueprint, listed, shown
from web.recordings.words import exclusion_names


@blueprint.route("/<int:recording_id>/exclude", methods=["GET", "POST"])
def exclude(recording_id: int) -> ResponseReturnValue:
    """Why should it count nowhere?"""
    reason, text, error, status = "", "", "", 200
    if request.method == "POST":
        reason, text = request.form.get("reason", ""), request.form.get("text", "")
        try:
            with site().db.writing() as session:
                exclusion.exclude(session, viewer(), recording_id, reason, text, _revision())
        except InvalidError as refusal:
            error, status = refusal.words, 422
        except StaleError:
            error, status = _("这段录音刚才已有变化。请看过最新结果，再提交一次。"), 409
        else:
            flash(_("已不计入统计：%(why)s。随时可以恢复。", why=exclusion_names()[reason]), "success")
            return _back(recording_id)
    page = shown(recording_id)
    if page.read_only:
        raise SignedError
    form = {"reason": reason, "text": text, "error": error}
    body = render_template(
        "recordings/exclude.html", page=page, form=form, reasons=exclusion_names(), arguments=listed().arguments()
    )
    return body, status


@blueprint.post("/<int:recording_id>/count-again")
def count_again(recording_id: int) -> ResponseReturnValue:
    """Let it count again."""
    try:
        with site().db.writing() as session:
            exclusion.put_back(session, viewer(), recording_id, _revision())
    except StaleError:
        flash(_("这段录音刚才已有变化。请看过最新结果，再提交一次。"), "warning")
    else:
        flash(_("已恢复计入统计。"), "success")
    return _back(recording_id)


def _revision() -> int | None:
    return request.form.get("revision", type=number)


def _back(recording_id: int) -> ResponseReturnValue:
    return redirect(url_for("recordings.show", recording_id=recording_id, **listed().arguments()), 303)
