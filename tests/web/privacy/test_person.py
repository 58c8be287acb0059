"""One person's data: found, given, erased; by the page and by the command."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.web.conftest import Login
from tests.web.html import page
from tests.web.privacy.stage import NUMBER, SPOKEN, everything, told
from web.api import tokens
from web.db import Database
from web.intake.private import mark, tell_number
from web.kit.site import KEY
from web.models import Recording, Technician, User, WorkOrder
from web.privacy import holds
from web.privacy.person import By, find
from web.worker import muting


@pytest.fixture
def private(app: Flask, people: dict[str, Any]) -> int:
    number = told(app, people)
    with app.app_context():
        muting.mute_waiting(app.extensions[KEY])
    return number


def package(content: bytes) -> tuple[dict[str, Any], list[str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        return json.loads(found.read("数据.json")), found.namelist()


def test_a_customer_is_found_by_order_and_by_a_number_that_was_only_said(db: Database, private: int) -> None:
    with db.writing() as session:
        row = session.get_one(Recording, private)
        row.original_name, row.note, row.work_order_id = "上门.m4a", "", None
        session.query(WorkOrder).update({"address_note": ""})
    with db.reading() as session:
        found = find(session, By.PHONE, "138 1234-5678")
        assert found is not None
        assert (found.recordings, found.name) == ((private,), "138****5678")
        assert find(session, By.PHONE, "13900000000") is None
        by_order = find(session, By.ORDER, "WO-9")
        assert by_order is not None
        assert by_order.recordings == ()
        with pytest.raises(ValueError, match="12345"):
            find(session, By.PHONE, "12345")


def test_a_customer_is_found_by_a_number_that_only_a_list_named_also_after_the_words_were_looked_at(
    app: Flask, db: Database, private: int
) -> None:
    with db.writing() as session:
        tell_number(session, private, "+86 139-0000-0000")
        tell_number(session, private, "138 1234 5678")  # said as well
        mark(session, private)
    with app.app_context():
        muting.mute_waiting(app.extensions[KEY])
    with db.reading() as session:
        for number in ("13900000000", "13812345678"):
            found = find(session, By.PHONE, number)
            assert found is not None
            assert private in found.recordings


def test_percent_and_underscore_find_nobody(db: Database, private: int) -> None:
    with db.reading() as session:
        for value in ("%", "WO_9", "%%"):
            assert find(session, By.ORDER, value) is None
            with pytest.raises(ValueError):
                find(session, By.PHONE, value)


def test_a_customer_gets_his_words_and_the_sound(login: Login, private: int) -> None:
    answer = login("admin").post("/privacy/person/export", data={"by": "order", "value": "WO-9"}, buffered=True)
    assert answer.mimetype == "application/zip"
    data, names = package(answer.data)
    assert names == ["数据.json", f"录音/{private}"]
    assert SPOKEN in data["recordings"][0]["analysis"]["transcript"][4]["text"]
    assert data["orders"][0]["order_no"] == "WO-9"


def test_a_technician_gets_nobody_elses_private_words(login: Login, db: Database, private: int) -> None:
    with db.writing() as session:
        holds_nothing = session.get_one(Recording, private).stored_key
    answer = login("admin").post("/privacy/person/export", data={"by": "technician", "value": "1001"}, buffered=True)
    data, names = package(answer.data)
    text = json.dumps(data, ensure_ascii=False)
    assert SPOKEN not in text
    assert NUMBER not in text
    assert data["technician"]["name"] == "王师傅"
    assert f"录音/{private}" in names
    assert holds_nothing
    with zipfile.ZipFile(io.BytesIO(answer.data)) as found:
        from tests.samples import sample

        assert found.read(f"录音/{private}") != sample("visit-03-heater-rude.m4a").read_bytes()


def test_a_technician_is_told_of_his_tokens_and_of_no_secret(
    app: Flask, login: Login, db: Database, people: dict[str, Any], private: int
) -> None:
    with app.test_request_context(), db.writing() as session:
        owner = session.get_one(User, people["technician"].id)
        secret = tokens.make(session, owner, "我的手机", ["recordings:read"], 30)
        tokens.make(session, session.get_one(User, people["qa"].id), "别人的", ["recordings:read"], 30)
    answer = login("admin").post("/privacy/person/export", data={"by": "technician", "value": "1001"}, buffered=True)
    data, _ = package(answer.data)
    (token,) = data["api_tokens"]
    assert (token["name"], token["scopes"], token["revoked_at"]) == ("我的手机", ["recordings:read"], None)
    assert set(token) == {"name", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"}
    text = json.dumps(data, ensure_ascii=False)
    assert not any(secret[:n] in text for n in (9, len(secret)))
    assert hashlib.sha256(secret.encode()).hexdigest() not in text


def test_sound_that_is_not_muted_yet_is_left_out_and_told(app: Flask, login: Login, people: dict[str, Any]) -> None:
    number = told(app, people)
    answer = login("admin").post("/privacy/person/export", data={"by": "technician", "value": "1001"}, buffered=True)
    _, names = package(answer.data)
    assert names == ["数据.json", "没有放进来的录音.txt"]
    assert number


def test_erasing_a_customer_leaves_the_technicians_score(login: Login, db: Database, private: int) -> None:
    with db.reading() as session:
        score = session.get_one(Recording, private).score
    client = login("admin")
    wrong = client.post("/privacy/person/erase", data={"by": "phone", "value": NUMBER, "again": "138"})
    assert "两次填写的不一致" in page(wrong, 422).text
    done = client.post(
        "/privacy/person/erase", data={"by": "phone", "value": NUMBER, "again": NUMBER}, follow_redirects=True
    )
    assert "已删除 1 段录音" in page(done).text
    left = everything(db, ("audit_log",))
    assert SPOKEN not in left
    assert NUMBER not in left
    with db.reading() as session:
        row = session.get_one(Recording, private)
        assert (row.score, row.deleted_at, row.stored_key) == (score, None, "")


def test_erasing_a_technician_makes_his_figures_nobodys(
    login: Login, db: Database, people: dict[str, Any], private: int
) -> None:
    login("admin").post("/privacy/person/erase", data={"by": "technician", "value": "1001", "again": "1001"})
    with db.reading() as session:
        row = session.get_one(Technician, people["wang"].id)
        user = session.get_one(User, people["technician"].id)
    assert (row.name, row.active) == ("（已删除）", False)
    assert not user.active
    assert "王师傅" not in everything(db, ("audit_log",))
    assert login("technician").get("/", follow_redirects=False).location.startswith("/login")


def test_what_is_held_stays_and_is_named(login: Login, db: Database, people: dict[str, Any], private: int) -> None:
    with db.writing() as session:
        holds.hold(session, private, "诉讼", people["admin"].id)
    done = login("admin").post(
        "/privacy/person/erase", data={"by": "technician", "value": "1001", "again": "1001"}, follow_redirects=True
    )
    assert f"没有删除：{private}" in page(done).text
    assert SPOKEN in everything(db)
    with db.reading() as session:
        assert session.get_one(Technician, people["wang"].id).name == "王师傅"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"by": "phone", "value": "123"}, "不是手机号"),
        ({"by": "order", "value": "没有"}, "没有编号为"),
        ({"by": "technician", "value": "²"}, "没有工号为"),
        ({"by": "x", "value": "1"}, "请选择查询方式"),
        ({"by": "order", "value": ""}, "请选择查询方式"),
        ({"by": "order", "value": "x" * 65}, "请选择查询方式"),
    ],
)
def test_a_question_that_names_nobody_is_answered_in_words(login: Login, form: dict[str, str], words: str) -> None:
    for what in ("person", "person/export", "person/erase"):
        assert words in page(login("admin").post(f"/privacy/{what}", data=form), 422).text


@pytest.mark.parametrize("number", ["", "0", "-1", "²", "9" * 19, "9" * 40, "1.5", "99999"])
def test_a_hold_on_no_recording_is_refused_in_words(login: Login, number: str) -> None:
    answer = login("admin").post("/privacy/holds", data={"recording": number, "reason": "x"})
    assert page(answer, 422).one("div", role="alert").text
    assert login("admin").post("/privacy/holds/release", data={"recording": number}).status_code == 303


def test_a_hold_is_set_seen_and_lifted_on_the_page(login: Login, private: int) -> None:
    client = login("admin")
    client.post("/privacy/holds", data={"recording": str(private), "reason": "投诉处理中"})
    assert "投诉处理中" in page(client.get("/privacy")).text
    assert "法律保留" in page(login("qa").get(f"/recordings/{private}")).text
    assert "法律保留" not in page(login("manager").get(f"/recordings/{private}")).text
    client.post("/privacy/holds/release", data={"recording": str(private)})
    assert "投诉处理中" not in page(client.get("/privacy")).text


def test_the_command_does_the_same(app: Flask, db: Database, tmp_path: Path, private: int) -> None:
    run = app.test_cli_runner().invoke
    target = tmp_path / "给客户.zip"
    said = run(args=["personal-data", "--phone", NUMBER, "--export", str(target), "--erase", "--yes"])
    assert said.exit_code == 0, said.output
    assert "录音 1 段" in said.output
    assert package(target.read_bytes())[0]["recordings"][0]["id"] == private
    assert SPOKEN not in everything(db, ("audit_log",))
    again = run(args=["personal-data", "--order", "WO-9", "--export", str(target)])
    assert "文件已存在" in again.output
    assert "请用 --technician" in run(args=["personal-data"]).output
    assert "没有找到" in run(args=["personal-data", "--technician", "x"]).output
