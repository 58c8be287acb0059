"""One person's data as a zip: 数据.json and the sound. Written a recording at a time, never as a whole in memory."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO, Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from web.db import now
from web.intake.effective import heard_document
from web.intake.private import discreet, hide
from web.intake.seen import as_decided, decided_verdicts
from web.intake.storage import Storage
from web.kit.site import Site
from web.models import (
    AnalysisDocument,
    ApiToken,
    Appeal,
    AppealStep,
    CalibrationAgreement,
    CoachingNote,
    Decision,
    Identity,
    PrivateWords,
    Recording,
    SignOff,
    Technician,
    TranscriptEdit,
    User,
    WorkOrder,
)
from web.privacy.person import Person

SCHEMA = 1
PIECE_BYTES = 1024**2
_OWN = ("staff_no", "name", "active", "example_consent", "created_at")
_ORDER = ("order_no", "job_kind", "address_note", "appointment_at", "finished_at", "facts", "created_at")
_TOKEN = ("name", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")  # never what opens something
_RECORDING = (
    "id", "original_name", "size_bytes", "sha256", "source", "uploaded_at", "recorded_at", "standard_id", "facts", "note",
    "state", "duration_s", "score", "machine_score", "review_state", "signed_at", "audio_erased_at", "words_erased_at",
)  # fmt: skip


def write(here: Site, storage: Storage, person: Person, target: IO[bytes]) -> int:
    """Write the package; return how many sound files are in it.

    A technician's holds other people's private words neither in text nor in sound; what is not ready without them is
    left out and named in `left_out`.
    """
    sounds, left_out = 0, []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as package:
        with package.open("数据.json", "w", force_zip64=True) as out:
            for piece in _text(here, person):
                out.write(piece.encode())
        for number in person.recordings:
            with here.db.reading() as session:
                key, ready = _sound(session, person, number)
            if key and storage.exists(key):
                with storage.open(key) as source, package.open(f"录音/{number}", "w", force_zip64=True) as out:
                    while piece_bytes := source.read(PIECE_BYTES):
                        out.write(piece_bytes)
                sounds += 1
            elif not ready:
                left_out.append(number)
        if left_out:
            package.writestr(
                "没有放进来的录音.txt", "去掉他人隐私的声音还没有做好，请稍后再导出：\n" + "\n".join(map(str, left_out))
            )
    return sounds


def _sound(session: Session, person: Person, number: int) -> tuple[str, bool]:
    """The file of a recording for this person ("" for none), and whether that is final."""
    row = session.get_one(Recording, number)
    if not person.is_technician or not row.stored_key:
        return row.stored_key, True
    private = session.get(PrivateWords, number)
    if private is None or private.state != "ready":
        return "", False
    return private.stored_key or row.stored_key, True


def _text(here: Site, person: Person) -> Iterator[str]:
    """The JSON, a recording at a time."""
    with here.db.reading() as session:
        head = {
            "schema": SCHEMA,
            "made_at": now(),
            "by": person.by.value,
            "value": person.value,
            **_about(session, person),
        }
    yield _json(head)[:-1] + ',"recordings":['
    for place, number in enumerate(person.recordings):
        with here.db.reading() as session:
            yield ("," if place else "") + _json(_recording(session, person, session.get_one(Recording, number)))
    yield "]}"


def _about(session: Session, person: Person) -> dict[str, Any]:
    orders = [_fields(row, _ORDER) for row in session.scalars(select(WorkOrder).where(WorkOrder.id.in_(person.orders)))]
    if person.technician_id is None:
        return {"orders": orders}
    row = session.get_one(Technician, person.technician_id)
    notes = session.scalars(select(CoachingNote).where(CoachingNote.technician_id == row.id).order_by(CoachingNote.id))
    user = session.scalar(select(User).where(User.technician_id == row.id))
    account = (
        None if user is None else _fields(user, ("username", "name", "email", "active", "created_at", "last_login_at"))
    )
    identity = user and session.scalar(select(Identity).where(Identity.user_id == user.id))
    made = user and session.scalars(select(ApiToken).where(ApiToken.user_id == user.id).order_by(ApiToken.id))
    return {
        "technician": _fields(row, _OWN),
        "account": account,
        "company_login": identity
        and _fields(identity, ("issuer", "subject", "username", "name", "created_at", "last_at")),
        "api_tokens": [_fields(one, _TOKEN) for one in made or ()],
        "coaching": [_fields(n, ("at", "text", "action", "due_on", "done_at")) for n in notes],
    }


def _recording(session: Session, person: Person, row: Recording) -> dict[str, Any]:
    """A recording with its words as heard and as corrected, the verdicts that hold, and what people wrote about it."""
    made = _fields(row, _RECORDING)
    if row.analysis_id is not None:
        judged = session.scalar(select(AnalysisDocument.body).where(AnalysisDocument.analysis_id == row.analysis_id))
        heard = heard_document(session, row.id) or {}
        if judged is not None:
            made["analysis"] = as_decided(
                {**judged, "transcript": heard.get("transcript", [])}, decided_verdicts(session, row.id)
            )
    for name, table, columns in (
        ("corrections", TranscriptEdit, ("line", "field", "after", "at")),
        ("decisions", Decision, ("item_id", "at", "action", "before", "after", "note")),
        ("signatures", SignOff, ("edition", "at", "score", "note")),
        ("appeals", Appeal, ("item_id", "at", "text", "state", "resolution")),
    ):
        rows: Any = session.scalars(select(table).where(table.recording_id == row.id).order_by(table.id))
        made[name] = [_fields(one, columns) for one in rows]
    steps = session.scalars(
        select(AppealStep)
        .join(Appeal, Appeal.id == AppealStep.appeal_id)
        .where(Appeal.recording_id == row.id)
        .order_by(AppealStep.id)
    )
    made["appeal_steps"] = [
        _fields(one, ("at", "what", "outcome", "text", "before", "after", "score_before", "score_after"))
        for one in steps
    ]
    agreed = session.scalars(select(CalibrationAgreement).where(CalibrationAgreement.recording_id == row.id))
    made["calibration"] = [_fields(one, ("item_id", "verdict", "sentence", "note", "at")) for one in agreed]
    return _discreet(made) if person.is_technician else made


def _discreet(made: Mapping[str, Any]) -> dict[str, Any]:
    analysis = {"analysis": discreet(made["analysis"])} if "analysis" in made else {}
    rest = {key: _hidden(value) for key, value in made.items() if key not in ("analysis", "sha256")}
    return {**rest, **analysis}


def _hidden(value: Any) -> Any:
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, list):
        return [_hidden(one) for one in value]
    return {key: _hidden(one) for key, one in value.items()} if isinstance(value, dict) else value


def _fields(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    known = inspect(type(row)).columns.keys()
    return {name: getattr(row, name) for name in names if name in known}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
