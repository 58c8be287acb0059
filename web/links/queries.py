"""The due list: visits that still want a follow-up call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from web.intake.private import hide
from web.kit.access import reads_private, visible
from web.kit.login import Viewer
from web.kit.recording_line import columns_of, with_people
from web.links.reasons import reason
from web.models import Recording, Verdict

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
    """The visits of the last two weeks without a follow-up call, those due soonest first."""
    statement = (
        with_people(
            select(
                *columns_of(
                    DueCall, visited_at=Recording.recorded_at, machine=Verdict.machine, evidence=Verdict.evidence
                )
            )
            .select_from(Recording)
            .join(Verdict, Verdict.recording_id == Recording.id)
        )
        .where(
            Verdict.item_id == "followed-up",
            Verdict.how == "link",
            or_(Verdict.machine.is_(None), Verdict.machine == "missed"),
            Recording.work_order_id.is_not(None),
            Recording.recorded_on >= today - timedelta(days=LOOK_BACK_DAYS),
        )
        .order_by(Recording.recorded_at, Recording.id)
        .limit(MOST)
    )
    calls = []
    for row in session.execute(visible(statement, viewer)):
        values = row._asdict()
        machine, evidence = values.pop("machine"), values.pop("evidence")
        proof = evidence[0] if evidence else {}
        if proof.get("link") in ("followup-awaited", "followup-missing"):
            due, words = proof["values"].get("due", ""), reason(proof["link"], proof["values"])
            if not reads_private(viewer):
                values["address_note"] = hide(values["address_note"])
            calls.append(DueCall(**values, due=due, overdue=machine is not None, reason=words))
    return tuple(sorted(calls, key=lambda call: (call.overdue, call.due)))
