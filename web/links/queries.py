"""The due list: visits that still want a follow-up call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from web.intake.private import hide
from web.kit.access import reads_private, visible
from web.kit.counts import counted
from web.kit.login import Viewer
from web.kit.recording_line import columns_of, with_people
from web.kit.site import today
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


def due_calls(session: Session, viewer: Viewer, day: date) -> tuple[DueCall, ...]:
    """The visits of the last two weeks without a follow-up call, those due soonest first."""
    statement = (
        _due(viewer, day)
        .with_only_columns(
            *columns_of(DueCall, visited_at=Recording.recorded_at, machine=Verdict.machine, evidence=Verdict.evidence)
        )
        .order_by(Recording.recorded_at, Recording.id)
        .limit(MOST)
    )
    calls = []
    for row in session.execute(with_people(statement)):
        values = row._asdict()
        machine, proof = values.pop("machine"), values.pop("evidence")[0]
        if not reads_private(viewer):
            values["address_note"] = hide(values["address_note"])
        words = reason(proof["link"], proof["values"])
        calls.append(DueCall(**values, due=proof["values"].get("due", ""), overdue=machine is not None, reason=words))
    return tuple(sorted(calls, key=lambda call: (call.overdue, call.due)))


@counted("links.due", most=MOST)
def _due_today(viewer: Viewer) -> Select[Any]:
    return _due(viewer, today())


def _due(viewer: Viewer, day: date) -> Select[Any]:
    statement = (
        select(Recording.id)
        .select_from(Recording)
        .join(Verdict, Verdict.recording_id == Recording.id)
        .where(
            Verdict.item_id == "followed-up",
            Verdict.how == "link",
            or_(Verdict.machine.is_(None), Verdict.machine == "missed"),
            Verdict.evidence[(0, "link")].as_string().in_(("followup-awaited", "followup-missing")),
            Recording.work_order_id.is_not(None),
            Recording.recorded_on >= day - timedelta(days=LOOK_BACK_DAYS),
        )
    )
    return visible(statement, viewer)
