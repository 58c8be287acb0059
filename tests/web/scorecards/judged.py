"""Judged recordings of the cast, stored through the one door (web.intake.rows), with summaries computed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from tests.web import cast
from tests.web.data import analysis
from web.db import Database
from web.intake.rows import record_analysis
from web.models import Recording, Technician
from web.summaries.keep import refresh_stale

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


def september(db: Database, people: dict[str, Any]) -> None:
    """王 (东区): six visits with orders, one signed; 李 (西区): two. Scores differ by what was met."""
    missed = [i["id"] for i in analysis("visit-03")["items"] if i["kind"] == "required" and i["verdict"] == "missed"]
    with db.writing() as session:
        for n in range(6):
            row = judged(session, people["wang"], f"王{n}", dt.date(2026, 9, 1 + n), met=missed[: n * 2], order=True)
            if n == 0:
                cast.sign(session, row)
        for n in range(2):
            judged(session, people["li"], f"李{n}", dt.date(2026, 9, 21 + n))
    refresh_stale(db)


def _at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(2), dt.UTC)
