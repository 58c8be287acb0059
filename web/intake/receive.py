"""A finished file becomes a recording. What is acknowledged is safe: the file is synced before its row commits."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from web import queue
from web.config import AnalyzerError
from web.db import Database, now
from web.intake import kinds
from web.intake.details import Details, besides, stated
from web.intake.doom import being_removed, doom, needed
from web.intake.private import hide, tell_number
from web.intake.storage import Storage, Taken
from web.kit import audit
from web.kit.forms import ImpossibleError, possible
from web.kit.lexicons import lexicons_on
from web.kit.site import Site
from web.kit.standards import standard
from web.kit.values import plain_text
from web.models import JobKind, Recording, RecordingState, Technician, WorkOrder

WHILE_REMOVED_S = (0.05, 0.2, 0.5, 1.0, 1.0, 2.0)  # pauses while the same content is being removed


@dataclass(frozen=True, slots=True)
class Received:
    """The recording that a file became, or the one that it already was (`duplicate`).

    `added`: what the new details told about a known recording that was waiting for it; `differs`: what they say
    otherwise than what is known, and what was therefore left as it was until somebody says so. Columns of Recording.
    """

    recording_id: int
    duplicate: bool
    added: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()


class RefusedError(AnalyzerError):
    """A file that is not taken in, with the reason and what to do."""


def receive_file(
    db: Database,
    storage: Storage,
    settings: Site,
    path: Path,
    original_name: str,
    details: Details,
    user_id: int | None,
    source: str,
) -> Received:
    """Take in a file that lies whole at `path` (it stays there; the caller removes it).

    `source`: upload | import | drop | demo. A file whose content is known gives the recording that it already is.
    Raises RefusedError for what cannot be a recording, is over a limit or names an unknown person, order or standard.
    After commit the caller rings the doorbell (`web.queue.doorbell.ring`).
    """
    name = plain_text(original_name)[-255:] or "录音"
    check(path, name, settings, storage)
    check_details(db, details, settings)
    file_time = _file_time(path)
    for pause_s in WHILE_REMOVED_S:
        taken = _stored(storage, path, name)
        with db.writing() as session:
            received = _recorded(session, settings, path, taken, name, details, file_time, user_id, source)
        if received is not None:
            _keep(db, storage, path, name, taken)
            return received
        time.sleep(pause_s)
    raise RefusedError("storage", f"「{name}」：内容相同的一段录音正在删除", "请稍后重试")


def _keep(db: Database, storage: Storage, path: Path, name: str, taken: Taken) -> None:
    """Store the file again where it went before its recording was there to keep it."""
    with db.reading() as session:
        kept = needed(session, taken.key)
    try:
        gone = kept and not storage.exists(taken.key)
    except OSError as error:
        raise _unkept(name, error) from error
    if gone:
        _stored(storage, path, name)


def _recorded(
    session: Session,
    settings: Site,
    path: Path,
    taken: Taken,
    name: str,
    details: Details,
    file_time: datetime,
    user_id: int | None,
    source: str,
) -> Received | None:
    """The row of a stored file; None while a worker removes a file with the same content."""
    if being_removed(session, taken.key):
        return None
    known = session.scalar(select(Recording).where(Recording.sha256 == taken.sha256, Recording.deleted_at.is_(None)))
    if known is not None:
        if known.stored_key != taken.key:  # its sound was erased on purpose
            doom(session, taken.key)
        tell_number(session, known.id, details.customer_phone)
        return _told_again(session, known, details, settings, user_id)
    row = _row(session, settings, taken, name, details, file_time)
    row.media_type = kinds.media_type(path) or ""
    row.source, row.uploaded_by_id = source, user_id
    session.add(row)
    session.flush()
    tell_number(session, row.id, details.customer_phone)
    if row.standard_id is not None:
        queue.enqueue(session, row.id, JobKind.HEAR, user_id=user_id)
    audit.record(session, "recording.received", "recording", row.id, user_id=user_id, name=hide(name), source=source)
    return Received(row.id, False)


def _told_again(session: Session, row: Recording, details: Details, site: Site, user_id: int | None) -> Received:
    """Take from details what a known recording still waits for; what somebody has stated already stays."""
    values, others = stated(session, row, details, site.zone), besides(row, details)
    added = {name: value for name, value in values.items() if getattr(row, name) is None}
    if row.state is not RecordingState.NEEDS_DATA or not added:
        return Received(row.id, True, differs=(*values, *others))
    for name, value in added.items():
        setattr(row, name, value)
    row.facts = dict(details.facts) | (row.facts or {})
    row.technician_channel = details.technician_channel if row.technician_channel is None else row.technician_channel
    row.note = row.note or details.note[:500]
    row.revision += 1
    if row.standard_id is not None:
        queue.enqueue(session, row.id, JobKind.HEAR, user_id=user_id)
    audit.record(session, "recording.details", "recording", row.id, user_id=user_id, fields=list(added))
    differs = (*(name for name in values if name not in added), *besides(row, details))
    return Received(row.id, True, tuple(added), differs)


def check(path: Path, name: str, settings: Site, storage: Storage) -> None:
    """Raise RefusedError for a file that can be seen to be no recording, too large or too much for the disk."""
    try:
        size_bytes = path.stat().st_size
        code = "too-large" if size_bytes > settings.settings.max_file_bytes else kinds.fault(path)
    except OSError:
        code, size_bytes = "unreadable", 0
    if code is not None:
        why, advice = kinds.reason(code, settings.settings.max_file_bytes)
        raise RefusedError(f"audio-{code}", f"「{name}」：{why}", advice)
    free = storage.free_bytes()
    if free is not None and free - size_bytes < settings.web.min_free_bytes:
        raise RefusedError(
            "disk-full",
            f"「{name}」：磁盘空间不足，还剩 {kinds.readable_bytes(free)}",
            "请联系管理员清理磁盘后再上传",
        )


def check_details(db: Database, details: Details, settings: Site) -> None:
    """Raise RefusedError for a person, an order or a standard that nobody knows, and for a time that cannot be."""
    with db.reading() as session:
        if details.staff_no and _technician(session, details.staff_no) is None:
            raise RefusedError(
                "staff-unknown", f"没有工号为 {details.staff_no} 的人员", "请先在“人员”里添加，或改正工号"
            )
        if details.order_no and _order(session, details.order_no) is None:
            raise RefusedError("order-unknown", f"没有编号为 {details.order_no} 的工单", "请先导入工单，或改正工单号")
    if details.recorded_at is not None:
        told = details.recorded_at
        try:
            possible(told.replace(tzinfo=settings.zone) if told.tzinfo is None else told)
        except ImpossibleError as error:
            raise RefusedError("time-impossible", f"录音时间{error}", "请改正文件名、清单或填写的时间") from None
    if details.standard_id:
        _check_standard(db, details.standard_id, details.recorded_at, settings)


def _check_standard(db: Database, standard_id: str, recorded_at: datetime | None, here: Site) -> None:
    """Raise RefusedError for a standard that is not there, or was not on the day by which it would judge."""
    today, folder = here.lexicons, here.lexicons
    if recorded_at is not None:
        told = recorded_at.replace(tzinfo=here.zone) if recorded_at.tzinfo is None else recorded_at
        with db.reading() as session:
            folder = lexicons_on(session, here.settings, told.astimezone(here.zone).date())
    if standard(folder, standard_id) is None and standard(today, standard_id) is not None:
        why, advice = f"录音那天标准 {standard_id} 还没有生效", "请改用当天有效的标准，或先发布一个从那天起生效的版本"
        raise RefusedError("standard-not-yet", why, advice)
    if standard(folder, standard_id) is None:
        raise RefusedError("standard-unknown", f"没有标准 {standard_id}", "请从列表里选一个标准")


def drawn(sha256: str, share: float) -> bool:
    """Whether a recording is drawn for review: by its content alone, so that nobody chooses which."""
    number = int.from_bytes(hashlib.sha256(f"sample {sha256}".encode()).digest()[:8])
    return number < share * 2.0**64


def _stored(storage: Storage, path: Path, name: str) -> Taken:
    try:
        return storage.take(path)
    except OSError as error:
        raise _unkept(name, error) from error


def _unkept(name: str, error: OSError) -> RefusedError:
    return RefusedError("storage", f"「{name}」没能保存：{error.strerror or error}", "请稍后重试；仍不行请联系管理员")


def _row(session: Session, settings: Site, taken: Taken, name: str, details: Details, file_time: datetime) -> Recording:
    order = _order(session, details.order_no) if details.order_no else None
    technician = _technician(session, details.staff_no) if details.staff_no else None
    recorded_at = details.recorded_at or file_time
    if recorded_at.tzinfo is None:
        recorded_at = recorded_at.replace(tzinfo=settings.zone)
    return Recording(
        sha256=taken.sha256,
        original_name=name,
        size_bytes=taken.size_bytes,
        stored_key=taken.key,
        standard_id=details.standard_id or None,
        technician_id=technician.id if technician else order.technician_id if order else None,
        work_order_id=order.id if order else None,
        recorded_at=recorded_at,
        recorded_on=recorded_at.astimezone(settings.zone).date(),
        facts=dict(details.facts),
        technician_channel=details.technician_channel,
        note=details.note[:500],
        state=RecordingState.NEEDS_DATA,
        sampled=drawn(taken.sha256, settings.web.random_share),
    )


def _file_time(path: Path) -> datetime:
    """When the file was written last; now, where the clock that wrote it was wrong."""
    try:
        return possible(datetime.fromtimestamp(path.stat().st_mtime, UTC))
    except (ValueError, OverflowError, OSError):
        return now()


def _technician(session: Session, staff_no: str) -> Technician | None:
    return session.scalar(select(Technician).where(Technician.staff_no == staff_no))


def _order(session: Session, order_no: str) -> WorkOrder | None:
    return session.scalar(select(WorkOrder).where(WorkOrder.order_no == order_no))
