"""The upload page and the API that its script talks to."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from web.intake import receive
from web.intake.details import Details
from web.intake.receive import RefusedError
from web.kit.csvfile import TableError
from web.kit.forms import ImpossibleError
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.site import reader, site
from web.kit.standards import all_facts, standards
from web.kit.values import number, plain_text
from web.models import Technician
from web.queue import doorbell
from web.uploads import manifest, offers, sheet, slices, texts, waiting
from web.uploads.slices import SliceError

blueprint = Blueprint("uploads", __name__)
MOST_NAMES = 2000  # a folder with more is asked about in parts


@blueprint.get("/uploads")
def page() -> ResponseReturnValue:
    """Show limits, the place to drop files, unfinished uploads and recordings that wait for data."""
    here, session = site(), reader()
    staff = session.execute(
        select(Technician.staff_no, Technician.name).where(Technician.active).order_by(Technician.staff_no)
    ).all()
    free = slices.free_bytes(here)
    return render_template(
        "uploads/page.html",
        standards=standards(here.lexicons),
        facts=all_facts(here.lexicons),
        staff=staff,
        limit=here.settings.max_file_bytes,
        hours=here.settings.max_duration_s / 3600,
        free=free,
        room=max(0, free - here.web.min_free_bytes),
        formats=texts.formats_taken(),
        accept=texts.ACCEPT,
        pattern=here.web.file_name_pattern,
        slice_bytes=here.web.slice_bytes,
        unfinished=slices.unfinished(session, viewer().id),
        waiting=waiting.waiting(session),
        moment=sheet.MOMENT,
        zone=here.zone,
    )


@blueprint.post("/uploads/details")
def details() -> ResponseReturnValue:
    """Take what was missing about recordings that wait for data."""
    here = site()
    answers: dict[int, Details] = {}
    wrong: dict[int, str] = {}
    for recording_id in request.form.getlist("id", type=number)[: waiting.MOST]:
        names = ("standard_id", "staff_no", "order_no", "recorded_at")
        cells = {name: request.form.get(f"{name}-{recording_id}", "") for name in names}
        try:
            answers[recording_id] = sheet.details_of(cells, here.zone)
        except ImpossibleError as error:
            wrong[recording_id] = str(error)
        except ValueError:
            wrong[recording_id] = "，".join(texts.explain(SliceError(422, "moment")))
    given = waiting.give(here, answers, viewer().id)
    if given.queued:
        doorbell.ring()
        flash(_("已有 %(n)s 段录音进入处理队列。", n=given.queued), "success")
    for recording_id, sentence in {**given.wrong, **wrong}.items():
        name = request.form.get(f"name-{recording_id}", "")
        flash(f"{name}：{sentence}", "danger")
    return redirect(url_for("uploads.page", _anchor="waiting"))


@blueprint.post("/api/uploads/rows")
def rows() -> ResponseReturnValue:
    """Say what file names tell: `{names: […]}` → `{rows: […]}` in the same order."""
    body = request.get_json(silent=True)
    names = body.get("names") if isinstance(body, dict) else None
    if not isinstance(names, list) or len(names) > MOST_NAMES or not all(isinstance(n, str) for n in names):
        return _no(SliceError(422, "shape"))
    here = site()
    sheet_rows = sheet.rows_of_names(reader(), names, here.web.file_name_pattern, standards(here.lexicons))
    return jsonify(rows=[row.as_json() for row in sheet_rows])


@blueprint.post("/api/uploads/manifest")
def read_manifest() -> ResponseReturnValue:
    """Read a CSV list (the raw body): rows by file name, and what is wrong with others."""
    here = site()
    lexicons = here.lexicons
    try:
        listed = manifest.read_manifest(
            reader(), request.get_data(), standards(lexicons), all_facts(lexicons), here.zone
        )
    except TableError as error:
        return {"error": texts.table_fault(error), "advice": ""}, 422
    return jsonify(
        rows={key: row.as_json() for key, row in listed.rows.items()},
        errors=[texts.bad_cell(bad) for bad in listed.bad],
    )


@blueprint.post("/api/uploads")
def begin() -> ResponseReturnValue:
    """Start an upload or find it again: `{name, size, modified, sample, details}` → its id and the confirmed offset."""
    body = request.get_json(silent=True)
    here = site()
    try:
        name, size_bytes, modified, sample = _browser_file(body)
        receive.check_details(here.db, _details(body), here)
        progress = slices.begin(here, viewer().id, name, size_bytes, modified, sample)
    except SliceError as error:
        return _no(error)
    except RefusedError as error:
        return {"error": error.message, "advice": error.advice, "code": error.code}, 422
    return {"id": progress.id, "offset": progress.received_bytes}, 201


@blueprint.put("/api/uploads/<upload_id>")
def append(upload_id: str) -> ResponseReturnValue:
    """Take a slice: the raw body, to be written at `?offset=`."""
    length = request.content_length
    if length is None:
        return _no(SliceError(411, "length"))
    offset = request.args.get("offset", -1, type=number)
    try:
        progress = slices.append(site(), viewer().id, upload_id, offset, length, request.stream)
    except SliceError as error:
        return _no(error)
    return {"offset": progress.received_bytes}


@blueprint.post("/api/uploads/<upload_id>/finish")
def finish(upload_id: str) -> ResponseReturnValue:
    """Make a recording of a whole upload; `{details}` are the cells of its row."""
    try:
        details = _details(request.get_json(silent=True))
        received = slices.finish(site(), viewer().id, upload_id, details)
    except SliceError as error:
        return _no(error)
    except RefusedError as error:
        status = 507 if error.code in ("disk-full", "storage") else 422 if error.code in slices.AGAIN else 415
        again = error.code in slices.AGAIN
        return {"error": error.message, "advice": error.advice, "code": error.code, "again": again}, status
    doorbell.ring()
    url = url_for("recordings.show", recording_id=received.recording_id)
    known = {"words": texts.known(received)} if received.duplicate else {}
    cells = offers.offer(reader(), received.recording_id, details, site().zone) if received.differs else {}
    if cells:
        known["offer"] = f"{url_for('recordings.details', recording_id=received.recording_id)}?{urlencode(cells)}"
    return {"recording_id": received.recording_id, "duplicate": received.duplicate, "url": url, **known}


@blueprint.delete("/api/uploads/<upload_id>")
def cancel(upload_id: str) -> ResponseReturnValue:
    try:
        slices.cancel(site(), viewer().id, upload_id)
    except SliceError as error:
        return _no(error)
    return Response(status=204)


@blueprint.post("/uploads/<upload_id>/cancel")
def cancel_form(upload_id: str) -> ResponseReturnValue:
    """Give an unfinished upload up, from the list of the page."""
    try:
        slices.cancel(site(), viewer().id, upload_id)
        flash(_("已取消，服务器上没有留下这个文件。"), "success")
    except SliceError as error:
        flash("，".join(texts.explain(error)), "warning")
    return redirect(url_for("uploads.page"))


def _browser_file(body: Any) -> tuple[str, int, int, str]:
    """The browser's file: its name as given, size, time of change (ms) and the digest of its ends."""
    if not isinstance(body, dict):
        raise SliceError(422, "shape")
    name, size_bytes, modified = body.get("name"), body.get("size"), body.get("modified", 0)
    numbers = (size_bytes, modified)
    if not isinstance(name, str) or not name or not all(type(n) is int and abs(n) < 2**53 for n in numbers):
        raise SliceError(422, "shape")
    sample = plain_text(str(body.get("sample", "")))[:64]
    return plain_text(name)[-255:], int(numbers[0] or 0), int(numbers[1] or 0), sample


def _details(body: Any) -> Details:
    cells = body.get("details") if isinstance(body, dict) else None
    try:
        return sheet.details_of(cells if isinstance(cells, dict) else {}, site().zone)
    except ImpossibleError as error:
        raise SliceError(422, "when", words=str(error)) from error
    except ValueError as error:
        raise SliceError(422, "moment") from error


def _no(error: SliceError) -> ResponseReturnValue:
    sentence, advice = texts.explain(error)
    offset = {"offset": error.given["offset"]} if "offset" in error.given else {}
    return {"error": sentence, "advice": advice, "code": error.code, **offset}, error.status
