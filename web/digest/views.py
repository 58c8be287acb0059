"""The week's digest as a page, and whether it comes by mail."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.db import now
from web.digest.week import digest
from web.kit.calendar import today_in
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.site import reader, site
from web.kit.standards import standards
from web.models import User, UserRole

blueprint = Blueprint("digest", __name__, url_prefix="/scorecards")


@blueprint.get("/digest")
def show() -> ResponseReturnValue:
    here, today = site(), today_in(site().zone, now())
    week = digest(reader(), viewer(), today, standards(here.lexicons), here.web.min_recordings)
    user = reader().get_one(User, viewer().id)
    return render_template(
        "digest/show.html",
        digest=week,
        mail_shown=viewer().role is UserRole.MANAGER and bool(here.web.smtp_url),
        email=user.email,
        wanted=(user.preferences or {}).get("digest", True) is not False,
    )


@blueprint.post("/digest")
def preference() -> ResponseReturnValue:
    """Keep whether the user wants the digest by mail."""
    wanted = request.form.get("digest") == "1"
    with site().db.writing() as session:
        user = session.get_one(User, viewer().id)
        user.preferences = {**(user.preferences or {}), "digest": wanted}
    flash(_("以后每周一会收到周报邮件。") if wanted else _("以后不再收到周报邮件。"), "success")
    return redirect(url_for("digest.show"))
