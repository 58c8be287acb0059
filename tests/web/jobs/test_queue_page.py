"""The queue page: each state in words, acts in every state, news only where there are any."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from tests.web import cast
from tests.web.conftest import Login
from tests.web.html import Node, page
from web.db import Database, now
from web.models import AuditEntry, Job, JobKind, JobState, Recording, RecordingState, ReviewState

HX = {"HX-Request": "true"}


JUDGED = {"standard": {"id": "property-visit", "version": "1", "digest": "x"}, "score": {"value": 80.0}}


def put(db: Database, name: str, state: JobState, technician: Any = None, **more: Any) -> int:
    """A recording with one job in a state; returns the recording's id."""
    told = {"stored_key": "00/00/" + "0" * 64, "review_state": more.pop("review", ReviewState.OPEN)}
    with db.writing() as session:
        if state is JobState.DONE:
            row = cast.judged(session, technician, JUDGED, name=name, **told)
        else:
            row = cast.recording(session, technician, name, state=RecordingState(state.value), **told)
        session.add(Job(**{"recording_id": row.id, "kind": JobKind.HEAR, "state": state, **more}))
        return row.id


def running(lease_s: float = 30, **more: Any) -> dict[str, Any]:
    began = now() - timedelta(seconds=20)
    return {"started_at": began, "lease_until": now() + timedelta(seconds=lease_s), "lease_token": "t", **more}


def line(shown: Node, name: str) -> Node:
    return shown.one("tr", data_name=name)


def cells(row: Node) -> dict[str, str]:
    return {td.get("data-label") or "": td.text for td in row.all("td")}


def state_of(db: Database, recording_id: int) -> str:
    with db.reading() as session:
        last = select(Job.state).where(Job.recording_id == recording_id).order_by(Job.id.desc()).limit(1)
        return str(session.scalar(last))


def test_an_empty_queue_says_what_to_do(login: Login) -> None:
    shown = page(login("qa").get("/queue"))
    assert "没有要处理的录音" in shown.text
    assert shown.one("div", id="queue").get("data-active") == "0"


def test_each_state_is_told_in_words(login: Login, db: Database) -> None:
    put(db, "跑.mp3", JobState.RUNNING, **running(stage="transcribe", fraction=0.4))
    put(db, "卡.mp3", JobState.RUNNING, **running(lease_s=-1, stage="decode"))
    put(
        db,
        "坏.mp3",
        JobState.FAILED,
        error="文件已损坏",
        advice="请重新导出",
        detail="EOFError <x>",
        error_code="audio-damaged",
    )
    put(db, "凶.mp3", JobState.SET_ASIDE, error="中断了 3 次", deaths=3)
    first, second = put(db, "等一.mp3", JobState.QUEUED), put(db, "等二.mp3", JobState.QUEUED)
    put(db, "急.mp3", JobState.QUEUED, priority=10)
    shown = page(login("qa").get("/queue"))
    run = cells(line(shown, "跑.mp3"))
    assert run["状态"] == "处理中"
    assert run["进度"] == "转成文字 40%"
    assert run["已用"] == "0:20"
    assert run["速度（×实时）"] in ("1.9", "2.0")  # 0.4 × 97 s in 20 s
    assert run["预计还要"] == "0:30"
    assert line(shown, "跑.mp3").one("progress").get("value") == "40"
    assert cells(line(shown, "卡.mp3"))["状态"] == "可能卡住"
    bad = line(shown, "坏.mp3")
    assert cells(bad)["状态"] == "失败"
    assert "文件已损坏" in bad.text
    assert "建议：请重新导出" in bad.text
    assert "EOFError <x>" in bad.one("details").one("pre").text
    assert bad.one("details").get("open") is None
    assert cells(line(shown, "凶.mp3"))["状态"] == "已搁置"
    places = [cells(line(shown, n))["排位"] for n in ("急.mp3", "等一.mp3", "等二.mp3")]
    assert places == ["1", "2", "3"]
    assert shown.one("div", id="queue").get("data-active") == "5"
    assert first < second


def test_the_time_left_of_what_waits_comes_from_what_was_done_lately(login: Login, db: Database) -> None:
    ended = now() - timedelta(hours=1)
    put(db, "过去.mp3", JobState.DONE, started_at=ended - timedelta(seconds=60), finished_at=ended, fraction=1.0)
    put(db, "一.mp3", JobState.QUEUED)
    put(db, "二.mp3", JobState.QUEUED)
    shown = page(login("qa").get("/queue?show=queued"))
    assert [cells(line(shown, n))["预计还要"] for n in ("一.mp3", "二.mp3")] == ["1:00", "2:00"]
    done = cells(line(page(login("qa").get("/queue?show=done")), "过去.mp3"))
    assert (done["状态"], done["已用"], done["速度（×实时）"]) == ("已完成", "1:00", "1.6")


def test_what_was_tried_again_is_no_longer_failed(login: Login, db: Database) -> None:
    number = put(db, "坏.mp3", JobState.FAILED, error="x")
    with db.writing() as session:
        session.add(Job(recording_id=number, kind=JobKind.HEAR))
    shown = page(login("qa").get("/queue"))
    assert [r.get("data-state") for r in shown.all("tr", data_name="坏.mp3")] == ["queued"]


