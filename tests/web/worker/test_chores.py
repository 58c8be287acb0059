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
from web.models import Recording, RecordingState, Technician
from web.queue import doorbell
from web.sources import watch
from web.worker.chores import CHORES, Chore, Housekeeping

SAMPLE = sample("visit-03-heater-rude.m4a")


@pytest.fixture
def dropping(here: Site, tmp_path: Path, people: object) -> Site:
    folder = tmp_path / "投递"
    folder.mkdir()
    return dataclasses.replace(
        here, web=WebSettings(drop_still_seconds=0, drop_wait_seconds=0, drop_folder=str(folder))
    )


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
    watch.Watch().look(dropping)
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
    watch.Watch().look(dropping)
    refused = path.parent / "未收"
    assert (refused / "名单.mp3").exists()
    assert "内容是文本，不是录音" in (refused / "名单.mp3.why.txt").read_text("utf-8")
    with db.reading() as session:
        assert session.query(Recording).count() == 0


def test_a_file_that_still_grows_and_a_hidden_one_are_left(dropping: Site, db: Database) -> None:
    growing = lay(dropping, "a.m4a", SAMPLE.read_bytes(), still_s=3.0)
    dropping = dataclasses.replace(dropping, web=dataclasses.replace(dropping.web, drop_still_seconds=10))
    hidden = lay(dropping, ".b.m4a", SAMPLE.read_bytes())
    watch.Watch().look(dropping)
    assert growing.exists()
    assert hidden.exists()


def test_the_same_recording_again_is_put_aside_without_a_second_row(dropping: Site, db: Database) -> None:
    for _ in range(2):
        path = lay(dropping, "a.m4a", SAMPLE.read_bytes())
        watch.Watch().look(dropping)
    assert sorted(p.name for p in (path.parent / "已收").iterdir()) == ["a (2).m4a", "a.m4a"]
    with db.reading() as session:
        assert session.query(Recording).count() == 1


def test_a_link_in_the_drop_folder_is_not_followed(dropping: Site, db: Database, tmp_path: Path) -> None:
    secret = tmp_path / "别人的.m4a"
    shutil.copy(SAMPLE, secret)
    folder = Path(dropping.web.drop_folder)
    (folder / "a.m4a").symlink_to(secret)
    (folder / "悬空.m4a").symlink_to(tmp_path / "没有")
    (folder / "文件夹.m4a").symlink_to(tmp_path)
    for link in folder.iterdir():
        os.utime(link, (0, 0), follow_symlinks=False)
    watch.Watch().look(dropping)
    assert "没有跟随" in (folder / "未收" / "a.m4a.why.txt").read_text("utf-8")
    assert sorted(p.name for p in folder.iterdir()) == ["未收"]
    assert secret.exists()
    with db.reading() as session:
        assert session.query(Recording).count() == 0


def test_a_file_that_becomes_a_link_while_it_is_looked_at_is_not_followed(
    dropping: Site, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "别人的.m4a"
    secret.write_bytes(SAMPLE.read_bytes() + b"secret")
    path = lay(dropping, "a.m4a", SAMPLE.read_bytes())
    take = watch.receive_file

    def swap(*given: object) -> object:
        path.unlink()
        path.symlink_to(secret)
        return take(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(watch, "receive_file", swap)
    watch.Watch().look(dropping)
    with db.reading() as session:
        assert session.query(Recording).one().size_bytes == SAMPLE.stat().st_size


def test_a_name_that_names_two_people_is_refused_and_one_by_name_alone_is_found(dropping: Site, db: Database) -> None:
    dropping = dataclasses.replace(
        dropping, web=dataclasses.replace(dropping.web, file_name_pattern="{staff_no}_{name}_{kind}|{name}_{kind}")
    )
    wrong = lay(dropping, "1001_李师傅_上门.m4a", SAMPLE.read_bytes())
    watch.Watch().look(dropping)
    assert "工号和姓名不是一个人" in (wrong.parent / "未收" / f"{wrong.name}.why.txt").read_text("utf-8")
    lay(dropping, "李师傅_上门.m4a", SAMPLE.read_bytes())
    watch.Watch().look(dropping)
    with db.reading() as session:
        row = session.query(Recording).one()
        assert session.get_one(Technician, row.technician_id).staff_no == "1002"


def test_nothing_is_written_through_a_link_that_waits_beside(dropping: Site, tmp_path: Path) -> None:
    target = tmp_path / "passwd"
    target.write_text("root")
    path = lay(dropping, "名单.mp3", "工号,姓名".encode())
    (path.parent / "未收").mkdir()
    (path.parent / "未收" / "名单.mp3.why.txt").symlink_to(target)
    watch.Watch().look(dropping)  # the file is set aside, the others go on
    assert target.read_text() == "root"


def test_what_a_name_says_otherwise_of_a_known_recording_is_written_beside_it(dropping: Site) -> None:
    dropping = dataclasses.replace(
        dropping, web=dataclasses.replace(dropping.web, file_name_pattern="{date}_{staff_no}__{kind}")
    )
    for number in ("1001", "1002"):
        path = lay(dropping, f"20261123_{number}__上门.m4a", SAMPLE.read_bytes())
        watch.Watch().look(dropping)
    taken = path.parent / "已收"
    assert "这次填写的人员和已有的不同" in (taken / f"{path.name}.why.txt").read_text("utf-8")
    assert len([*taken.iterdir()]) == 3


def test_a_missing_folder_is_no_error(dropping: Site) -> None:
    shutil.rmtree(dropping.web.drop_folder)
    watch.Watch().look(dropping)
