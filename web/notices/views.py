"""The list behind the bell, and which kinds come by mail as well."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.paging import wanted_page
from web.kit.site import reader, site
from web.models import User
from web.notices import page
from web.notices.mails import declined
from web.notices.words import kind_names, kinds_for

blueprint = Blueprint("notices", __name__, url_prefix="/notices")


@blueprint.get("")
def index() -> ResponseReturnValue:
    here, who = site(), viewer()
    names, unread_only = kind_names(), request.args.get("show") == "unread"
    user = reader().get_one(User, who.id)
    return render_template(
        "notices/index.html",
        page=page.notices(reader(), who, wanted_page(), here.zone, here.lexicons, unread_only=unread_only),
        unread_only=unread_only,
        days=here.web.notice_days,
        by_mail=bool(here.web.smtp_url),
        email=user.email,
        kinds=[(kind.value, names[kind]) for kind in kinds_for(who.role)],
        declined=declined(user),
    )


@blueprint.get("/<int:notice_id>")
def show(notice_id: int) -> ResponseReturnValue:
    """Open what a notice is about; from then on it counts as read."""
    with site().db.writing() as session:
        address = page.opened(session, viewer(), notice_id)
    return redirect(address or abort(404))


@blueprint.post("/read")
def read() -> ResponseReturnValue:
    """Mark all as read."""
    with site().db.writing() as session:
        page.read_all(session, viewer())
    return redirect(url_for("notices.index"), 303)


@blueprint.post("/mail")
def by_mail() -> ResponseReturnValue:
    """Keep which kinds the user wants by mail; those he is told but did not tick are declined."""
    wanted = set(request.form.getlist("kind"))
    refused = sorted(kind.value for kind in kinds_for(viewer().role) if kind.value not in wanted)
    with site().db.writing() as session:
        user = session.get_one(User, viewer().id)
        user.preferences = {**(user.preferences or {}), "no_mail": refused}
    flash(_("已保存。"), "success")
    return redirect(url_for("notices.index"), 303)
