"""What was said about a file that is here already and stands otherwise: offered to be put in, never put in unasked."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from web.intake.details import Details, besides, stated
from web.models import Recording, ReviewState
from web.uploads.sheet import MOMENT


def offer(session: Session, recording_id: int, details: Details, zone: ZoneInfo) -> dict[str, str]:
    """The cells of the recording's form that the details would change, as its address takes them; none once signed."""
    row = session.get_one(Recording, recording_id)
    if row.review_state is ReviewState.SIGNED:
        return {}
    values, others = stated(session, row, details, zone), besides(row, details)
    cells: dict[str, str] = {}
    if values.get("technician_id") is not None:
        cells["technician"] = str(values["technician_id"])
    if "work_order_id" in values:
        cells["order_no"] = details.order_no or ""
    if "standard_id" in values:
        cells["standard"] = details.standard_id or ""
    if details.recorded_at is not None and "recorded_at" in values:
        moment = details.recorded_at
        cells["recorded_at"] = (moment if moment.tzinfo is None else moment.astimezone(zone)).strftime(MOMENT)
    if "technician_channel" in others and details.technician_channel is not None:
        cells["channel"] = str(details.technician_channel + 1)
    if "note" in others:
        cells["note"] = details.note[:500]
    if "facts" in others:
        cells |= {f"fact-{name}": "yes" if value else "no" for name, value in details.facts.items()}
    return {f"offer-{name}": value for name, value in cells.items()}
