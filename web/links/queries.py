"""The due list: visits that still want a follow-up call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from web.kit.access import visible
from web.kit.login import Viewer
from web.links.reasons import told
from web.models import Recording, Technician, Verdict, WorkOrder

LOOK_BACK_DAYS = 14
MOST = 500


@dataclass(frozen=True, slots=True)
class DueCall:
    """A visit to be followed up: until when, or since when overdue."""

    recording_id: int
    order_no: str
    job_kind: str
    address_note: str
    technician: str
    visited_at: datetime
    due: str
    overdue: bool
    reason: str


def due_calls(session: Session, viewer: Viewer, today: date) -> tuple[DueCall, ...]:
    """Return the visits of the last two weeks without a follow-up call, those due soonest first."""
    statement = (
        select(Recording, Verdict.machine, Verdict.evidence, WorkOrder, Technician.name)
        .join(Verdict, Verdict.recording_id == Recording.id)
        .join(WorkOrder, WorkOrder.id == Recording.work_order_id)
        .outerjoin(Technician, Technician.id == Recording.technician_id)
        .where(
            Verdict.item_id == "followed-up",
            Verdict.how == "link",
            or_(Verdict.machine.is_(None), Verdict.machine == "missed"),
            Recording.recorded_on >= today - timedelta(days=LOOK_BACK_DAYS),
        )
        .order_by(Recording.recorded_at)
        .limit(MOST)
    )
    found = []
    for recording, machine, evidence, order, technician in session.execute(visible(statement, viewer)):
        proof = evidence[0] if evidence else {}
        if proof.get("link") not in ("followup-awaited", "followup-missing"):
            continue
        found.append(
            DueCall(
                recording.id,
                order.order_no,
                order.job_kind,
                order.address_note,
                technician or "",
                recording.recorded_at,
                proof["values"].get("due", ""),
                machine is not None,
                told(proof["link"], proof["values"]),
            )
        )
    return tuple(sorted(found, key=lambda call: (call.overdue, call.due)))
