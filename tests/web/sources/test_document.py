"""docs/SOURCES.md is tried: its examples are taken as they stand there."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from analyzer.settings import ROOT
from tests.web.sources.conftest import Sound, lay
from tests.web.sources.test_resuming import run
from web.db import Database
from web.models import Recording, Technician
from web.sources.telephony.legs import PAIRS
from web.sources.values import PARTIAL

TEXT = (ROOT / "docs" / "SOURCES.md").read_text("utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)


def test_its_lists_and_sidecars_are_taken(app: Flask, db: Database, tmp_path: Path, sound: Sound) -> None:
    folder = tmp_path / "录音"
    table, row, extensions = blocks("csv")
    for number, name in enumerate(("REC001.wav", "REC002.wav", "REC003.wav")):
        lay(folder, name, sound(number))
    lay(folder, "manifest.csv", table)
    lay(folder, "REC002.json", blocks("json")[0])
    lay(folder, "REC003.csv", row)
    lay(folder, "分机.csv", extensions)
    told = run(app, folder)
    assert told.exit_code == 0, told.output
    assert "不认识" not in told.output
    with db.reading() as session:
        rows = session.execute(
            select(Recording, Technician.staff_no).join(Technician).order_by(Recording.original_name)
        ).all()
    assert [(one.recorded_at, number, one.standard_id) for one, number in rows] == [
        (datetime(2026, 11, 23, 2, 0, tzinfo=UTC), "1001", "property-followup"),
        (datetime(2026, 11, 23, 2, 30, tzinfo=UTC), "1002", "property-followup"),
        (datetime(2026, 11, 23, 3, 0, tzinfo=UTC), "1001", "property-followup"),
    ]
    assert (rows[0][0].facts, rows[0][0].technician_channel) == ({"charged": False}, 0)
    shutil.rmtree(folder)


def test_its_options_are_such_as_are_read() -> None:
    options = json.loads(blocks("json")[1])
    assert all(isinstance(value, dict) for value in options.values())
    assert all(key.startswith(("sftp://", "s3://")) for key in options)


def test_it_names_the_endings_and_sides_that_are_known() -> None:
    assert set(re.findall(r"`(\.\w+)`, ", TEXT.split("are still being written")[0])) <= set(PARTIAL)
    named = TEXT.split("**Two files of one call**")[1]
    assert all(re.search(rf"[-_.]{second}`", named, re.IGNORECASE) for _, second in PAIRS)
