"""Transcripts (`python -m analyzer run --json`, or another system's) as recordings without audio, origin imported."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path, PurePath
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from web import queue
from web.db import now
from web.hooks import outbox
from web.intake import receive, rows
from web.intake.analysis import Broken, TranscriptError, documents, parse_analysis, unjudged
from web.intake.details import Details
from web.intake.private import hide
from web.intake.whole import whole as as_written
from web.kit import audit
from web.kit.site import Site
from web.kit.standards import standard
from web.kit.values import plain_json
from web.models import JobKind, Recording, Technician, WorkOrder
from web.uploads.names import readable

SUFFIXES = frozenset({".json", ".srt", ".vtt"})  # of files that are read as transcripts and not as sound
MAX_BYTES = 64 * 1024**2  # of one; an hour's has one or two million


def is_transcript(name: str) -> bool:
    """Whether a file of this name is one of transcripts."""
    return PurePath(name).suffix.lower() in SUFFIXES


def receive_transcripts(here: Site, path: Path, name: str, details: Details, user_id: int | None) -> receive.Received:
    """Take in an uploaded file of transcripts: its first new recording, or the known one. Raises RefusedError."""
    if details.standard_id is None and not _named_standard(path):
        raise receive.RefusedError("standard-unknown", f"「{name}」没有说明标准", "请在表格里选一个标准")
    try:
        made, known = import_file(here, path, details, name, user_id)
    except TranscriptError as error:
        raise receive.RefusedError(error.code, error.message.replace(str(path), f"「{name}」"), error.advice) from error
    return receive.Received((made or known)[0], not made)


def import_file(
    here: Site, path: Path, details: Details, name: str = "", user_id: int | None = None
) -> tuple[list[int], list[int]]:
    """Take in all transcripts of a file; return the new recordings and those that were known already.

    `name` is the file's own where `path` is not.

    A whole Analysis of the wanted standard is taken as it is, anything else is judged by the worker. Raises
    RefusedError, and TranscriptError after the last transcript for the first that could not be read.
    """
    receive.check_details(here.db, details, here)
    made: list[int] = []
    known: list[int] = []
    errors: list[TranscriptError] = []
    for place, sent in documents(path):
        try:
            data = _plain(sent, place)
            document = _document(here, data, place, details)
        except TranscriptError as error:
            errors.append(error)
            continue
        sha256 = hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
        with here.db.writing() as session:
            chosen = select(Recording.id).where(Recording.sha256 == sha256, Recording.deleted_at.is_(None))
            if (there := session.scalar(chosen)) is not None:
                known.append(there)
                continue
            if name and document.get("file") == path.name:
                document["file"] = name
            made.append(_put(session, here, document, sha256, path, details, user_id))
    if errors:
        raise _with_the_others(errors, len(made) + len(known))
    if not made and not known:
        raise TranscriptError("transcript-empty", f"{path} 里没有转写", "请重新导出这份转写")
    return made, known


def _document(here: Site, data: object, place: str, details: Details) -> dict[str, Any]:
    """Return the Analysis to store: the given one (`intake/whole.py`), or one in which nothing has been judged yet."""
    hearing, _facts = parse_analysis(data, place)
    whole: dict[str, Any] = data if isinstance(data, dict) else {}
    named = whole.get("standard")
    stated: dict[str, Any] = named if isinstance(named, dict) else {}
    name = details.standard_id or stated.get("id")
    found = standard(here.lexicons, name if isinstance(name, str) else None)
    if found is None:
        raise TranscriptError("standard", f"{place}：没有说明标准，或没有标准 {name}", "请用 --standard 或清单说明")
    complete = isinstance(whole.get("items"), list) and isinstance(whole.get("score"), dict)
    if complete and stated.get("id") == found.id:
        return as_written(data, place)
    return unjudged(hearing, found)


def _with_the_others(errors: list[TranscriptError], taken: int) -> TranscriptError:
    """The first error, saying what became of the other transcripts of the file."""
    first = errors[0]
    more = f"；另有 {len(errors) - 1} 份也有问题" if len(errors) > 1 else ""
    rest = f"；其余 {taken} 份已收下，改正后重新导入整个文件即可" if taken else ""
    return TranscriptError(first.code, first.message, first.advice + more + rest)


def _plain(sent: object, place: str) -> Any:
    if isinstance(sent, Broken):
        raise sent.error
    try:
        return plain_json(sent)
    except ValueError:
        raise TranscriptError("transcript-json", f"{place} 嵌套太深", "请用 run --json 生成的文件") from None


def _named_standard(path: Path) -> bool:
    """Whether a file says itself by which standard it is judged."""
    try:
        return any(isinstance(data, dict) and isinstance(data.get("standard"), dict) for _at, data in documents(path))
    except TranscriptError:
        return True  # what is wrong with it is said when it is read


def _put(
    session: Session,
    here: Site,
    document: dict[str, Any],
    sha256: str,
    path: Path,
    details: Details,
    user_id: int | None,
) -> int:
    name = readable(str(document.get("file") or path.name))
    order = (
        session.scalar(select(WorkOrder).where(WorkOrder.order_no == details.order_no)) if details.order_no else None
    )
    technician_id = order.technician_id if order else None
    if details.staff_no:
        technician_id = session.scalar(select(Technician.id).where(Technician.staff_no == details.staff_no))
    recorded_at = details.recorded_at or now()
    if recorded_at.tzinfo is None:
        recorded_at = recorded_at.replace(tzinfo=here.zone)
    row = Recording(
        sha256=sha256,
        original_name=name[-255:],
        size_bytes=path.stat().st_size,
        source="import",
        standard_id=document["standard"]["id"],
        technician_id=technician_id,
        work_order_id=order.id if order else None,
        recorded_at=recorded_at,
        recorded_on=recorded_at.astimezone(here.zone).date(),
        facts=dict(details.facts),
        technician_channel=details.technician_channel,
        note=details.note[:500],
        sampled=receive.drawn(sha256, here.web.random_share),
        uploaded_by_id=user_id,
    )
    session.add(row)
    session.flush()
    if document["items"]:
        with outbox.judging(session, row.id):
            rows.record_analysis(session, row.id, document, "imported", name)
    else:
        rows.record_analysis(session, row.id, document, "imported", name)
        queue.enqueue(session, row.id, JobKind.SCORE, "导入转写")
    audit.record(session, "recording.imported", "recording", row.id, name=hide(name))
    return row.id
