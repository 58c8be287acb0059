"""Notes about a technician and clips worth hearing."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from web.intake.storage import open_storage
from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.site import reader, site
from web.models import Clip
from web.scorecards import clips, coaching
from web.scorecards.blueprint import allowed_person, blueprint


@blueprint.post("/technicians/<int:technician_id>/notes")
def note_add(technician_id: int) -> ResponseReturnValue:
    """Write a note about a technician, with what was agreed until when."""
    who = allowed_person(technician_id)
    values = coaching.read(request.form)
    if isinstance(values, str):
        flash(
            {
                "empty": _("请写下辅导内容。"),
                "long": _("内容太长：辅导内容最多 1000 字，约定最多 500 字。"),
                "date": _("日期看不懂，请重新选择。"),
            }[values],
            "danger",
        )
    else:
        with site().db.writing() as session:
            coaching.add(session, who.id, viewer().id, values)
        flash(_("已保存。技师本人可以看到。"), "success")
    return redirect(url_for("scorecards.technician", technician_id=who.id, _anchor="notes"))


@blueprint.post("/technicians/<int:technician_id>/notes/<int:note_id>/done")
def note_done(technician_id: int, note_id: int) -> ResponseReturnValue:
    """Mark what was agreed as done."""
    who = allowed_person(technician_id)
    with site().db.writing() as session:
        if not coaching.done(session, who.id, note_id):
            abort(404)
    return redirect(url_for("scorecards.technician", technician_id=who.id, _anchor="notes"))


@blueprint.post("/clips/<int:recording_id>")
def clip_add(recording_id: int) -> ResponseReturnValue:
    """Keep a few seconds as a good example or as something to work on."""
    values = clips.read(request.form)
    if values is None:
        abort(422)
    with site().db.writing() as session:
        if not clips.add(session, viewer(), recording_id, values):
            abort(404)
    if "HX-Request" in request.headers:  # from the panel, which stays where it is
        return render_template("scorecards/_kept.html", good=values.good)
    flash(_("已设为示范片段。") if values.good else _("已设为待改进片段。"), "success")
    return redirect(url_for("recordings.show", recording_id=recording_id))


@blueprint.post("/clips/<int:clip_id>/remove")
def clip_remove(clip_id: int) -> ResponseReturnValue:
    """Take a clip back."""
    with site().db.writing() as session:
        clip = session.get(Clip, clip_id) or abort(404)
        technician_id = clip.technician_id
        if not clips.remove(session, viewer(), clip_id):
            abort(404)
    return redirect(url_for("scorecards.technician", technician_id=technician_id, _anchor="clips"))


@blueprint.get("/clips/<int:clip_id>/audio")
def clip_audio(clip_id: int) -> ResponseReturnValue:
    """A clip's seconds, nothing else of the recording."""
    here = site()
    key = clips.audible(reader(), viewer(), clip_id) or abort(404)
    with here.db.writing() as session:
        audit.record(session, "listen", "clip", clip_id)
    answer = send_file(open_storage(here.web, here.settings.home).open(key), mimetype="audio/mp4", conditional=True)
    answer.headers["Cache-Control"] = "no-store"  # consent may end, and no copy stays behind
    return answer
