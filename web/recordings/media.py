"""A recording's sound, its waveform, and its words as files."""

from __future__ import annotations

from datetime import timedelta
from typing import IO, Any
from urllib.parse import quote

from flask import Response, abort, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.wsgi import wrap_file

from web.db import now
from web.intake.private import hide, muted_key
from web.intake.seen import seen_by
from web.intake.storage import PEAKS, PLAY, Storage, open_storage
from web.kit import audit
from web.kit.access import reads_private
from web.kit.login import Viewer, viewer
from web.kit.recordings import recording_for
from web.kit.site import reader, site
from web.models import AnalysisDocument, AuditEntry
from web.recordings import subtitles
from web.recordings.blueprint import blueprint, shown

LISTENED = timedelta(minutes=10)  # one entry of listening for all the requests that a player makes in this time
PLAYABLE = {  # what browsers are told; anything else is a download
    "audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav", "audio/flac", "audio/aac", "audio/webm",
}  # fmt: skip


@blueprint.get("/<int:recording_id>/audio")
def audio(recording_id: int) -> ResponseReturnValue:
    """Give the sound, whole or the asked range; `?download=1`: the original file under its own name."""
    return sound_of(recording_id, download=request.args.get("download") == "1")


def sound_of(recording_id: int, *, download: bool) -> Response:
    """The sound as the viewer may hear it, whole or the range that the request asks for; that he heard it is logged.

    Who has no right to private words gets a copy that is silent where they are said, 404 while there is none.
    """
    row = recording_for(reader(), viewer(), recording_id)
    if not row.stored_key:
        abort(404)
    storage = open_storage(site().web, site().settings.home)
    muted = "" if reads_private(viewer()) else muted_key(reader(), recording_id)
    if muted is None:  # nobody has looked yet which of its words are private
        abort(404)
    key = muted or (row.stored_key if download else storage.playable_key(row.stored_key))
    kind = "audio/mp4" if muted or key.endswith(PLAY) else row.media_type
    if download or kind not in PLAYABLE:
        kind = "application/octet-stream"
    _listened(viewer(), recording_id, "download" if download else "listen")
    try:
        answer = _file(storage, key, kind, key[-72:])
    except FileNotFoundError:
        abort(404)
    shown_as = "attachment" if download else "inline"
    name = row.original_name if reads_private(viewer()) else hide(row.original_name)
    answer.headers["Content-Disposition"] = f"{shown_as}; filename*=UTF-8''{quote(name, safe='')}"
    answer.headers["Cache-Control"] = "no-store"  # no copy of anybody's voice stays on the disk of a shared computer
    return answer


@blueprint.get("/<int:recording_id>/peaks.json")
def peaks(recording_id: int) -> ResponseReturnValue:
    """Give the waveform that the worker computed; 404 until then (the player works without)."""
    row = recording_for(reader(), viewer(), recording_id)
    storage = open_storage(site().web, site().settings.home)
    if not row.stored_key or not storage.exists(row.stored_key + PEAKS):
        abort(404)
    answer = _file(storage, row.stored_key + PEAKS, "application/json", row.sha256 + "w")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/<int:recording_id>/transcript.<any(txt, srt, json):kind>")
def transcript(recording_id: int, kind: str) -> ResponseReturnValue:
    """Give the words as text or subtitles, with people's corrections, or the whole Analysis JSON."""
    page = shown(recording_id, talk=kind != "json")
    if page.judged is None:
        abort(404)
    with site().db.writing() as session:
        audit.record(session, "export", "recording", recording_id, kind=kind)
    if kind == "json":
        body = reader().scalar(select(AnalysisDocument.body).where(AnalysisDocument.analysis_id == page.judged.id))
        seen = seen_by(reader(), viewer(), recording_id, body or {})
        answer = Response(subtitles.as_json(seen), mimetype="application/json")
    else:
        words = subtitles.as_text(page) if kind == "txt" else subtitles.as_srt(page)
        answer = Response(b"\xef\xbb\xbf" + words.encode(), content_type="text/plain; charset=utf-8")
    stem = page.head.name.rsplit(".", 1)[0]
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{stem}.{kind}', safe='')}"
    return answer


def _file(storage: Storage, key: str, kind: str, etag: str) -> Response:
    path = storage.path(key)
    if path is not None:
        return send_file(path, mimetype=kind, conditional=True, etag=etag)
    opened: IO[bytes] = storage.open(key)
    size = storage.size(key)
    answer = Response(wrap_file(request.environ, opened), mimetype=kind, direct_passthrough=True)
    answer.content_length = size
    answer.set_etag(etag)
    try:
        answer.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    except RequestedRangeNotSatisfiable:
        opened.close()
        raise
    return answer


def _listened(who: Viewer, recording_id: int, action: str) -> None:
    """Log who heard what: once for the many ranges that one playing asks for."""
    recent: Any = select(AuditEntry.id).where(
        AuditEntry.object_kind == "recording",
        AuditEntry.object_id == str(recording_id),
        AuditEntry.user_id == who.id,
        AuditEntry.action == action,
        AuditEntry.at > now() - LISTENED,
    )
    if reader().scalar(recent.limit(1)) is not None:
        return
    with site().db.writing() as session:
        audit.record(session, action, "recording", recording_id)
