"""Judging again after a publication: the page with the numbers before and after, and the button."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from web.dryrun import rejudging
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.refusals import GoneError, InvalidError
from web.kit.site import forget_reads, reader, site
from web.models import StandardVersion
from web.standards.dryrun.blueprint import blueprint


@blueprint.get("/rejudge/<int:version_id>")
def rejudge(version_id: int) -> ResponseReturnValue:
    """What a version leaves to be judged again, or how far that is."""
    version = reader().get(StandardVersion, version_id) or abort(404)
    return render_template(
        "standards/dryrun/rejudge.html",
        version=version,
        outdated=rejudging.outdated(reader(), site(), version),
        progress=rejudging.progress(reader(), version_id),
        other=rejudging.running(reader()),
    )


@blueprint.post("/rejudge/<int:version_id>")
def rejudge_begin(version_id: int) -> ResponseReturnValue:
    """Have it judged again."""
    version = reader().get(StandardVersion, version_id) or abort(404)
    seen = rejudging.outdated(reader(), site(), version)
    forget_reads()
    try:
        with site().db.writing() as session:
            rejudging.begin(session, version_id, seen, viewer().id)
    except InvalidError as error:
        flash(error.words, "warning")
    else:
        flash(_("%(n)s 段录音会在后台重新判分，原来的结果保留在录音的历史里。", n=seen.movable), "success")
    return redirect(url_for("standard_dryrun.rejudge", version_id=version_id), 303)


@blueprint.post("/rejudge/<int:version_id>/stop")
def rejudge_stop(version_id: int) -> ResponseReturnValue:
    """Queue no more."""
    progress = rejudging.progress(reader(), version_id) or abort(404)
    forget_reads()
    try:
        with site().db.writing() as session:
            rejudging.stop(session, progress.row.id)
    except GoneError:
        abort(404)
    flash(_("已停止：还没有排队的录音不再重新判分。"), "success")
    return redirect(url_for("standard_dryrun.rejudge", version_id=version_id), 303)
