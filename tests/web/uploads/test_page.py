"""The upload page: what it shows, what names and lists fill in, recordings that wait for data."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from tests.web import cast
from tests.web.conftest import Login
from tests.web.html import page
from web.db import Database
from web.models import AuditEntry, Job, Recording, RecordingState, Technician, Upload

LIST = "文件名,标准,工号,姓名,工单号,录音时间,迟到,技师声道,备注\r\n"


def post_list(login: Login, content: bytes) -> Any:
    return login("qa").post("/api/uploads/manifest", data=content)


def wait(db: Database, technician: Technician | None = None, name: str = "电话.mp3") -> int:
    with db.writing() as session:
        return cast.recording(session, technician, name, standard_id=None, state=RecordingState.NEEDS_DATA).id


def test_limits_are_told_before_choosing(login: Login) -> None:
    shown = page(login("qa").get("/uploads"))
    limits = shown.one("dl").text
    for told in ("mp3、m4a", "最大 2.0 GB，最长 6 小时", "还可存", "{date}_{staff_no}_{order_no}_{kind}"):
        assert told in limits
    files = shown.one("input", id="files")
    assert files.get("multiple") is not None
    assert ".amr" in (files.get("accept") or "")
    assert shown.one("input", id="folder").get("webkitdirectory") is not None
    assert [o.get("value") for o in shown.one("datalist", id="staff").all("option")] == ["1001 王师傅", "1002 李师傅"]


def test_own_unfinished_uploads_are_listed_and_nobody_elses(login: Login) -> None:
    client = login("qa")
    told = {"name": "<b>长录音</b>.wav", "size": 1000, "modified": 0}
    upload_id = client.post("/api/uploads", json=told).json["id"]
    client.put(f"/api/uploads/{upload_id}?offset=0", data=b"RIFF\0\0\0\0WAVEfmt " + bytes(464))
    row = page(client.get("/uploads")).one("tr", data_unfinished="<b>长录音</b>.wav")
    assert "48%" in row.text
    assert "选择同一个文件继续" in row.text
    assert "长录音" not in page(login("qa2").get("/uploads")).text
    gone = page(client.post(f"/uploads/{upload_id}/cancel", follow_redirects=True))
    assert "没有留下这个文件" in gone.text
    assert gone.all("tr", data_unfinished="<b>长录音</b>.wav") == []


def test_names_are_looked_up_among_people_and_orders(login: Login, db: Database, people: dict[str, Any]) -> None:
    with db.writing() as session:
        cast.order(session, people["li"], "WO-2")
    names = ["20260105-1403_1001_WO-2_入户.m4a", "20260105_9999_WO-9_回访.m4a", "录音.m4a"]
    rows = login("qa").post("/api/uploads/rows", json={"names": names}).json["rows"]
    assert [r["standard_id"] for r in rows] == ["property-visit", "property-followup", ""]
    assert [r["recorded_at"] for r in rows] == ["2026-01-05T14:03", "2026-01-05T00:00", ""]
    assert [r["problems"] for r in rows] == [{}, {"staff_no": "unknown", "order_no": "unknown"}, {}]
    for wrong in ({}, {"names": "x"}, {"names": [1]}, [], {"names": ["x"] * 2001}):
        assert login("qa").post("/api/uploads/rows", json=wrong).status_code == 422


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_fills_in_the_data(login: Login, encoding: str) -> None:
    content = (
        LIST
        + "张三.MP3,入户,1001,,,2026/1/5 9:30,是,左,急\r\n子夹\\李四.mp3,物业维修次日回访电话,,李师傅,,2026年1月6日,,,\r\n"
    )
    answer = post_list(login, content.encode(encoding)).json
    assert answer["errors"] == []
    first, second = answer["rows"]["张三.mp3"], answer["rows"]["子夹/李四.mp3"]
    assert (first["standard_id"], first["staff_no"], first["recorded_at"]) == (
        "property-visit",
        "1001",
        "2026-01-05T09:30",
    )
    assert (first["facts"], first["technician_channel"], first["note"]) == ({"late": True}, 0, "急")
    assert (second["standard_id"], second["staff_no"]) == ("property-followup", "1002")
    assert second["recorded_at"] == "2026-01-06T00:00"


def test_english_headings_do_too(login: Login) -> None:
    answer = post_list(login, b"file,kind,staff_no,time,charged\na.wav,visit,1001,2026-01-05 09:30,no\n").json
    assert answer["rows"]["a.wav"]["facts"] == {"charged": False}


def test_bad_rows_of_a_list_are_told_and_the_others_hold(login: Login, db: Database) -> None:
    with db.writing() as session:
        session.add(Technician(staff_no="1003", name="王师傅"))
    rows = [
        "a.mp3,入户,1001,,,,,,",
        ",入户,1001,,,,,,",
        "a.mp3,入户,,,,,,,",
        "b.mp3,装修,,,,,,,",
        "c.mp3,,9999,,,,,,",
        "d.mp3,,,王师傅,,,,,",
        "e.mp3,,,,WO-404,,,,",
        "f.mp3,,,,,昨天,,,",
        "g.mp3,,,,,,也许,,",
        "h.mp3,,,,,,,中,",
        "i.mp3,,,,,,,," + "长" * 501,
        "j.mp3,,1001,李师傅,,,,,",
        "k.mp3,,01001,,,,,,",
        "l.mp3,,,,,,,,来电,二次",
        "m.mp3,,１００２,李 师傅,,,,,",
    ]
    answer = post_list(login, (LIST + "\r\n".join(rows)).encode("gb18030")).json
    assert list(answer["rows"]) == ["a.mp3", "m.mp3"]
    assert answer["rows"]["m.mp3"]["staff_no"] == "1002"
    assert answer["errors"] == [
        "第 3 行「文件名」：没有填写",
        "第 4 行「文件名」：“a.mp3”在清单里出现了两次，只用第一行",
        "第 5 行「标准」：没有找到“装修”",
        "第 6 行「工号」：没有找到“9999”",
        "第 7 行「工号」：有多位人员叫“王师傅”，请改填工号",
        "第 8 行「工单号」：没有找到“WO-404”",
        "第 9 行「录音时间」：时间“昨天”看不懂，请写成 2026-01-05 14:03",
        "第 10 行「迟到」：“也许”看不懂，请填“是”或“否”",
        "第 11 行「技师声道」：声道“中”看不懂，请填“左”或“右”",
        "第 12 行「备注」：内容太长",
        "第 13 行「工号」：工号 1001 是“王师傅”，和写的“李师傅”不是一个人",
        "第 14 行「工号」：“01001”和已有的“1001 王师傅”只差前面的 0，像是表格软件丢掉的；请把工号写成“1001”。",
        "第 15 行「备注」：“二次”超出了最后一列，可能有的单元格里有没加引号的逗号。",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "清单是空的"), ("工号\n1\n".encode(), "缺少这些列：文件名"), (b"\xff\xfe\x00\x81\xff\xff", "编码")],
)
def test_what_is_no_list_is_refused(login: Login, content: bytes, told: str) -> None:
    answer = post_list(login, content)
    assert answer.status_code == 422
    assert told in answer.json["error"]


def test_a_recording_that_waits_for_data_is_asked_about_and_queued(
    login: Login, db: Database, people: dict[str, Any]
) -> None:
    number = wait(db, people["wang"])
    client = login("qa2")
    shown = page(client.get("/uploads"))
    form = shown.one("section", id="waiting")
    assert "待补充的录音（1 段）" in form.text
    assert form.one("input", name=f"staff_no-{number}").get("value") == "1001"
    time = form.one("input", name=f"recorded_at-{number}").get("value")
    assert time == "2026-11-23T10:00"
    answers = {"id": number, f"standard_id-{number}": "property-visit", f"staff_no-{number}": "1002 李师傅"}
    done = page(client.post("/uploads/details", data={**answers, f"recorded_at-{number}": time}, follow_redirects=True))
    assert "已有 1 段录音进入处理队列" in done.text
    assert done.all("section", id="waiting") == []
    with db.reading() as session:
        row = session.get_one(Recording, number)
        assert (row.standard_id, row.technician_id, row.state, row.revision) == (
            "property-visit", people["li"].id, RecordingState.QUEUED, 1,
        )  # fmt: skip
        assert session.scalars(select(Job.recording_id)).all() == [number]
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "recording.details")).one()
        assert entry.detail == {"fields": ["standard_id", "technician_id"]}
    again = client.post("/uploads/details", data={"id": number, f"standard_id-{number}": "school-works"})
    assert again.status_code == 302
    with db.reading() as session:
        assert session.get_one(Recording, number).standard_id == "property-visit", "what is queued is not changed here"


def test_a_wrong_answer_is_told_and_the_others_are_taken(login: Login, db: Database) -> None:
    good, bad, late = wait(db, name="好.mp3"), wait(db, name="坏.mp3"), wait(db, name="晚.mp3")
    data = {
        "id": [good, bad, late],
        f"standard_id-{good}": "property-visit",
        f"standard_id-{bad}": "property-visit", f"staff_no-{bad}": "9999", f"name-{bad}": "坏.mp3",
        f"standard_id-{late}": "property-visit", f"recorded_at-{late}": "昨天", f"name-{late}": "晚.mp3",
    }  # fmt: skip
    told = page(login("qa").post("/uploads/details", data=data, follow_redirects=True)).one("div", id="messages").text
    assert "已有 1 段录音进入处理队列" in told
    assert "坏.mp3：没有工号为 9999 的人员" in told
    assert "晚.mp3：录音时间看不懂" in told
    with db.reading() as session:
        states = {r.id: r.state for r in session.scalars(select(Recording))}
    assert states == {good: RecordingState.QUEUED, bad: RecordingState.NEEDS_DATA, late: RecordingState.NEEDS_DATA}


def test_only_the_office_uploads(login: Login, db: Database) -> None:
    for who in ("manager", "technician"):
        assert login(who).get("/uploads").status_code == 403
        assert login(who).post("/api/uploads", json={"name": "a", "size": 1}).status_code == 403
    with db.reading() as session:
        assert session.scalars(select(Upload)).all() == []
