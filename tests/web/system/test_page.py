"""The system page tells an admin how the site is, and what he asks for there is done by a worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web import cast
from tests.web.conftest import Login
from tests.web.html import page
from web import queue
from web.backups import nightly
from web.db import Database, now
from web.kit import mishaps
from web.kit.site import Site
from web.maintenance import checkup
from web.maintenance.finding import Finding
from web.models import AuditEntry, JobKind, RecordingState
from web.queue import JobFailure, presence


def failed(db: Database, people: dict[str, Any], *codes: str) -> None:
    with db.writing() as session:
        for number, code in enumerate(codes):
            row = cast.recording(session, people["wang"], f"坏{number}.mp3", stored_key="aa/bb/cc")
            queue.enqueue(session, row.id, JobKind.HEAR)
            claimed = queue.claim(session, "w", 30, (JobKind.HEAR,))
            assert claimed is not None
            queue.fail(session, claimed.token, JobFailure(code, f"因为 {code}"))


def test_it_tells_each_worker_and_what_it_does(db: Database, login: Login, people: dict[str, Any]) -> None:
    with db.writing() as session:
        presence.sign(session, "here:1", now())
        presence.sign(session, "there:2", now() - timedelta(minutes=5))
        row = cast.recording(session, people["wang"], "在转写.mp3", stored_key="aa/bb/cc")
        queue.enqueue(session, row.id, JobKind.HEAR)
        assert queue.claim(session, "here:1:hear", 30, (JobKind.HEAR,)) is not None
    shown = page(login("admin").get("/system")).one(id="workers")
    here, there = shown.all("li")
    assert here.text.startswith("运行中 here:1")
    assert "转写： 在转写.mp3" in here.text
    assert there.text.startswith("没有动静 there:2")
    assert shown.all(class_="alert") == []


def test_no_worker_is_told_on_every_page_to_those_who_can_do_something(login: Login, db: Database) -> None:
    assert "没有后台进程在运行" in page(login("admin").get("/system")).one(id="workers").text
    for who, told in {"admin": "/system", "qa": "/queue", "manager": None}.items():
        links = page(login(who).get("/queue")).all("a", class_="no-worker")
        assert [link.get("href") for link in links] == ([told] if told else []), who
    assert "排队的录音不会处理。 请告诉管理员。" in page(login("qa").get("/queue")).one(id="main").text


def test_a_worker_ends_the_warning_within_seconds(login: Login, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from web.system import header

    monkeypatch.setattr(header, "FRESH_S", 0.0)
    browser = login("qa")
    assert page(browser.get("/queue")).all(class_="no-worker")
    with db.writing() as session:
        presence.sign(session, "here:1", now())
    assert not page(browser.get("/queue")).all(class_="no-worker")


def test_failures_stand_by_kind_and_each_number_is_that_of_its_list(
    db: Database, login: Login, people: dict[str, Any]
) -> None:
    failed(db, people, "audio-damaged", "model-damaged", "audio-damaged")
    browser = login("admin")
    lines = page(browser.get("/system")).one(id="failures").all("li")
    assert [line.text.split()[0:2] for line in lines] == [["2", "段"], ["1", "段"]]
    for line, count in zip(lines, (2, 1), strict=True):
        shown = page(browser.get(line.one("a").get("href") or ""))
        assert len(shown.one(id="queue").all("tr", data_state="failed")) == count


def test_all_failures_are_tried_again_with_one_button(db: Database, login: Login, people: dict[str, Any]) -> None:
    failed(db, people, "audio-damaged", "model-damaged")
    browser = login("admin")
    form = page(browser.get("/system")).one(id="failures").one("form")
    assert "2 段" in (form.get("data-confirm") or "")
    fields = {f.get("name") or "": f.get("value") or "" for f in (*form.all("input"), form.one("button"))}
    browser.post(form.get("action") or "", data=fields)
    with db.reading() as session:
        assert session.scalars(select(cast.Recording.state)).all() == [RecordingState.QUEUED] * 2
        assert session.scalars(select(AuditEntry.action)).all() == ["recording.retry"] * 2
    assert not page(browser.get("/system")).one(id="failures").all("form")


def test_only_the_failures_of_the_kind_that_is_shown_are_tried_again(
    db: Database, login: Login, people: dict[str, Any]
) -> None:
    failed(db, people, "audio-damaged", "model-damaged")
    login("admin").post("/queue", data={"show": "failed", "code": "model-damaged", "all": "1", "act": "retry"})
    with db.reading() as session:
        states = session.scalars(select(cast.Recording.state).order_by(cast.Recording.id)).all()
    assert states == [RecordingState.FAILED, RecordingState.QUEUED]


def test_a_backup_is_asked_for_here_and_made_by_a_worker(here: Site, login: Login) -> None:
    browser = login("admin")
    assert "还没有做过" in page(browser.get("/system")).one(id="backup").text
    browser.post("/system/backup")
    shown = page(browser.get("/system")).one(id="backup")
    assert "等后台进程来做" in shown.text
    assert shown.one("button").get("disabled") is not None
    with here.db.reading() as session:
        assert nightly.asked_at(session) is not None
        assert nightly.last(session).done_at is None
        assert session.scalars(select(AuditEntry.action)).all() == ["backup-asked"]


def test_the_doctors_last_look_is_shown_and_another_asked_for(here: Site, login: Login) -> None:
    checkup.keep(here, [Finding("model", "error", "模型坏了", "请重新安装"), Finding("audit", "ok", "操作日志完整")])
    browser = login("admin")
    shown = page(browser.get("/system"))
    assert "模型坏了 请重新安装" in shown.one(id="checkup").text
    assert "模型坏了" in shown.one(id="model").text
    assert "操作日志完整" in shown.one(id="log").text
    browser.post("/system/checkup")
    with here.db.reading() as session:
        assert checkup.last(session).asked
    assert page(browser.get("/system")).one(id="checkup").one("button").get("disabled") is not None


def test_a_larger_model_that_the_machine_could_carry_is_told_beside_the_one_in_use(here: Site, login: Login) -> None:
    """It needs no attention, so that the list of findings leaves it out."""
    checkup.keep(here, [Finding("model-size", "ok", "可以用更大的模型 small", "运行 python -m analyzer model small")])
    model = page(login("admin").get("/system")).one(id="model")
    assert "可以用更大的模型 small" in model.text and "python -m analyzer model small" in model.text


def test_an_error_can_be_found_by_the_number_that_its_victim_saw(here: Site, login: Login) -> None:
    mishaps.keep(here.folder, mishaps.Mishap(now().isoformat(), "web", "", "KeyError", "web/x.py:3", "abc12345"))
    shown = page(login("admin").get("/system")).one(id="errors").text
    assert "KeyError" in shown
    assert "编号 abc12345" in shown


def test_the_part_that_changes_comes_alone_when_asked_for(login: Login) -> None:
    part = page(login("admin").get("/system", headers={"HX-Request": "true"}))
    assert part.one(id="system-live")
    assert not part.all(id="settings")


def test_who_is_no_admin_sees_nothing_of_it(login: Login) -> None:
    for who in ("qa", "manager", "technician"):
        for answer in (
            login(who).get("/system"),
            login(who).post("/system/backup"),
            login(who).post("/system/checkup"),
        ):
            assert answer.status_code == 403, who


def test_what_is_asked_for_needs_the_forms_token(app: Flask, login: Login, here: Site) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert login("admin").post("/system/backup").status_code == 400
    with here.db.reading() as session:
        assert nightly.asked_at(session) is None
