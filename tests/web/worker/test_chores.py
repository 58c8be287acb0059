"""Chores come at their times and outlive their own failures; the drop folder is emptied with reasons."""

from __future__ import annotations

import dataclasses
import os
import shutil
import time
from pathlib import Path

import pytest
from flask import Flask

from tests.samples import sample
from web.config import WebSettings
from web.db import Database
from web.kit.site import Site
from web.models import Recording, RecordingState
from web.queue import doorbell
from web.worker import drop
from web.worker.chores import CHORES, Chore, Housekeeping

SAMPLE = sample("visit-03-heater-rude.m4a")


@pytest.fixture
def dropping(here: Site, tmp_path: Path, people: object) -> Site:
    folder = tmp_path / "投递"
    folder.mkdir()
    return dataclasses.replace(here, web=WebSettings(drop_folder=str(folder)))


def lay(site: Site, name: str, content: bytes, still_s: float = 60.0) -> Path:
    path = Path(site.web.drop_folder) / name
    path.write_bytes(content)
    moment = time.time() - still_s
    os.utime(path, (moment, moment))
    return path


def test_chores_come_when_they_are_due(app: Flask) -> None:
    done: list[str] = []
    chores = [
        Chore("often", 2.0, lambda _: done.append("often")),
        Chore("seldom", 10.0, lambda _: done.append("seldom")),
    ]
    house = Housekeeping(app, chores)
    for now_s in (100.0, 101.0, 102.5, 104.6, 111.0):
        house.step(now_s)
    assert done == ["often", "seldom", "often", "often", "often", "seldom"]


def test_one_that_fails_keeps_no_other_from_its_work(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    def broken(_: Site) -> None:
        raise RuntimeError("out of soap")

    house = Housekeeping(app, [Chore("broken", 1.0, broken), Chore("other", 1.0, lambda _: done.append("x"))])
    house.step(1.0)
    house.step(3.0)
    assert len(done) == 2
    assert [r.message for r in caplog.records] == ["chore broken failed"] * 2


def test_all_chores_of_the_site_run_on_an_empty_one(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    Housekeeping(app, CHORES).step(0.0)
    assert "failed" not in caplog.text


def test_a_recording_in_the_drop_folder_is_taken_in_and_put_aside(
    dropping: Site, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[Site] = []
    monkeypatch.setattr(doorbell, "ring", rung.append)
    path = lay(dropping, "20261123_1001__上门.m4a", SAMPLE.read_bytes())
    dropping = dataclasses.replace(
        dropping, web=dataclasses.replace(dropping.web, file_name_pattern="{date}_{staff_no}__{kind}")
    )
    drop.look(dropping)
    assert not path.exists()
    assert (path.parent / "已收" / path.name).exists()
    with db.reading() as session:
        row = session.query(Recording).one()
        assert (row.original_name, row.source, row.state) == (path.name, "drop", RecordingState.QUEUED)
        assert row.recorded_on.isoformat() == "2026-11-23"
        assert row.technician_id is not None
    assert rung == [dropping]


def test_what_is_refused_lies_beside_its_reason(dropping: Site, db: Database) -> None:
    path = lay(dropping, "名单.mp3", "工号,姓名".encode())
    drop.look(dropping)
    refused = path.parent / "未收"
    assert (refused / "名单.mp3").exists()
    assert "内容是文本，不是录音" in (refused / "名单.mp3.txt").read_text("utf-8")
    with db.reading() as session:
        assert session.query(Recording).count() == 0


def test_a_file_that_still_grows_and_a_hidden_one_are_left(dropping: Site, db: Database) -> None:
    growing = lay(dropping, "a.m4a", SAMPLE.read_bytes(), still_s=3.0)
    hidden = lay(dropping, ".b.m4a", SAMPLE.read_bytes())
    drop.look(dropping)
    assert growing.exists()
    assert hidden.exists()


def test_the_same_recording_again_is_put_aside_without_a_second_row(dropping: Site, db: Database) -> None:
    for _ in range(2):
        path = lay(dropping, "a.m4a", SAMPLE.read_bytes())
        drop.look(dropping)
    assert sorted(p.name for p in (path.parent / "已收").iterdir()) == ["a (2).m4a", "a.m4a"]
    with db.reading() as session:
        assert session.query(Recording).count() == 1


def test_a_missing_folder_is_no_error(dropping: Site) -> None:
    shutil.rmtree(dropping.web.drop_folder)
    drop.look(dropping)
