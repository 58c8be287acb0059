"""Two real recordings of the samples with what the analyzer said of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.samples import sample
from tests.web import cast
from web.db import Database
from web.intake import rows
from web.intake.storage import open_storage
from web.kit.site import KEY
from web.models import Recording, RecordingState, Technician

DATA = Path(__file__).parent.parent / "data"


def document(name: str) -> dict[str, Any]:
    """The Analysis JSON of a sample, as `analyzer run` gave it."""
    found: dict[str, Any] = json.loads((DATA / f"{name}.analysis.json").read_text("utf-8"))
    return found


def stored(app: Flask, technician: Technician | None, file: str, name: str, **more: Any) -> int:
    """A sample that is stored and judged; returns its id."""
    here = app.extensions[KEY]
    taken = open_storage(here.web, here.settings.home).take(sample(file))
    found = document(name)
    with here.db.writing() as session:
        row = cast.recording(
            session,
            technician,
            file,
            sha256=taken.sha256,
            stored_key=taken.key,
            size_bytes=taken.size_bytes,
            duration_s=found["duration_s"],
            standard_id=found["standard"]["id"],
            **{"media_type": "audio/mp4", "state": RecordingState.JUDGED, **more},
        )
        rows.record_analysis(session, row.id, found, "heard")
        return row.id


@pytest.fixture
def visit(app: Flask, people: dict[str, Any]) -> int:
    """王师傅 was rude about a water heater."""
    return stored(app, people["wang"], "visit-03-heater-rude.m4a", "visit-03")


@pytest.fixture
def call(app: Flask, people: dict[str, Any]) -> int:
    """李师傅 called a day later; the tap still leaked."""
    return stored(app, people["li"], "followup-02-still-leaking.opus", "followup-02", media_type="audio/ogg")


@pytest.fixture
def recording_of(db: Database) -> Any:
    """Return a function that reads a recording's row as it now is."""

    def read(number: int) -> Recording:
        with db.reading() as session:
            return session.get_one(Recording, number)

    return read
