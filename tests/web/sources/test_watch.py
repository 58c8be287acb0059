"""The drop folder: what lies still is taken with what is told about it; what is wrong is written beside."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.web.sources.conftest import Sound, lay
from tests.web.sources.test_resuming import ANSWERED, NO_ANSWER, only
from web.db import Database
from web.kit.site import Site
from web.models import Recording, RecordingState, SetAside, Technician
from web.sources import moving, watch
from web.sources.watch import Watch

LONG_AGO_S = 600.0


@pytest.fixture
def dropping(here: Site, tmp_path: Path, people: object) -> Site:
    folder = tmp_path / "投递"
    folder.mkdir()
    return with_settings(here, drop_folder=str(folder), drop_still_seconds=0, drop_wait_seconds=0)


def with_settings(here: Site, **more: object) -> Site:
    return dataclasses.replace(here, web=dataclasses.replace(here.web, **more))  # type: ignore[arg-type]


def drop(here: Site, name: str, content: bytes | str) -> Path:
    path = lay(Path(here.web.drop_folder), name, content)
    moment = time.time() - LONG_AGO_S
    os.utime(path, (moment, moment))
    return path


class Clock:
    """A monotonic clock that goes on when told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 1000.0
        monkeypatch.setattr(watch.time, "monotonic", lambda: self.now_s)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def count(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(Recording)) or 0


def test_a_copy_that_keeps_its_originals_time_is_not_taken_before_its_size_stands_still(
    dropping: Site, db: Database, sound: Sound, clock: Clock
) -> None:
    here = with_settings(dropping, drop_still_seconds=10)
    whole = sound(1, 1.0)
    drop(here, "a.wav", whole[:4000])
    one = Watch()
    one.look(here)
    clock.now_s += 8
    drop(here, "a.wav", whole)
    one.look(here)
    clock.now_s += 8
    one.look(here)
    assert count(db) == 0, "sixteen seconds, but not ten as it is now"
    clock.now_s += 3
    one.look(here)
    assert only(db).size_bytes == len(whole)


@pytest.mark.parametrize("name", ["a.wav.part", "a.wav.tmp", "a.wav.crdownload", "~$a.wav", ".a.wav"])
def test_a_name_that_is_still_being_written_is_left(dropping: Site, db: Database, sound: Sound, name: str) -> None:
    path = drop(dropping, name, sound(1))
    Watch().look(dropping)
    assert (path.exists(), count(db)) == (True, 0)


def test_a_sidecar_tells_and_goes_with_its_recording(dropping: Site, db: Database, sound: Sound) -> None:
    path = drop(dropping, "a.wav", sound(1))
    drop(dropping, "a.json", '{"工号": "1002", "标准": "回访", "心情": "好"}')
    Watch().look(dropping)
    aside = path.parent / "已收"
    assert sorted(p.name for p in aside.iterdir()) == ["a.json", "a.wav", "a.wav.why.txt"]
    assert "不认识的列没有用：心情" in (aside / "a.wav.why.txt").read_text("utf-8")
    assert (only(db).standard_id, only(db).state) == ("property-followup", RecordingState.QUEUED)


def test_a_bad_sidecar_has_both_refused_with_the_reason(dropping: Site, db: Database, sound: Sound) -> None:
    path = drop(dropping, "a.wav", sound(1))
    drop(dropping, "a.csv", "工号\n9999\n")
    other = drop(dropping, "b.wav", sound(2))
    Watch().look(dropping)
    aside = path.parent / "未收"
    assert sorted(p.name for p in aside.iterdir()) == ["a.csv", "a.wav", "a.wav.why.txt"]
    assert "没有找到“9999”" in (aside / "a.wav.why.txt").read_text("utf-8")
    assert (other.exists(), only(db).original_name) == (False, "b.wav")


def test_a_recording_without_a_standard_waits_for_its_sidecar_but_not_for_ever(
    dropping: Site, db: Database, sound: Sound, clock: Clock
) -> None:
    here = with_settings(dropping, drop_wait_seconds=60)
    drop(here, "a.wav", sound(1))
    drop(here, "b.wav", sound(2))
    one = Watch()
    one.look(here)
    assert count(db) == 0
    clock.now_s += 20
    drop(here, "a.json", '{"标准": "回访"}')
    one.look(here)
    assert only(db).standard_id == "property-followup"
    clock.now_s += 41
    one.look(here)
    assert count(db) == 2, "b has waited for its minute"


def test_a_sidecar_that_comes_later_still_tells_about_what_was_taken(
    dropping: Site, db: Database, sound: Sound
) -> None:
    path = drop(dropping, "a.wav", sound(1))
    one = Watch()
    one.look(dropping)
    assert only(db).state is RecordingState.NEEDS_DATA
    drop(dropping, "a.json", '{"标准": "回访", "工号": "1001"}')
    one.look(dropping)
    assert (only(db).standard_id, only(db).state) == ("property-followup", RecordingState.QUEUED)
    assert sorted(p.name for p in (path.parent / "已收").iterdir()) == ["a.json", "a.wav"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.srt", "1\n00:00:01,000 --> 00:00:05,000\n技师：您好\n"),
        ("a.json", json.dumps([{"sentence_info": [{"text": "您好", "start": 500, "end": 3200, "spk": 0}]}])),
        ("a.json", json.dumps([{"text": "。" * watch.MOST_SIDECAR_BYTES}])),
    ],
)
def test_a_transcript_is_refused_at_once_and_its_owner_told_where_it_goes(
    dropping: Site, db: Database, name: str, content: str
) -> None:
    """Not after the hour that a sidecar waits; and what was said is not the word of whoever may write into the folder."""
    path = drop(dropping, name, content)
    Watch().look(dropping)
    assert count(db) == 0
    assert "flask import" in (path.parent / "未收" / f"{name}.why.txt").read_text("utf-8")


