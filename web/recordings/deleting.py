"""Deleting one recording: a page says what goes with it, then it is done."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.refusals import HeldError, SignedError
from web.kit.site import site
from web.kit.values import number
from web.recordings import changes
from web.recordings.blueprint import blueprint, list_arguments, shown


@blueprint.get("/<int:recording_id>/delete")
def delete(recording_id: int) -> ResponseReturnValue:
    """Say what would be deleted. What is signed or held is not (409)."""
    page = shown(recording_id)
    if page.head.held:
        raise HeldError
    if page.read_only:
        raise SignedError
    return render_template("recordings/delete.html", page=page, arguments=list_arguments())


@blueprint.post("/<int:recording_id>/delete")
def delete_submit(recording_id: int) -> ResponseReturnValue:
    """Delete it as it was seen, and go back to the list it was opened from."""
    with site().db.writing() as session:
        changes.delete(session, viewer(), recording_id, request.form.get("revision", -1, type=number))
    flash(_("已删除这段录音。"), "success")
    return redirect(url_for("recordings.index", **list_arguments()), 303)
