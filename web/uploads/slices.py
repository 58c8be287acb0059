"""Uploads slice by slice. What is confirmed lies on the disk, synced; nothing else moves the confirmed offset.

Slices of one upload are written one after the other (a file lock, so that processes agree too), each exactly at the
confirmed offset: a slice that is sent twice, or by two windows, is answered with the offset that holds.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from filelock import FileLock, Timeout
from sqlalchemy import select
from sqlalchemy.orm import Session

from web.db import now
from web.intake import kinds, receive
from web.intake.details import Details
from web.intake.private import hide
from web.intake.receive import Received, RefusedError
from web.intake.storage import open_storage
from web.kit import audit
from web.kit.aside import Batch
from web.kit.site import Site
from web.models import Upload, UploadState
from web.uploads import transcripts

PIECE_BYTES = 256 * 1024
MAX_SLICE_BYTES = 16 * 1024**2
STALE = timedelta(days=3)
LOCK_S = 30.0  # a slice takes a second to write; behind a slow disk a few
AGAIN = ("disk-full", "storage", "staff-unknown", "order-unknown", "standard-unknown")  # mended without sending again


class SliceError(Exception):
    """An answer other than yes: `status` for HTTP, `code` for the text, and what the text needs."""

    def __init__(self, status: int, code: str, **given: Any) -> None:
        super().__init__(f"{status} {code} {given}")
        self.status, self.code, self.given = status, code, given


@dataclass(frozen=True, slots=True)
class UploadProgress:
    """How far an upload is: `received_bytes` surely lies on the disk."""

    id: str
    received_bytes: int
    size_bytes: int


def folder(here: Site) -> Path:
    """Return where unfinished uploads lie."""
    return here.folder / "uploads"


def fingerprint(name: str, size_bytes: int, modified_ms: int, sample: str) -> str:
    """Return what tells the browser's file again; `sample` is its digest of the file's first and last bytes."""
    return hashlib.sha256(f"{name}\0{size_bytes}\0{modified_ms}\0{sample}".encode()).hexdigest()


def begin(here: Site, user_id: int, name: str, size_bytes: int, modified_ms: int, sample: str) -> UploadProgress:
    """Start an upload, or find again the one that this user began with the same file. Raises SliceError."""
    limit = here.settings.max_file_bytes
    if transcripts.is_transcript(name):
        limit = min(limit, transcripts.MAX_BYTES)
    if size_bytes <= 0:
        raise SliceError(422, "empty", name=name)
    if size_bytes > limit:
        raise SliceError(413, "too-large", name=name, limit=limit, size=size_bytes)
    mark = fingerprint(name, size_bytes, modified_ms, sample)
    with here.db.writing() as session:
        row = session.scalar(
            select(Upload).where(
                Upload.user_id == user_id, Upload.state == UploadState.RECEIVING, Upload.fingerprint == mark
            )
        )
        if row is None:
            _room(here, 2 * size_bytes)  # the upload, and then its copy in the storage
            row = Upload(id=str(uuid.uuid4()), user_id=user_id, original_name=name, size_bytes=size_bytes)
            row.fingerprint, row.details = mark, {"modified_ms": modified_ms}
            session.add(row)
        else:  # a restored backup may confirm more than there is
            path = _path(here, row.id)
            row.received_bytes = min(row.received_bytes, path.stat().st_size if path.exists() else 0)
            row.updated_at = now()
        session.flush()
        return UploadProgress(row.id, row.received_bytes, row.size_bytes)


def append(here: Site, user_id: int, upload_id: str, offset: int, length: int, stream: IO[bytes]) -> UploadProgress:
    """Write a slice of `length` bytes at the confirmed offset and confirm it. Raises SliceError.

    A connection that breaks within the slice confirms nothing of it (400).
    """
    if not 0 < length <= MAX_SLICE_BYTES:
        raise SliceError(413, "slice-size", limit=MAX_SLICE_BYTES)
    with _locked(here, upload_id):
        row = _own(here, user_id, upload_id)
        if row.state is not UploadState.RECEIVING:
            raise SliceError(409, "ended", offset=row.received_bytes, state=row.state.value)
        if offset != row.received_bytes:
            raise SliceError(409, "offset", offset=row.received_bytes)
        if offset + length > row.size_bytes:
            raise SliceError(413, "beyond-end", name=row.original_name)
        _room(here, length)
        path = _path(here, upload_id)
        _write(path, offset, length, stream)
        written = transcripts.is_transcript(row.original_name)
        if offset == 0 and not written and kinds.media_type(path) is None:  # two gigabytes later is too late to say so
            code = kinds.fault(path) or "not-audio"
            path.unlink()
            _close(here, upload_id, UploadState.REFUSED, refusal=code)
            raise SliceError(415, code, name=row.original_name)
        with here.db.writing() as session:
            kept = session.get_one(Upload, upload_id)
            kept.received_bytes = offset + length
            kept.updated_at = now()
        return UploadProgress(upload_id, offset + length, row.size_bytes)


def finish(here: Site, user_id: int, upload_id: str, details: Details) -> Received:
    """Hand a whole upload to the intake. A second call answers the same recording.

    Raises SliceError (not whole yet, not this user's) and RefusedError (see `AGAIN` for what may be finished later).
    """
    with _locked(here, upload_id):
        row = _own(here, user_id, upload_id)
        if row.state is UploadState.DONE and row.recording_id is not None:
            return Received(
                row.recording_id, bool(row.details.get("duplicate")), differs=tuple(row.details.get("differs", ()))
            )
        path = _path(here, upload_id)
        if row.state is not UploadState.RECEIVING:
            raise SliceError(409, "ended", offset=row.received_bytes, state=row.state.value)
        if row.received_bytes != row.size_bytes or not path.exists():
            raise SliceError(409, "offset", offset=row.received_bytes if path.exists() else 0)
        modified_s = (row.details.get("modified_ms") or 0) / 1000
        if 0 < modified_s < 2**33:  # the intake takes it for the recording's time where nothing else tells it
            os.utime(path, (modified_s, modified_s))
        storage = open_storage(here.web, here.settings.home)
        try:
            if transcripts.is_transcript(row.original_name):
                received = transcripts.receive_transcripts(here, path, row.original_name, details, user_id)
            else:
                received = receive.receive_file(
                    here.db, storage, here, path, row.original_name, details, user_id, "upload"
                )
        except RefusedError as error:
            if error.code not in AGAIN:
                path.unlink(missing_ok=True)
                _close(here, upload_id, UploadState.REFUSED, refusal=f"{error.message}；{error.advice}")
            raise
        path.unlink(missing_ok=True)
        kept = {**row.details, "duplicate": received.duplicate, "differs": list(received.differs)}
        _close(here, upload_id, UploadState.DONE, recording_id=received.recording_id, details=kept)
        return received


def cancel(here: Site, user_id: int, upload_id: str) -> None:
    """Give an upload up; nothing of it stays on the disk. Raises SliceError."""
    with _locked(here, upload_id):
        row = _own(here, user_id, upload_id)
        _path(here, upload_id).unlink(missing_ok=True)
        with here.db.writing() as session:
            session.delete(session.get_one(Upload, upload_id))
            if row.state is UploadState.RECEIVING:
                audit.record(session, "upload.cancelled", "upload", upload_id, name=hide(row.original_name))
    _lock_path(here, upload_id).unlink(missing_ok=True)


def state_of(here: Site, user_id: int, upload_id: str) -> Upload:
    """The user's upload as it stands. Raises SliceError for one that is not his, or not there any more."""
    with _locked(here, upload_id):
        return _own(here, user_id, upload_id)


def unfinished(session: Session, user_id: int) -> list[Upload]:
    """Return this user's uploads that wait for the rest of their file, the newest first."""
    statement = select(Upload).where(Upload.user_id == user_id, Upload.state == UploadState.RECEIVING)
    return list(session.scalars(statement.order_by(Upload.updated_at.desc(), Upload.id).limit(100)))


def remove_stale(here: Site, moment: datetime | None = None) -> int:
    """Remove uploads that nobody has touched for three days, and files without a row; return how many.

    A chore of the worker.
    """
    before = (moment or now()) - STALE
    with here.db.reading() as session:
        ids = session.scalars(select(Upload.id).where(Upload.updated_at < before)).all()
    removed = 0
    batch = Batch(here.db, "leftovers")
    batch.forget_others(ids)
    for upload_id in ids:
        with batch.row(upload_id, upload_id):
            removed += _removed(here, upload_id, before)
    with here.db.reading() as session:
        alive = set(session.scalars(select(Upload.id)))
    for path in folder(here).glob("*"):
        with contextlib.suppress(OSError):  # one that cannot be removed is seen again in an hour
            if path.stem not in alive and path.stat().st_mtime < before.timestamp():
                path.unlink(missing_ok=True)
    return removed


def _removed(here: Site, upload_id: str, before: datetime) -> bool:
    with _locked(here, upload_id), here.db.writing() as session:
        row = session.get(Upload, upload_id)
        stale = row is not None and row.updated_at < before
        if stale:
            _path(here, upload_id).unlink(missing_ok=True)
            session.delete(row)
        return stale


def free_bytes(here: Site) -> int:
    """Return how much is free on the disk that takes uploads."""
    place = folder(here)
    place.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(place).free


def _room(here: Site, needed: int) -> None:
    free = free_bytes(here)
    if free - needed < here.web.min_free_bytes:
        raise SliceError(507, "disk-full", free=free)


def _path(here: Site, upload_id: str) -> Path:
    return folder(here) / f"{upload_id}.part"


def _lock_path(here: Site, upload_id: str) -> Path:
    return folder(here) / f"{upload_id}.lock"


@contextmanager
def _locked(here: Site, upload_id: str) -> Iterator[None]:
    """Hold an upload. An id that is none of ours is refused before it becomes a path."""
    try:
        plain = str(uuid.UUID(upload_id))
    except ValueError:
        plain = ""
    if plain != upload_id:
        raise SliceError(404, "gone")
    folder(here).mkdir(parents=True, exist_ok=True)
    lock = _lock_path(here, upload_id)
    try:
        with FileLock(lock, timeout=LOCK_S):
            yield
    except Timeout as error:
        raise SliceError(409, "busy") from error
    except SliceError as error:
        if error.given.get("nothing"):
            lock.unlink(missing_ok=True)
        raise


def _own(here: Site, user_id: int, upload_id: str) -> Upload:
    """Return the upload where it is this user's; another's is as if it were not there."""
    with here.db.reading() as session:
        row = session.get(Upload, upload_id)
    if row is None or row.user_id != user_id:
        raise SliceError(404, "gone", nothing=row is None)
    return row


def _write(path: Path, offset: int, length: int, stream: IO[bytes]) -> None:
    fresh = not path.exists()
    if fresh and offset:
        raise SliceError(409, "offset", offset=0)
    with path.open("xb" if fresh else "r+b") as target:
        target.seek(offset)
        left = length
        while left and (piece := stream.read(min(PIECE_BYTES, left))):
            target.write(piece)
            left -= len(piece)
        target.truncate()  # what a broken slice left behind
        target.flush()
        os.fsync(target.fileno())
    if fresh:
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    if left:
        raise SliceError(400, "broken", offset=offset)


def _close(here: Site, upload_id: str, state: UploadState, **values: Any) -> None:
    with here.db.writing() as session:
        row = session.get_one(Upload, upload_id)
        row.state = state
        for name, value in values.items():
            setattr(row, name, value)
        if state is UploadState.REFUSED:
            audit.record(session, "upload.refused", "upload", upload_id, name=hide(row.original_name))
