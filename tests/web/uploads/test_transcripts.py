"""Another system's transcript, uploaded in the browser or imported in the terminal, is judged without sound."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from tests.web.conftest import Login
from tests.web.uploads.test_slices import send
from web.db import Database
from web.models import Analysis, Job, JobKind, Recording

SRT = """1
00:00:01,000 --> 00:00:03,400
技师：您好，我是服务中心的维修人员。

2
00:00:04,000 --> 00:00:06,000
客户：厨房漏水了。
"""
BROKEN = SRT.replace("00:00:03,400", "later")


def test_an_uploaded_subtitle_becomes_a_recording_that_is_judged(login: Login, db: Database) -> None:
    answer = send(login("qa"), SRT.encode(), "上门.srt", standard_id="property-visit")
    assert answer.status_code == 200, answer.json
    with db.reading() as session:
        row = session.get_one(Recording, answer.json["recording_id"])
        assert (row.original_name, row.source, row.standard_id) == ("上门.srt", "import", "property-visit")
        assert row.uploaded_by_id is not None
        assert session.scalars(select(Job.kind).where(Job.recording_id == row.id)).all() == [JobKind.SCORE]
        assert session.scalar(select(Analysis.origin).where(Analysis.recording_id == row.id)) == "imported"
    again = send(login("qa"), SRT.encode(), "又一次.srt", standard_id="property-visit")
    assert (again.json["recording_id"], again.json["duplicate"]) == (answer.json["recording_id"], True)


def test_without_a_standard_the_row_asks_for_one_and_the_file_stays(login: Login) -> None:
    answer = send(login("qa"), SRT.encode(), "上门.srt")
    assert (answer.status_code, answer.json["again"], answer.json["code"]) == (422, True, "standard-unknown")


def test_what_cannot_be_read_is_refused_under_its_own_name(login: Login, db: Database) -> None:
    answer = send(login("qa"), BROKEN.encode(), "坏的.srt", standard_id="property-visit")
    assert answer.status_code == 415
    assert answer.json["error"] == "「坏的.srt」 有 1 段字幕读不懂时间"
    with db.reading() as session:
        assert session.scalar(select(Recording.id)) is None


def test_the_command_takes_subtitles_too(app: Flask, db: Database, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.srt").write_text(SRT, "utf-8")
    (folder / "b.srt").write_text(BROKEN, "utf-8")
    said = app.test_cli_runner().invoke(args=["import", str(folder), "--standard", "property-visit"])
    assert "已导入 1 份转写" in said.output
    assert "失败 1 处" in said.output
    with db.reading() as session:
        assert session.scalars(select(Recording.original_name)).all() == ["a.srt"]


def test_a_line_that_cannot_be_read_costs_the_others_nothing(login: Login, db: Database) -> None:
    def line(text: str) -> str:
        said = [{"start_s": 0.5, "end_s": 3.0, "role": "technician", "text": text}]
        return json.dumps({"file": f"{text}.wav", "transcript": said}, ensure_ascii=False)

    lines = "\n".join([line("您好，我是物业的。"), line("您好")[:-9], line("给您添麻烦了，再见。")])
    answer = send(login("qa"), lines.encode(), "三份.json", standard_id="property-visit")
    assert answer.status_code == 415
    assert "「三份.json」 第 2 行 不是 JSON" in answer.json["error"]
    assert "其余 2 份已收下" in answer.json["advice"]
    with db.reading() as session:
        assert len(session.scalars(select(Recording.id)).all()) == 2
