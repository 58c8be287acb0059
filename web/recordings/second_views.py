"""The second review of a signed recording: heard and judged clause by clause, without any result in sight."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Conflict

from web.kit.errors import worded
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.refusals import GoneError, InvalidError, StaleError
from web.kit.site import forget_reads, reader, site
from web.recordings.blueprint import blueprint, shown
from web.review import second as reviews
from web.review import worklist
from web.review.work_filter import SECOND, WorkFilter


@blueprint.get("/<int:recording_id>/second")
def second(recording_id: int) -> ResponseReturnValue:
    """Show sound, words and clauses, but nobody's verdict."""
    return _form(recording_id, {})


@blueprint.post("/<int:recording_id>/second")
def second_answer(recording_id: int) -> ResponseReturnValue:
    """Keep the answers and open the next; what lacks an answer is asked for again (422)."""
    prefix = "clause-"
    given = {name.removeprefix(prefix): value for name, value in request.form.items() if name.startswith(prefix)}
    try:
        with site().db.writing() as session:
            reviews.answer(session, viewer(), recording_id, given)
    except GoneError:
        abort(404)
    except StaleError:
        raise worded(Conflict(_("别人刚才已经做完了这段录音的二次复核，您的结论没有保存。"))) from None
    except InvalidError as error:
        return _form(recording_id, given, error.words), 422
    forget_reads()
    flash(_("二次复核已保存，分数不受影响。"), "success")
    wanted = WorkFilter(queue=SECOND)
    following = worklist.next_id(reader(), viewer(), wanted, recording_id)
    if following is None:
        return redirect(url_for("review.work_list", queue=SECOND), 303)
    return redirect(url_for("recordings.second", recording_id=following), 303)


def _form(recording_id: int, given: dict[str, str], words: str = "") -> str:
    try:
        lines = reviews.lines(reader(), viewer(), recording_id)
    except GoneError:
        abort(404)
    page = shown(recording_id, talk=True)
    return render_template("recordings/second.html", page=page, lines=lines, given=given, words=words)
