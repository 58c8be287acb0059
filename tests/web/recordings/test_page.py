"""The page of a recording, and who may see it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from tests.web import cast
from tests.web.conftest import Login
from tests.web.html import page
from tests.web.recordings.conftest import document, stored
from web.db import Database, now
from web.intake import rows
from web.models import Job, JobKind, JobState, Presence, Recording, RecordingState


def test_the_page_shows_what_was_said_and_what_was_wrong(login: Login, visit: int) -> None:
    found = page(login("qa").get(f"/recordings/{visit}"))
    assert "王师傅" in found.one("h1").text
    assert "物业园区维修人员上门服务规范" in found.text
    assert len(found.all("li", class_="turn")) == len(document("visit-03")["transcript"])
    lit = " ".join(mark.text for mark in found.all("mark", class_="hit-forbidden"))
    assert "跟我们有什么关系" in lit
    assert "faster-whisper base" in found.text


def test_what_was_found_by_its_sound_says_how_it_was_written_and_how_it_sounds(
    app: Flask, login: Login, people: dict[str, Any], db: Database
) -> None:
    found = document("visit-03")
    sentence = "听写为“那跟我们有什么关系”，按声音更像“跟我们没关系”"
    item = next(i for i in found["items"] if i["id"] == "not-our-concern")
    item["hits"] = [{**hit, "by": "sound", "note": sentence} for hit in item["hits"]]
    number = stored(app, people["wang"], "visit-03-heater-rude.m4a", "visit-03")
    with db.writing() as session:
        rows.record_analysis(session, number, found, "heard")
    clause = page(login("qa").get(f"/recordings/{number}")).one("li", id="clause-not-our-concern")
    assert sentence in clause.text


def test_marks_are_told_in_words(login: Login, visit: int) -> None:
    marks = page(login("qa").get(f"/recordings/{visit}")).one("div", id="marks-data").all("span")
    assert any(m.get("data-tone") == "forbidden" and "禁语" in m.text and "跟我们有什么关系" in m.text for m in marks)


def test_what_was_dropped_or_not_heard_is_one_click_away(
    app: Flask, login: Login, people: dict[str, Any], db: Database
) -> None:
    found = document("visit-03")
    found |= {"unheard": [[54.6, 58.9]], "unheard_s": 4.3, "warnings": ["录音后半段有回声。"]}
    found["dropped"] = [{"start_s": 56.0, "end_s": 57.5, "text": "请不吝点赞", "reason": "常见的凭空文字"}]
    number = stored(app, people["wang"], "visit-03-heater-rude.m4a", "visit-03")
    with db.writing() as session:
        rows.record_analysis(session, number, found, "heard")
    shown = page(login("qa").get(f"/recordings/{number}"))
    titles = [summary.text for summary in shown.all("summary")]
    assert any(t.startswith("没听清 1 处，共 4.3 秒") for t in titles)
    assert any(t.startswith("机器剔除的文字 1 处") for t in titles)
    assert "请不吝点赞" in shown.text
    assert "录音后半段有回声。" in shown.text


@pytest.mark.parametrize(
    "path",
    [
        *(
            f"999{part}"
            for part in ("", "/turns", "/audio", "/peaks.json", "/transcript.txt", "/lines/0", "/job", "/details")
        ),
        "0",
        "x",
        "999999999999999999",
    ],
)
def test_what_is_not_there_is_not_found(login: Login, path: str) -> None:
    assert login("qa").get(f"/recordings/{path}").status_code == 404


@pytest.mark.parametrize(
    "part", ["", "/head", "/turns", "/panel", "/job", "/audio", "/peaks.json", "/transcript.json", "/lines/0"]
)
@pytest.mark.parametrize("who", ["technician", "technician2", "manager_east"])
def test_nobody_sees_what_is_not_his(login: Login, call: int, who: str, part: str) -> None:
    # the call is 李师傅's, of the west, and not signed
    assert login(who).get(f"/recordings/{call}{part}").status_code == 404


def test_a_technician_reads_his_own_signed_recording_and_changes_nothing(
    login: Login, db: Database, visit: int
) -> None:
    with db.writing() as session:
        cast.sign(session, session.get_one(Recording, visit))
    client = login("technician")
    found = page(client.get(f"/recordings/{visit}"))
    assert not found.all("button", class_="turn-edit")
    assert "角色对调" not in found.text
    assert client.post(f"/recordings/{visit}/swap", data={"revision": 0}).status_code == 403
    assert client.get(f"/recordings/{visit}/lines/0?edit=1").status_code == 409


def test_a_recording_in_the_queue_says_how_far_it_is(login: Login, db: Database, people: dict[str, Any]) -> None:
    with db.writing() as session:
        row = cast.recording(session, people["wang"], state=RecordingState.RUNNING)
        session.add(Job(recording_id=row.id, kind=JobKind.HEAR, state=JobState.RUNNING, fraction=0.42))
        number = row.id
    client = login("qa")
    assert "正在分析 42%" in page(client.get(f"/recordings/{number}")).text
    with db.writing() as session:
        job = session.get_one(Job, 1)
        job.state, job.error, job.advice = JobState.FAILED, "文件里没有声音", "请重新导出"
    told = page(client.get(f"/recordings/{number}")).one(id="job-status")
    assert "文件里没有声音" in told.text
    assert "请重新导出" in told.text


def test_the_job_says_when_it_is_done(login: Login, db: Database, visit: int) -> None:
    with db.writing() as session:
        session.add(Job(recording_id=visit, kind=JobKind.SCORE, state=JobState.RUNNING))
    client = login("qa")
    running = client.get(f"/recordings/{visit}/job")
    assert "正在重新判分" in page(running).text
    assert "HX-Trigger" not in running.headers
    with db.writing() as session:
        session.get_one(Job, 1).state = JobState.DONE
    done = client.get(f"/recordings/{visit}/job")
    assert done.headers["HX-Trigger"] == "tingjian:judged"
    assert "已重新判分" in page(done).text
    assert client.get(f"/recordings/{visit}/job?first=1").headers["HX-Refresh"] == "true"


def test_two_who_open_the_same_recording_are_told(
    login: Login, db: Database, people: dict[str, Any], visit: int
) -> None:
    assert "正在复核" not in login("qa").post(f"/recordings/{visit}/presence").text
    assert "小陈正在复核" in login("qa2").post(f"/recordings/{visit}/presence").text
    assert "小陈正在复核" in page(login("qa2").get(f"/recordings/{visit}")).text
    with db.writing() as session:
        session.get_one(Presence, (visit, people["qa"].id)).seen_at = now() - timedelta(seconds=61)
    assert "正在复核" not in login("qa2").post(f"/recordings/{visit}/presence").text


def test_previous_and_next_stay_within_the_filter(login: Login, db: Database, people: dict[str, Any]) -> None:
    with db.writing() as session:
        days = [cast.MONDAY - timedelta(days=n) for n in range(4)]
        ids = [
            cast.recording(session, people["wang" if n != 1 else "li"], f"{n}.m4a", recorded_at=day).id
            for n, day in enumerate(days)
        ]
    client = login("qa")
    found = page(client.get(f"/recordings/{ids[2]}"))
    assert [a.get("href") for rel in ("prev", "next") for a in found.all("a", rel=rel)] == [
        f"/recordings/{ids[1]}",
        f"/recordings/{ids[3]}",
    ]
    query = f"technician={people['wang'].id}"
    found = page(client.get(f"/recordings/{ids[2]}?{query}"))
    assert found.one("a", rel="prev").get("href") == f"/recordings/{ids[0]}?{query}"


def test_the_page_takes_at_most_twelve_queries_and_those_of_menu_and_standards(
    login: Login, db: Database, visit: int
) -> None:
    client, asked = login("qa"), []
    client.get("/help/")  # whether a worker runs is asked once in a while
    event.listen(db.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    client.get(f"/recordings/{visit}")
    assert 0 < len([q for q in asked if not q.startswith("BEGIN")]) <= 14
