"""The button: the worker learns, the page shows what came of it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.site import site
from web.learning import standing
from web.models import User

blueprint = Blueprint("learning", __name__, url_prefix="/learning")


@blueprint.post("")
def ask() -> ResponseReturnValue:
    """Have the worker learn from reviewers' decisions."""
    with site().db.writing() as session:
        user = session.get_one(User, viewer().id)
        asked = standing.ask(session, user.id, user.username)
        if asked:
            audit.record(session, "learning-asked", "readers")
    if asked:
        flash(_("已安排。学完以后，结果会显示在这里。"), "success")
    else:
        flash(_("已经在学习了，请稍等。"), "warning")
    standard_id = request.form.get("standard", "")
    target = url_for("standard_reading.show", standard_id=standard_id) if standard_id else None
    return redirect(f"{target or url_for('standard_reading.index')}#learning", 303)