@pytest.mark.parametrize("state", list(JobState))
@pytest.mark.parametrize("what", ["cancel", "delete"])
def test_cancel_and_delete_work_in_every_state(login: Login, db: Database, state: JobState, what: str) -> None:
    more = running() if state is JobState.RUNNING else {}
    number = put(db, "a.mp3", state, **more)
    answer = login("qa").post("/queue", data={"one": f"{what}:{number}", "show": "open"})
    assert answer.status_code == 302
    with db.reading() as session:
        row = session.get_one(Recording, number)
        assert (row.deleted_at is not None) is (what == "delete")
    if state in (JobState.QUEUED, JobState.RUNNING):
        assert state_of(db, number) == "cancelled"
    else:
        assert state_of(db, number) == state.value


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.SET_ASIDE, JobState.CANCELLED])
def test_retrying_needs_no_upload(login: Login, db: Database, state: JobState) -> None:
    number = put(db, "a.mp3", state, error="x")
    said = page(login("qa").post("/queue", data={"act": "retry", "id": number}, follow_redirects=True))
    assert "已把 1 段录音重新排队" in said.text
    assert state_of(db, number) == "queued"
    with db.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "recording.retry")).one()
        assert (entry.username, entry.object_id) == ("chen", str(number))


def test_an_act_on_the_whole_filter_reaches_what_the_page_does_not_show(login: Login, db: Database) -> None:
    failed = [put(db, f"{i}.mp3", JobState.FAILED, error="x") for i in range(60)]
    other = put(db, "等.mp3", JobState.QUEUED)
    client = login("qa")
    shown = page(client.get("/queue?show=failed"))
    assert len(shown.all("tr", data_state="failed")) == 50
    assert "选中本筛选的全部 60 段" in shown.text
    assert "还有 10 段没有列出" in shown.text
    answer = client.post("/queue", data={"act": "delete", "all": "1", "show": "failed", "id": failed[:1]}, headers=HX)
    assert json.loads(answer.headers["HX-Trigger"]) == {"queue:said": {"text": "已删除 60 段录音。", "done": 60}}
    assert "没有失败的录音" in page(answer).text
    with db.reading() as session:
        assert session.scalars(select(Recording.id).where(Recording.deleted_at.is_(None))).all() == [other]


def test_what_is_signed_is_not_deleted_with_a_list(login: Login, db: Database) -> None:
    number = put(db, "a.mp3", JobState.DONE, review=ReviewState.SIGNED)
    said = page(login("qa").post("/queue", data={"act": "delete", "id": number, "show": "done"}, follow_redirects=True))
    assert "其余 1 段已签核、已删除或在法律保留中，没有动" in said.text
    with db.reading() as session:
        assert session.get_one(Recording, number).deleted_at is None


def test_an_unknown_act_does_nothing(login: Login, db: Database) -> None:
    number = put(db, "a.mp3", JobState.FAILED)
    for data in ({"act": "explode", "id": number}, {"one": f"explode:{number}"}, {}):
        assert login("qa").post("/queue", data=data).status_code == 422
    assert login("qa").post("/queue", data={"one": "delete:x"}).status_code == 302
    assert state_of(db, number) == "failed"


def test_a_manager_looks_at_his_team_and_acts_on_nothing(login: Login, db: Database, people: dict[str, Any]) -> None:
    number = put(db, "王.mp3", JobState.FAILED, people["wang"])
    put(db, "李.mp3", JobState.FAILED, people["li"])
    shown = page(login("manager_east").get("/queue"))
    assert [r.get("data-name") for r in shown.all("tr", data_state="failed")] == ["王.mp3"]
    assert shown.all("input", name="id") == []
    assert shown.all("button", data_act="retry") == []
    assert login("manager").post("/queue", data={"act": "delete", "id": number}).status_code == 403
    assert login("technician").get("/queue").status_code == 403


def test_polling_gets_the_part_alone_and_nothing_where_nothing_changed(login: Login, db: Database) -> None:
    number = put(db, "a.mp3", JobState.QUEUED)
    client = login("qa")
    first = client.get("/queue", headers=HX)
    part = page(first).one("div", id="queue")
    assert part.get("hx-trigger") == "queue:refresh"
    assert part.get("data-etag") == first.headers["ETag"]
    again = client.get("/queue", headers={**HX, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    client.post("/queue", data={"one": f"cancel:{number}"})
    changed = client.get("/queue", headers={**HX, "If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert "没有要处理的录音" in page(changed).text


def test_the_number_of_queries_does_not_grow_with_the_queue(login: Login, db: Database) -> None:
    client = login("qa")

    def queries() -> int:
        seen: list[str] = []
        listen = lambda *told: seen.append(told[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listen)
        client.get("/queue")
        event.remove(db.engine, "before_cursor_execute", listen)
        return len(seen)

    put(db, "a.mp3", JobState.QUEUED)
    client.get("/queue")  # that no worker runs is looked at once in some seconds
    few = queries()
    for i in range(30):
        put(db, f"{i}.mp3", JobState.QUEUED if i % 2 else JobState.FAILED)
    assert queries() == few <= 12
