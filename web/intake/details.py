"""What people say about a recording: who was there, which order, which standard, when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.models import Recording, Technician, WorkOrder

MINUTE_S = 60.0  # forms show minutes: a smaller difference is nobody's change


@dataclass(frozen=True, slots=True)
class Details:
    """What is told about a recording; everything may be missing. `technician_channel` counts from 0.

    A `recorded_at` without a zone is in the site's zone. Of `customer_phone` only its digest is kept: whoever asks for
    what is kept of him is found by it.
    """

    standard_id: str | None = None
    staff_no: str | None = None
    order_no: str | None = None
    recorded_at: datetime | None = None
    facts: Mapping[str, bool] = field(default_factory=dict)
    technician_channel: int | None = None
    note: str = ""
    customer_phone: str = ""


def stated(session: Session, row: Recording, details: Details, zone: ZoneInfo) -> dict[str, object]:
    """The columns of `row` that `details` would change, with their new values."""
    values: dict[str, object] = {}
    if details.standard_id:
        values["standard_id"] = details.standard_id
    if details.staff_no:
        values["technician_id"] = session.scalar(select(Technician.id).where(Technician.staff_no == details.staff_no))
    if details.order_no:
        order = session.scalar(select(WorkOrder).where(WorkOrder.order_no == details.order_no))
        if order is not None:
            values["work_order_id"] = order.id
            values.setdefault("technician_id", row.technician_id or order.technician_id)
    if details.recorded_at is not None:
        moment = details.recorded_at
        moment = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
        if abs((moment - row.recorded_at).total_seconds()) >= MINUTE_S:
            values |= {"recorded_at": moment, "recorded_on": moment.astimezone(zone).date()}
    return {name: value for name, value in values.items() if getattr(row, name) != value}


def besides(row: Recording, details: Details) -> dict[str, object]:
    """The same of what decides nobody's account: facts, channel, note. Facts that are not told stay."""
    facts = dict(row.facts or {})
    values = {
        "facts": facts | dict(details.facts),
        "technician_channel": row.technician_channel
        if details.technician_channel is None
        else details.technician_channel,
        "note": details.note[:500] or row.note,
    }
    stands = {"facts": facts, "technician_channel": row.technician_channel, "note": row.note}
    return {name: value for name, value in values.items() if stands[name] != value}
