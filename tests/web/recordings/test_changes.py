"""Corrections: kept beside the machine's words, judged again when they must, never over another's unseen."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from tests.web import cast
from tests.web.conftest import Login
from tests.web.html import page
from web.db import Database
from web.models import Job, JobKind, Recording, StaleDay, TranscriptEdit

FIRST = "睡一雅,"  # what the machine heard


def jobs(db: Database) -> list[tuple[JobKind, str]]:
    with db.reading() as session:
        return [(kind, cause) for kind, cause in session.execute(select(Job.kind, Job.cause).order_by(Job.id))]


def test_a_corrected_line_is_kept_beside_the_machines(login: Login, db: Database, visit: int) -> None:
    client = login("qa")
    answer = client.post(f"/recordings/{visit}/lines/0", data={"text": "  谁呀？ ", "seen": FIRST, "revision": 0})
    told = page(answer)
    assert "谁呀？" in told.text
    assert "机器听写：睡一雅," in told.text
    assert "已保存" in told.text
    assert json.loads(answer.headers["HX-Trigger"])["tingjian:revision"] == {"revision": 1}
    assert jobs(db) == []  # words are judged again only when asked
    assert "按更正后的文字重新判分" in page(client.get(f"/recordings/{visit}")).text


def test_a_line_goes_back_to_the_machines(login: Login, db: Database, visit: int) -> None:
    client = login("qa")
    client.post(f"/recordings/{visit}/lines/0", data={"text": "谁呀？", "seen": FIRST, "revision": 0})
    told = page(client.post(f"/recordings/{visit}/lines/0", data={"revert": "1", "seen": "谁呀？", "revision": 1}))
    assert FIRST in told.text
    with db.reading() as session:
        assert session.scalars(select(TranscriptEdit.after).order_by(TranscriptEdit.id)).all() == ["谁呀？", None]


def test_the_same_words_again_are_no_correction(login: Login, db: Database, visit: int) -> None:
    login("qa").post(f"/recordings/{visit}/lines/0", data={"text": FIRST, "seen": FIRST, "revision": 0})
    with db.reading() as session:
        assert session.scalars(select(TranscriptEdit)).all() == []
        assert session.get_one(Recording, visit).revision == 0


def test_who_comes_second_sees_both_versions_and_loses_nothing(login: Login, visit: int) -> None:
    login("qa").post(f"/recordings/{visit}/lines/0", data={"text": "谁呀？", "seen": FIRST, "revision": 0})
    mine = {"text": "谁啊，", "seen": FIRST, "revision": 0}
    told = page(login("qa2").post(f"/recordings/{visit}/lines/0", data=mine), 409)
    assert "现在是：谁呀？" in told.text
    assert told.one("textarea").text == "谁啊，"
    again = {
        "text": "谁啊，",
        **{f.get("name"): f.get("value") for f in told.all("form", class_="turn-form")[0].all("input", type="hidden")},
    }
    assert (
        page(login("qa2").post(f"/recordings/{visit}/lines/0", data=again)).one("p", class_="turn-text").text
        == "谁啊，"
    )


def test_two_who_correct_different_lines_are_both_taken(login: Login, visit: int) -> None:
    login("qa").post(f"/recordings/{visit}/lines/0", data={"text": "谁呀？", "seen": FIRST, "revision": 0})
    shown = page(login("qa2").get(f"/recordings/{visit}/lines/1?edit=1"))
    seen = shown.one("input", name="seen").get("value")
    late = login("qa2").post(
        f"/recordings/{visit}/lines/1", data={"text": "修东西的，开门。", "seen": seen, "revision": 0}
    )
    assert late.status_code == 200


@pytest.mark.parametrize("line", [28, 999])
def test_a_line_that_is_not_there(login: Login, visit: int, line: int) -> None:
    assert login("qa").get(f"/recordings/{visit}/lines/{line}").status_code == 404
    assert (
        login("qa").post(f"/recordings/{visit}/lines/{line}", data={"text": "x", "seen": "", "revision": 0}).status_code
        == 404
    )


def test_a_role_is_changed_in_one_line_or_for_the_whole_voice(login: Login, db: Database, visit: int) -> None:
    client = login("qa")
    client.post(f"/recordings/{visit}/lines/0/role", data={"role": "other", "scope": "line", "revision": 0})
    roles = [t.get("data-role") for t in page(client.get(f"/recordings/{visit}")).all("li", class_="turn")]
    assert roles[0] == "other"
    assert "customer" in roles
    client.post(f"/recordings/{visit}/lines/2/role", data={"role": "other", "scope": "speaker", "revision": 1})
    roles = [t.get("data-role") for t in page(client.get(f"/recordings/{visit}")).all("li", class_="turn")]
    assert "customer" not in roles
    assert jobs(db) == [(JobKind.SCORE, "说话人更正")]


@pytest.mark.parametrize("role", ["", "boss"])
def test_a_role_that_does_not_exist_is_refused(login: Login, visit: int, role: str) -> None:
    assert login("qa").post(f"/recordings/{visit}/lines/0/role", data={"role": role, "revision": 0}).status_code == 400


def test_swapped_roles_are_judged_again_at_once_and_swapping_twice_is_nothing(
    login: Login, db: Database, visit: int
) -> None:
    client = login("qa")
    before = [t.get("data-role") for t in page(client.get(f"/recordings/{visit}")).all("li", class_="turn")]
    answer = client.post(f"/recordings/{visit}/swap", data={"revision": 0}, headers={"HX-Request": "true"})
    assert "正在重新判分" in page(answer).text
    assert jobs(db) == [(JobKind.SCORE, "角色对调")]
    swapped = [t.get("data-role") for t in page(client.get(f"/recordings/{visit}")).all("li", class_="turn")]
    assert dict(zip(before, swapped, strict=True)) == {"technician": "customer", "customer": "technician"}
    assert client.post(f"/recordings/{visit}/swap", data={"revision": 1}).status_code == 302  # a browser without JS
    assert [t.get("data-role") for t in page(client.get(f"/recordings/{visit}")).all("li", class_="turn")] == before


def test_a_stale_swap_is_refused_in_words(login: Login, db: Database, visit: int) -> None:
    login("qa").post(f"/recordings/{visit}/swap", data={"revision": 0})
    answer = login("qa2").post(f"/recordings/{visit}/swap", data={"revision": 0}, headers={"HX-Request": "true"})
    assert "刚才有人改过这段录音" in page(answer, 409).text


def form(client: Any, visit: int, **changed: str) -> dict[str, str]:
    found = page(client.get(f"/recordings/{visit}/details")).all("form")[-1]
    values = {str(f.get("name")): str(f.get("value") or "") for f in found.all("input")}
    for field in found.all("select"):
        chosen = [o.get("value") or "" for o in field.all("option") if o.get("selected") is not None]
        values[str(field.get("name"))] = chosen[0] if chosen else ""
    return values | changed


def test_facts_and_standard_are_judged_again_but_a_note_is_not(login: Login, db: Database, visit: int) -> None:
    client = login("qa")
    client.post(f"/recordings/{visit}/details", data=form(client, visit, note="客户不在家"))
    assert jobs(db) == []
    client.post(f"/recordings/{visit}/details", data=form(client, visit, **{"fact-late": "yes"}))
    assert jobs(db) == [(JobKind.SCORE, "资料修改")]
    with db.reading() as session:
        row = session.get_one(Recording, visit)
        assert (row.note, row.facts, row.revision) == ("客户不在家", {"late": True}, 2)


def test_a_new_technician_has_both_days_added_up_again(
    login: Login, db: Database, people: dict[str, Any], visit: int
) -> None:
    with db.writing() as session:
        for row in session.scalars(select(StaleDay)):
            session.delete(row)
    client = login("qa")
    client.post(
        f"/recordings/{visit}/details",
        data=form(client, visit, technician=str(people["li"].id), recorded_at="2026-11-20T23:30"),
    )
    with db.reading() as session:
        stale = {(d.technician_id, d.day.isoformat()) for d in session.scalars(select(StaleDay))}
        assert stale == {(people["wang"].id, "2026-11-23"), (people["li"].id, "2026-11-20")}
        assert session.get_one(Recording, visit).recorded_at.isoformat() == "2026-11-20T15:30:00+00:00"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"order_no": "WO-404"}, "没有这个工单"),
        ({"recorded_at": "yesterday"}, "“yesterday”不是时间"),
        ({"technician": "9999"}, "没有这位技师"),
    ],
)
def test_details_that_cannot_be_taken_are_told_at_their_field(
    login: Login, visit: int, changed: dict[str, str], told: str
) -> None:
    client = login("qa")
    answer = page(client.post(f"/recordings/{visit}/details", data=form(client, visit, note="留着", **changed)), 422)
    assert told in answer.text
    assert answer.one("input", name="note").get("value") == "留着"


def test_stale_details_come_back_with_both_versions(
    login: Login, db: Database, people: dict[str, Any], visit: int
) -> None:
    mine = form(login("qa"), visit, note="我的备注")
    other = login("qa2")
    other.post(f"/recordings/{visit}/details", data=form(other, visit, note="别人的备注"))
    told = page(login("qa").post(f"/recordings/{visit}/details", data=mine), 409)
    assert told.one("input", name="note").get("value") == "我的备注"
    assert "别人的备注" in told.text
    assert (
        login("qa")
        .post(
            f"/recordings/{visit}/details",
            data=mine | {"revision": str(told.one("input", name="revision").get("value"))},
        )
        .status_code
        == 302
    )


def test_a_signed_recording_is_read_only(login: Login, db: Database, visit: int) -> None:
    with db.writing() as session:
        cast.sign(session, session.get_one(Recording, visit))
    client = login("qa")
    for path, data in (
        ("lines/0", {"text": "x", "seen": FIRST, "revision": 0}),
        ("lines/0/role", {"role": "other", "revision": 0}),
        ("swap", {"revision": 0}),
        ("rejudge", {}),
    ):
        assert "已签核" in page(client.post(f"/recordings/{visit}/{path}", data=data), 409).text
    assert client.get(f"/recordings/{visit}/details").status_code == 409
    assert jobs(db) == []


def test_without_a_standard_there_is_nothing_to_judge_by(login: Login, db: Database, people: dict[str, Any]) -> None:
    with db.writing() as session:
        number = cast.recording(session, people["wang"], standard_id=None).id
    assert "标准" in page(login("qa").post(f"/recordings/{number}/rejudge"), 409).text


def test_words_that_were_asked_for_are_judged_again(login: Login, db: Database, visit: int) -> None:
    answer = login("qa").post(f"/recordings/{visit}/rejudge", data={"cause": "words"}, headers={"HX-Request": "true"})
    assert page(answer).all("div", hx_get=f"/recordings/{visit}/job?first=0")
    assert jobs(db) == [(JobKind.SCORE, "文字更正")]
