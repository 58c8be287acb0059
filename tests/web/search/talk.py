"""Recordings in which given words are said, made findable as the worker does it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from tests.web import cast
from tests.web.data import analysis
from web.db import Database
from web.intake import findable, rows
from web.models import Recording, RecordingState, Technician

T, C = "technician", "customer"
CHARACTER_S = 0.2


def saying(*lines: tuple[str, str]) -> dict[str, Any]:
    """An Analysis in which (role, text) are said one after the other, five characters a second, half a second between."""
    document, at_s, transcript = analysis("visit-03"), 1.0, []
    for role, text in lines:
        starts = [round(at_s + CHARACTER_S * i, 2) for i in range(len(text))]
        end_s = round(at_s + CHARACTER_S * len(text), 2)
        transcript.append(
            {
                "start_s": at_s, "end_s": end_s, "speaker": "S2" if role == T else "S1", "role": role, "text": text,
                "confidence": 0.9, "speaker_confidence": 0.9, "char_s": starts, "char_confidence": [0.9] * len(text),
            }
        )  # fmt: skip
        at_s = round(end_s + 0.5, 2)
    for item in document["items"]:
        item["hits"], item["nearest"] = [], None
    return {**document, "transcript": transcript}


def told(session: Session, technician: Technician, name: str, *lines: tuple[str, str], **more: Any) -> int:
    """A judged recording in which this is said; it is found once `read` has been at it."""
    row = cast.recording(session, technician, name, **{"state": RecordingState.JUDGED, **more})
    rows.record_analysis(session, row.id, saying(*lines), "heard")
    assert session.get_one(Recording, row.id).analysis_id
    return row.id


def read(db: Database) -> int:
    """Do what the worker's chore does, to the end."""
    with db.reading() as session:
        ids = findable.waiting(session, 10_000)
    return findable.fill(db, ids)