def test_a_sidecar_that_nothing_belongs_to_is_refused_after_its_time(
    dropping: Site, sound: Sound, clock: Clock
) -> None:
    path = drop(dropping, "a.json", '{"标准": "回访"}')
    one = Watch()
    one.look(dropping)
    assert path.exists()
    clock.now_s += watch.ALONE_S
    one.look(dropping)
    assert "没有等到同名的录音" in (path.parent / "未收" / "a.json.why.txt").read_text("utf-8")


def test_a_list_stays_and_what_is_wrong_with_it_stands_beside_until_it_is_mended(
    dropping: Site, db: Database, sound: Sound
) -> None:
    table = drop(dropping, "manifest.csv", "文件名,标准,工号\na.wav,回访,1001\nb.wav,回访,9999\n")
    drop(dropping, "a.wav", sound(1))
    one = Watch()
    one.look(dropping)
    note = table.parent / "manifest.csv.why.txt"
    assert "第 3 行「工号」：没有找到“9999”" in note.read_text("utf-8")
    assert only(db).standard_id == "property-followup"
    drop(dropping, "manifest.csv", "文件名,标准,工号\nb.wav,回访,1001\n")
    drop(dropping, "b.wav", sound(2))
    one.look(dropping)
    assert (table.exists(), note.exists(), count(db)) == (True, False, 2)


def test_a_crash_between_taking_and_moving_takes_nothing_twice(
    dropping: Site, db: Database, sound: Sound, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(dropping, "a.wav", sound(1))

    def killed(*_given: object) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as broke, pytest.raises(KeyboardInterrupt):
        broke.setattr(watch, "moved", killed)
        Watch().look(dropping)
    assert (path.exists(), count(db)) == (True, 1)
    Watch().look(dropping)
    assert (path.exists(), count(db)) == (False, 1)
    assert [p.name for p in (path.parent / "已收").iterdir()] == ["a.wav"]


def test_a_folder_on_another_disk_gets_a_whole_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = lay(tmp_path, "a.wav", b"sound" * 1000)
    rename = Path.rename

    def across(self: Path, target: Path) -> Path:
        if self.name == "a.wav":
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", across)
    there = moving.moved(path, "已收")
    assert (there.read_bytes(), path.exists()) == (b"sound" * 1000, False)
    assert [p.name for p in there.parent.iterdir()] == ["a.wav"]


def test_a_call_record_in_the_folder_tells_about_what_comes_later(dropping: Site, db: Database, sound: Sound) -> None:
    here = with_settings(dropping, drop_standard="property-followup")
    master = drop(here, "Master.csv", ANSWERED + "坏的\n")
    drop(here, "1763863200.42.wav", sound(1))
    Watch().look(here)
    assert "Master.csv 第 2 行" in (master.parent / "Master.csv.why.txt").read_text("utf-8")
    with db.reading() as session:
        row, number = session.execute(select(Recording, Technician.staff_no).join(Technician)).one()
        assert (number, row.standard_id, row.state) == ("1001", "property-followup", RecordingState.QUEUED)
    drop(here, "Master.csv", NO_ANSWER.replace("1763863200.42", "1763863900.1"))
    drop(here, "x-1763863900.1.wav", sound(2))
    Watch().look(here)
    with db.reading() as session:
        assert session.scalars(select(Recording).order_by(Recording.id.desc())).first().facts == {
            "call_answered": False
        }  # type: ignore[union-attr]


def test_a_slip_in_the_settings_refuses_no_file(dropping: Site, db: Database, sound: Sound) -> None:
    path = drop(dropping, "a.wav", sound(1))
    one = Watch()
    for _ in range(2):
        one.look(with_settings(dropping, drop_standard="property-folowup"))
    with db.reading() as session:
        assert "没有标准 property-folowup" in session.scalars(select(SetAside)).one().reason
    assert (path.exists(), count(db)) == (True, 0)
    one.look(with_settings(dropping, drop_standard="property-followup"))
    with db.reading() as session:
        assert session.scalars(select(SetAside)).all() == []
    assert only(db).standard_id == "property-followup"


def test_two_legs_of_a_call_wait_for_each_other(dropping: Site, db: Database, sound: Sound, clock: Clock) -> None:
    here = with_settings(dropping, drop_wait_seconds=60, drop_standard="property-followup")
    drop(here, "1763863200.42-in.wav", sound(1, 0.5))
    drop(here, "Master.csv", ANSWERED)
    one = Watch()
    one.look(here)
    assert count(db) == 0
    clock.now_s += 10
    path = drop(here, "1763863200.42-out.wav", sound(90, 0.4))
    one.look(here)
    assert only(db).original_name == "1763863200.42.wav"
    aside = path.parent / "已收"
    assert sorted(p.name for p in aside.iterdir()) == ["1763863200.42-in.wav", "1763863200.42-out.wav"]


def test_a_look_does_not_keep_the_other_chores_waiting(
    dropping: Site, db: Database, sound: Sound, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        drop(dropping, f"{number}.wav", sound(number))
    take = watch.take

    def slow(*given: object) -> object:
        clock.now_s += 3
        return take(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(watch, "take", slow)
    one = Watch()
    one.look(dropping)
    assert count(db) == 2
    one.look(dropping)
    assert count(db) == 4
