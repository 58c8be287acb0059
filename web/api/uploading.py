"""Files on their way in: small ones in one request, any in slices. Both go through `web.uploads.slices`, as the page's do."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, request

from web.api import upload_words
from web.api.blueprint import blueprint, refused
from web.api.once import once
from web.api.schemas.uploads import BeginUpload, FinishUpload, FormDetails, ReceivedFile, SliceArguments, UploadLine
from web.intake import receive
from web.intake.details import Details
from web.intake.receive import Received, RefusedError
from web.kit.forms import plain_number
from web.kit.i18n import gettext as _
from web.kit.login import viewer
from web.kit.problems import ProblemError
from web.kit.site import site
from web.kit.values import plain_text, read_json
from web.models import Upload
from web.queue import doorbell
from web.uploads import slices
from web.uploads.slices import MAX_SLICE_BYTES, SliceError


@blueprint.errorhandler(SliceError)
def _slice(error: SliceError) -> Response:
    words = upload_words.of_slice(error)
    offset = {"offset": error.given["offset"]} if "offset" in error.given else {}
    return refused(
        ProblemError(error.status, f"upload-{error.code}", words, errors=_place(error.code, words), **offset)
    )


@blueprint.errorhandler(RefusedError)
def _refused(error: RefusedError) -> Response:
    words = upload_words.of_refusal(error)
    status = 507 if error.code in upload_words.NO_SPACE else 415 if error.code.startswith("audio-") else 422
    return refused(ProblemError(status, error.code, words, errors=_place(error.code, words)))


def _place(code: str, words: str) -> list[tuple[str, str]]:
    """The field that a refusal is about, as its request names it; of a file that came in slices there is none."""
    whole = request.endpoint == "api.add_recording"
    if code in upload_words.FIELDS:
        return [(f"{'form' if whole else 'json.details'}.{upload_words.FIELDS[code]}", words)]
    return [("form.file", words)] if whole and code not in upload_words.NOT_THE_FILE else []


@blueprint.post("/recordings", tags=["upload"])
@once
@blueprint.arguments(FormDetails, location="form", content_type="multipart/form-data")
@blueprint.response(201, ReceivedFile)
@blueprint.alt_response(200, schema=ReceivedFile, description="The content is known already.", success=True)
def add_recording(cells: dict[str, Any]) -> Any:
    """Upload a recording of up to 32 MB (or a transcript), as `file` of a form; larger ones come in slices."""
    cells.pop("file", None)  # a field of that name that is no file
    file = request.files.get("file")
    if file is None or not file.filename:
        words = _("请把录音放在表单的 file 里。")
        raise ProblemError(422, "no-file", words, errors=[("form.file", words)])
    try:
        facts = read_json(cells.pop("facts", "") or "{}")
    except ValueError:
        facts = None
    if not isinstance(facts, dict) or not all(isinstance(value, bool) for value in facts.values()):
        words = _("facts 要是 JSON 对象，值为 true 或 false。")
        raise ProblemError(422, "facts", words, errors=[("form.facts", words)])
    details = _details({**cells, "facts": facts})
    here, who = site(), viewer()
    receive.check_details(here.db, details, here)
    stream = file.stream
    digest, size = hashlib.sha256(), 0
    while piece := stream.read(slices.PIECE_BYTES):
        digest.update(piece)
        size += len(piece)
    name = plain_text(file.filename)[-255:]
    upload = slices.begin(here, who.id, name, size, 0, digest.hexdigest())
    offset = upload.received_bytes  # of one that broke before
    stream.seek(offset)
    while offset < size:
        length = min(MAX_SLICE_BYTES, size - offset)
        offset = slices.append(here, who.id, upload.id, offset, length, stream).received_bytes
    return _received(slices.finish(here, who.id, upload.id, details))


@blueprint.post("/uploads", tags=["upload"])
@once
@blueprint.arguments(BeginUpload)
@blueprint.response(201, UploadLine)
def begin_upload(wanted: dict[str, Any]) -> Any:
    """Begin an upload in slices, or find it again."""
    here, who = site(), viewer()
    receive.check_details(here.db, _details(wanted.get("details", {})), here)
    begun = slices.begin(here, who.id, plain_text(wanted["name"]), wanted["size"], 0, plain_text(wanted["sample"]))
    return _line(slices.state_of(here, who.id, begun.id))


@blueprint.get("/uploads/<upload_id>", tags=["upload"])
@blueprint.response(200, UploadLine)
def upload_state(upload_id: str) -> Any:
    """Say how far an upload is: where to go on."""
    return _line(slices.state_of(site(), viewer().id, upload_id))


@blueprint.put("/uploads/<upload_id>", tags=["upload"])
@blueprint.doc(requestBody={"required": True, "content": {"application/octet-stream": {"schema": {}}}})
@blueprint.arguments(SliceArguments, location="query")
@blueprint.response(200, UploadLine)
def append_slice(asked: dict[str, int], upload_id: str) -> Any:
    """Send a slice of at most 16 MiB as the raw body; 409 tells the `offset` that holds."""
    if request.content_length is None:
        raise SliceError(411, "length")
    here, who = site(), viewer()
    slices.append(here, who.id, upload_id, asked["offset"], request.content_length, request.stream)
    return _line(slices.state_of(here, who.id, upload_id))


@blueprint.post("/uploads/<upload_id>/finish", tags=["upload"])
@once
@blueprint.arguments(FinishUpload)
@blueprint.response(201, ReceivedFile)
@blueprint.alt_response(200, schema=ReceivedFile, description="The content is known already.", success=True)
def finish_upload(wanted: dict[str, Any], upload_id: str) -> Any:
    """Make a recording of a whole upload. A second call gives the same recording."""
    return _received(slices.finish(site(), viewer().id, upload_id, _details(wanted.get("details", {}))))


@blueprint.delete("/uploads/<upload_id>", tags=["upload"])
@blueprint.response(204)
def cancel_upload(upload_id: str) -> Any:
    """Give an upload up; nothing of it stays."""
    slices.cancel(site(), viewer().id, upload_id)
    return Response(status=204)


def _details(cells: dict[str, Any]) -> Details:
    """What the request tells of the recording."""
    text = {name: plain_text(cells.get(name, "")).strip() for name in ("standard_id", "staff_no", "order_no", "note")}
    return Details(
        text["standard_id"] or None,
        plain_number(text["staff_no"]) or None,
        plain_number(text["order_no"]) or None,
        cells.get("recorded_at"),
        cells.get("facts") or {},
        cells.get("technician_channel"),
        text["note"],
    )


def _received(received: Received) -> Any:
    doorbell.ring()
    body = {
        "id": received.recording_id,
        "duplicate": received.duplicate,
        "added": received.added,
        "differs": received.differs,
    }
    return body, 200 if received.duplicate else 201


def _line(row: Upload) -> dict[str, Any]:
    return {
        "id": row.id,
        "offset": row.received_bytes,
        "size": row.size_bytes,
        "state": row.state,
        "slice_bytes": MAX_SLICE_BYTES,
        "recording_id": row.recording_id,
    }
