"""`flask import` goes on where it stopped; sidecars, lists and call records tell about the files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from analyzer.settings import ROOT
from tests.web.sources.conftest import Sound, lay
from web.db import Database
from web.intake import receive
from web.intake.private import digest_of_number
from web.models import Recording, SpokenNumber, TakenFile, Technician

CDR = (
    '"","1001","13812345678","from-internal","1001","PJSIP/1001-0000002a","PJSIP/trunk-0000002b","Dial","x",'
    '"2026-11-23 10:00:00","{answer}","2026-11-23 10:01:08",68,{billsec},"{said}","DOCUMENTATION","1763863200.42",""\n'
)
ANSWERED = CDR.format(answer="2026-11-23 10:00:08", billsec=60, said="ANSWERED")
NO_ANSWER = CDR.format(answer="", billsec=0, said="NO ANSWER")


def run(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(args=["import", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "录音"
    made.mkdir()
    return made


def only(db: Database) -> Recording:
    with db.reading() as session:
        return session.scalars(select(Recording)).one()


def test_what_was_taken_is_not_read_again(
    app: Flask, db: Database, folder: Path, sound: Sound, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        lay(folder, f"{number}.wav", sound(number))
    assert run(app, folder).exit_code == 0
    lay(folder, "3.wav", sound(3))
    read: list[str] = []
    monkeypatch.setattr(receive.Storage, "take", _counted(receive.Storage.take, read))
    again = run(app, folder)
    assert (again.exit_code, len(read)) == (0, 1)
    assert "其中 3 个以前已经导入，没有重读。" in again.output
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Recording)) == 4


def _counted(act, read: list[str]):  # type: ignore[no-untyped-def]
    def counted(self, path: Path):  # type: ignore[no-untyped-def]
        read.append(path.name)
        return act(self, path)

    return counted


def test_a_changed_file_and_one_about_which_more_is_said_are_looked_at_again(
    app: Flask, db: Database, folder: Path, sound: Sound
) -> None:
    path = lay(folder, "a.wav", sound(1))
    run(app, folder)
    assert only(db).technician_id is None
    lay(folder, "a.json", '{"staff_no": "1001", "standard": "回访"}')
    told = run(app, folder)
    assert "已补上这次填写的" in told.output
    with db.reading() as session:
        row, number = session.execute(select(Recording, Technician.staff_no).join(Technician)).one()
        assert (row.standard_id, number) == ("property-followup", "1001")
    path.write_bytes(sound(2))
    assert "录音 2" in run(app, folder).output


def test_a_recording_that_was_deleted_is_not_taken_for_there(
    app: Flask, db: Database, folder: Path, sound: Sound
) -> None:
    lay(folder, "a.wav", sound(1))
    run(app, folder)
    with db.writing() as session:
        session.scalars(select(Recording)).one().deleted_at = datetime.now(UTC)
    assert "以前已经导入" not in run(app, folder).output


@pytest.mark.sqlite
def test_an_import_that_is_killed_goes_on_and_takes_nothing_twice(
    app: Flask, db: Database, home: Path, folder: Path, sound: Sound
) -> None:
    for number in range(60):
        lay(folder, f"{number:02}.wav", sound(number, 0.05))
    command = [sys.executable, "-m", "flask", "--app", "web", "import", str(folder)]
    environment = {**os.environ, "TINGJIAN_HOME": str(home), "TINGJIAN_WEB_MIN_FREE_BYTES": "0"}
    child = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for _ in range(7):
        assert child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    child.communicate()
    with db.reading() as session:
        before = session.scalar(select(func.count()).select_from(Recording)) or 0
    assert 0 < before < 60
    done = run(app, folder)
    assert done.output.splitlines()[-1] == "共 60 个文件，全部导入。"
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Recording)) == 60
        assert session.scalar(select(func.count()).select_from(TakenFile)) == 60


def test_a_sidecar_tells_and_its_unknown_columns_are_told(app: Flask, db: Database, folder: Path, sound: Sound) -> None:
    lay(folder, "a.wav", sound(1))
    lay(
        folder,
        "a.wav.json",
        '{"工号": 1002, "standard": "回访", "recorded_at": "2026-11-23T02:00:00+00:00", "customer_phone": "138 1234 5678", "心情": "好"}',
    )
    told = run(app, folder)
    assert (told.exit_code, "a.wav.json 里不认识的列没有用：心情" in told.output) == (0, True), told.output
    row = only(db)
    assert row.recorded_at == datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    with db.reading() as session:
        number = session.scalars(select(SpokenNumber)).one()
        assert (number.digest, number.told) == (digest_of_number("13812345678"), True)
        assert session.scalar(select(Technician.staff_no).where(Technician.id == row.technician_id)) == "1002"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.json", '{"staff_no": "1001"', "不是有效的 JSON"),
        ("a.json", '{"staff_no": "9999"}', "没有找到“9999”"),
        ("a.json", '{"recorded_at": "昨天"}', "看不懂"),
        ("a.json", '{"recorded_at": "2999-01-01 10:00"}', "不可能"),
        ("a.json", '{"心情": "好"}', "没有认识的列"),
        ("a.csv", "工号\n1001\n1002\n", "有 2 行数据"),
        ("a.csv", "工号,工号\n1001,1002\n", "出现了不止一次"),
    ],
)
def test_a_bad_sidecar_keeps_its_recording_out_and_says_why(
    app: Flask, db: Database, folder: Path, sound: Sound, name: str, content: str, words: str
) -> None:
    lay(folder, "a.wav", sound(1))
    lay(folder, "b.wav", sound(2))
    lay(folder, name, content)
    told = run(app, folder)
    assert words in told.output
    assert name in told.output
    assert told.exit_code == 1
    assert only(db).original_name == "b.wav"


def test_a_list_in_the_folder_is_used_and_its_bad_rows_are_told_with_their_numbers(
    app: Flask, db: Database, folder: Path, sound: Sound
) -> None:
    lay(folder, "a.wav", sound(1))
    lay(folder, "manifest.csv", "文件名,标准,工号,天气\na.wav,回访,1001,晴\nb.wav,回访,9999,雨\n")
    told = run(app, folder)
    assert "第 3 行「工号」：没有找到“9999”" in told.output
    assert "manifest.csv 里不认识的列没有用：天气" in told.output
    assert only(db).standard_id == "property-followup"


def test_files_that_are_being_written_or_were_put_aside_are_left(app: Flask, folder: Path, sound: Sound) -> None:
    for name in ("a.wav.part", "b.wav.crdownload", ".c.wav", "已收/d.wav", "e.wav"):
        lay(folder, name, sound(len(name)))
    assert run(app, folder).output.splitlines()[-1] == "共 1 个文件，全部导入。"


def test_moving_is_only_done_when_asked(app: Flask, folder: Path, sound: Sound) -> None:
    lay(folder, "a.wav", sound(1))
    run(app, folder)
    assert (folder / "a.wav").exists()
    run(app, folder, "--move")
    assert [p.name for p in (folder / "已收").iterdir()] == ["a.wav"]


def test_a_call_record_gives_time_and_person(app: Flask, db: Database, folder: Path, sound: Sound) -> None:
    lay(folder, "out-1001-1763863200.42.wav", sound(1))
    lay(folder, "Master.csv", ANSWERED + "坏的一行\n")
    told = run(app, folder, "--standard", "property-followup")
    assert "Master.csv 第 2 行：只有 1 列" in told.output
    row = only(db)
    assert row.recorded_at == datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert row.note.startswith("呼出：分机 1001")
    assert "13812345678" not in row.note
    with db.reading() as session:
        assert session.scalar(select(Technician.staff_no).where(Technician.id == row.technician_id)) == "1001"


def test_times_of_a_record_in_utc_are_taken_as_such(app: Flask, db: Database, folder: Path, sound: Sound) -> None:
    lay(folder, "1763863200.42.wav", sound(1))
    record = lay(folder.parent, "calls.csv", ANSWERED)
    assert run(app, folder, "--cdr", record, "--cdr-utc").exit_code == 0
    assert only(db).recorded_at == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def test_that_nobody_answered_is_handed_on(app: Flask, db: Database, folder: Path, sound: Sound) -> None:
    lay(folder, "1763863200.42.wav", sound(1))
    lay(folder, "Master.csv", NO_ANSWER)
    run(app, folder, "--standard", "property-followup")
    row = only(db)
    assert row.facts == {"call_answered": False}
    assert row.note.endswith("没有接通")


def test_two_legs_become_one_recording_with_two_channels(app: Flask, db: Database, folder: Path, sound: Sound) -> None:
    lay(folder, "1763863200.42-in.wav", sound(1, 1.0))
    lay(folder, "1763863200.42-out.wav", sound(100, 0.6))
    lay(folder, "Master.csv", ANSWERED)
    told = run(app, folder, "--standard", "property-followup")
    assert "由两个文件合成" in told.output, told.output
    row = only(db)
    assert (row.original_name, row.technician_channel, row.media_type) == ("1763863200.42.wav", 0, "audio/wav")
    assert run(app, folder).output.splitlines()[-1] == "共 1 个文件，全部导入。"
    copies = folder.parent / "再来"
    folder.rename(copies)
    assert "已存在（录音 1）" in run(app, copies, "--standard", "property-followup").output, (
        "joined again: the same bytes"
    )


def test_a_leg_that_is_no_sound_is_told_by_its_name(app: Flask, db: Database, folder: Path, sound: Sound) -> None:
    lay(folder, "q-in.wav", sound(1))
    lay(folder, "q-out.wav", "不是录音" * 100)
    told = run(app, folder)
    assert told.exit_code == 1
    assert "q-out.wav" in told.output
    with db.reading() as session:
        assert session.scalars(select(Recording)).all() == []


def test_extensions_of_a_list_are_looked_up_and_bad_rows_told(
    app: Flask, db: Database, folder: Path, sound: Sound
) -> None:
    lay(folder, "1763863200.42.wav", sound(1))
    lay(folder, "Master.csv", ANSWERED.replace("1001", "8001"))
    lay(folder, "分机.csv", "分机,工号\n8001,1002\n8002,7777\n")
    told = run(app, folder)
    assert "分机.csv 第 3 行：没有工号为“7777”的人员" in told.output
    with db.reading() as session:
        assert session.scalar(select(Technician.staff_no).join(Recording)) == "1002"
