"""A recording in one line, by name: the one join of technician, team, work order and signer that lists and pages read.

A dataclass says with its fields what it wants; its rows are then built by keyword (`Line(**row._asdict())`).
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from web.models import Exclusion, LegalHold, Recording, Team, Technician, User, Verdict, WorkOrder

_SIGNER = aliased(User, name="signer")
COLUMNS: dict[str, ColumnElement[Any] | InstrumentedAttribute[Any]] = {
    "id": Recording.id,
    "recording_id": Recording.id,
    "revision": Recording.revision,
    "name": Recording.original_name,
    "size_bytes": Recording.size_bytes,
    "has_audio": Recording.stored_key != "",
    "held": exists().where(LegalHold.recording_id == Recording.id).correlate(Recording),
    "excluded": func.coalesce(
        select(Exclusion.reason).where(Exclusion.recording_id == Recording.id).correlate(Recording).scalar_subquery(),
        "",
    ),
    "recorded_at": Recording.recorded_at,
    "duration_s": Recording.duration_s,
    "speech_s": Recording.speech_s,
    "unheard_s": func.coalesce(Recording.unheard_s, 0.0),
    "standard_id": func.coalesce(Recording.standard_id, ""),
    "technician_id": Recording.technician_id,
    "technician": func.coalesce(Technician.name, ""),
    "staff_no": func.coalesce(Technician.staff_no, ""),
    "team": func.coalesce(Team.name, ""),
    "order_no": func.coalesce(WorkOrder.order_no, ""),
    "job_kind": func.coalesce(WorkOrder.job_kind, ""),
    "address_note": func.coalesce(WorkOrder.address_note, ""),
    "order_facts": WorkOrder.facts,
    "technician_channel": Recording.technician_channel,
    "facts": Recording.facts,
    "roles": Recording.roles,
    "note": Recording.note,
    "analysis_id": Recording.analysis_id,
    "state": Recording.state,
    "review_state": Recording.review_state,
    "signed_at": Recording.signed_at,
    "signed_by": func.coalesce(_SIGNER.name, ""),
    "signed_by_id": Recording.signed_by_id,
    "score": Recording.score,
    "machine_score": Recording.machine_score,
    "missed": Recording.missed_count,
    "partly": select(func.count())
    .where(Verdict.recording_id == Recording.id, Verdict.final == "missed", Verdict.final_credit > 0)
    .correlate(Recording)
    .scalar_subquery(),  # of the missed ones: for one recording only, it is counted anew
    "forbidden": Recording.forbidden_count,
    "suspicions": Recording.suspicion_count,
    "not_judged": Recording.not_judged_count,
    "role_confidence": Recording.role_confidence,
    "sampled": Recording.sampled,
}


def columns_of(line: type[Any], **own: Any) -> list[Any]:
    """Labelled columns: `own` by their names, then those of the dataclass's fields that `COLUMNS` knows."""
    named = {field.name: COLUMNS[field.name] for field in fields(line) if field.name in COLUMNS} | own
    return [column.label(name) for name, column in named.items()]


def with_people(statement: Select[Any]) -> Select[Any]:
    """The statement over Recording, joined to all that `columns_of` may name."""
    return (
        statement.outerjoin(Technician, Technician.id == Recording.technician_id)
        .outerjoin(Team, Team.id == Technician.team_id)
        .outerjoin(WorkOrder, WorkOrder.id == Recording.work_order_id)
        .outerjoin(_SIGNER, _SIGNER.id == Recording.signed_by_id)
    )
