"""Judged recordings of the cast, stored through the one door (web.intake.rows), with summaries computed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from tests.web import cast
from tests.web.data import analysis
from web.intake.rows import record_analysis
from web.models import Recording, Technician

ITEM = "greeting"  # missed in visit-03


def judged(session: Session, technician: Technician, name: str, day: dt.date, **more: Any) -> Recording:
    """A visit on a day at 10:00 in Shanghai, judged as visit-03 was; `met`: clauses that are met instead."""
    document = analysis("visit-03")
    for item in document["items"]:
        if item["id"] in more.get("met", ()):
            item["verdict"], item["credit"] = "met", 1.0
    order = cast.order(session, technician, f"WO-{name}", appointment_at=_at(day)) if more.get("order") else None
    row = cast.recording(
        session,
        technician,
        f"{name}.mp3",
        recorded_at=_at(day),
        recorded_on=day,
        work_order_id=order.id if order else None,
    )
    record_analysis(session, row.id, document, origin="heard")
    return row


def _at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(2), dt.UTC)
