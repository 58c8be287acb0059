"""A recording's sound over the API: by ranges, muted and refused exactly where its page would be."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.samples import sample
from tests.web.api.conftest import Programs
from tests.web.recordings.conftest import stored
from web.db import Database
from web.intake.storage import open_storage
from web.kit.site import KEY
from web.models import AuditEntry, PrivateWords, Recording

SOUND = sample("visit-03-heater-rude.m4a").read_bytes()
SILENT = b"silent where a number was said"


@pytest.fixture
def visit(app: Flask, people: dict[str, Any]) -> int:
    return stored(app, people["wang"], "visit-03-heater-rude.m4a", "visit-03")


def muted(app: Flask, db: Database, number: int) -> None:
    """The copy that the worker makes for those who may not hear private words."""
    here = app.extensions[KEY]
    storage = open_storage(here.web, here.settings.home)
    with tempfile.NamedTemporaryFile() as made:
        made.write(SILENT)
        made.flush()
        key = storage.take(Path(made.name)).key
    with db.writing() as session:
        session.merge(PrivateWords(recording_id=number, state="ready", stamp="x", spans=[], stored_key=key))


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        ("", 200, SOUND),
        ("bytes=0-99", 206, SOUND[:100]),
        ("bytes=-50", 206, SOUND[-50:]),
        (f"bytes={len(SOUND)}-", 416, None),
    ],
)
def test_it_comes_whole_or_by_ranges(
    db: Database, program: Programs, visit: int, asked: str, status: int, body: bytes | None
) -> None:
    answer = program("qa").get(f"/recordings/{visit}/audio", headers={"Range": asked} if asked else {}, buffered=True)
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"
    if body is None:
        assert answer.mimetype == "application/problem+json"
        return
    assert (answer.data, answer.mimetype) == (body, "audio/mp4")
    with db.reading() as session:
        assert session.scalars(select(AuditEntry.action).where(AuditEntry.action == "listen")).all() == ["listen"]


def test_who_may_not_hear_private_words_gets_the_silent_copy_or_none(
    app: Flask, db: Database, program: Programs, visit: int
) -> None:
    manager, path = program("manager"), f"/recordings/{visit}/audio"
    assert manager.get(path).status_code == 404, "nobody has looked yet which words are private"
    muted(app, db, visit)
    for more in ("", "?original=true"):
        assert manager.get(path + more, buffered=True).data == SILENT
    assert program("qa").get(path, buffered=True).data == SOUND


def test_whose_page_is_closed_hears_nothing(
    app: Flask, db: Database, people: dict[str, Any], program: Programs, visit: int
) -> None:
    path = f"/recordings/{visit}/audio"
    assert program("qa", "recordings:read").get(path).status_code == 403, "sound has a scope of its own"
    assert program("technician").get(path).status_code == 404, "it is not signed"
    muted(app, db, visit)
    assert program("manager_east").get(path, buffered=True).status_code == 200
    with db.writing() as session:
        session.get_one(Recording, visit).technician_id = people["li"].id
    assert program("manager_east").get(path).status_code == 404, "another team's"
    with db.writing() as session:
        session.get_one(Recording, visit).stored_key = ""
    assert program("qa").get(path).status_code == 404
