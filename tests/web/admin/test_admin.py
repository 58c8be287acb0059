"""Accounts: made, changed, reset by admins, on pages and in the terminal."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web.conftest import Login
from tests.web.html import page
from web.db import Database
from web.kit import audit
from web.models import AuditEntry, Technician, User, UserRole


def new(**more: Any) -> dict[str, Any]:
    return {"username": "sun", "name": "小孙", "role": "qa", **more}


def test_a_new_account_gets_a_password_that_must_be_changed(login: Login, app: Flask) -> None:
    shown = page(login("admin").post("/admin/users/new", data=new()))
    password = shown.one("dd", data_password="").text
    browser = app.test_client()
    browser.post("/login", data={"username": "sun", "password": password})
    assert browser.get("/").location == "/password"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (new(username="chen"), "已有人使用"),
        (new(username="CHEN"), "已有人使用"),
        (new(username="a b"), "用户名为"),
        (new(name=""), "请填写这一项"),
        (new(name="小\r\n孙"), "换行或不可见的字符"),
        *(
            (new(email=e), "不是一个邮箱地址")
            for e in ("a@b.cn\r\nBcc: x@y.cn", "a b@c.cn", "a@b@c", "x", "<a@b.cn>", "孙@b.cn")
        ),
        (new(role="king"), "请填写这一项"),
        (new(role="technician"), "请填写这一项"),
        (new(role="technician", technician_id="1"), "已经有账号"),
    ],
)
def test_a_bad_account_says_why(login: Login, values: dict[str, Any], told: str) -> None:
    assert told in page(login("admin").post("/admin/users/new", data=values), 422).text


def test_an_admin_cannot_take_his_own_rights_away(login: Login, people: dict[str, Any]) -> None:
    path = f"/admin/users/{people['admin'].id}"
    for values in ({"name": "管理员", "role": "qa", "active": "1"}, {"name": "管理员", "role": "admin"}):
        assert "不能停用自己" in page(login("admin").post(path, data=values), 422).text


def test_a_change_of_role_ends_the_sessions(login: Login, people: dict[str, Any]) -> None:
    browser = login("qa")
    path = f"/admin/users/{people['qa'].id}"
    login("admin").post(path, data={"name": "小陈", "role": "manager", "active": "1"})
    assert browser.get("/password").status_code == 302


def test_a_reset_password_is_shown_once_and_works(login: Login, app: Flask, people: dict[str, Any]) -> None:
    shown = page(login("admin").post(f"/admin/users/{people['qa'].id}/reset"))
    browser = app.test_client()
    answer = browser.post("/login", data={"username": "chen", "password": shown.one("dd", data_password="").text})
    assert answer.status_code == 302


def test_the_pages_of_admins_parse(login: Login, people: dict[str, Any]) -> None:
    admin = login("admin")
    assert "小陈" in page(admin.get("/admin/users")).text
    assert "重置密码" in page(admin.get(f"/admin/users/{people['qa'].id}")).text
    assert page(admin.get("/admin/users/new")).one("input", id="username")
    assert admin.get("/admin/users/9999").status_code == 404


def test_the_log_can_be_narrowed_and_verified(login: Login, db: Database) -> None:
    for n in range(120):
        with db.writing() as session:
            audit.record(session, "listen" if n % 2 else "login", "recording", n)
    admin = login("admin")
    first = page(admin.get("/admin/audit?action=listen"))
    assert len(first.one("tbody").all("tr")) == 50
    assert len(page(admin.get("/admin/audit?action=listen&page=2")).one("tbody").all("tr")) == 10
    assert "没有符合条件" in page(admin.get("/admin/audit?day=2020-01-01")).text
    admin.post("/admin/audit/verify")
    assert "日志完整" in page(admin.get("/admin/audit")).text
    with db.writing() as session:
        session.delete(session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()[5])
    admin.post("/admin/audit/verify")
    assert "日志不完整" in page(admin.get("/admin/audit")).text


def test_the_terminal_adds_lists_and_resets_accounts(app: Flask, db: Database) -> None:
    run = app.test_cli_runner().invoke
    made = run(args=["users", "add", "sun", "--name", "小孙", "--role", "manager"])
    assert made.exit_code == 0, made.output
    assert re.search(r"：\w{4}-\w{4}-\w{4}", made.output)
    assert "已有人使用" in run(args=["users", "add", "sun"]).output
    assert run(args=["users", "add", "sun"]).exit_code == 1
    assert "太容易" in run(args=["users", "add", "x1", "--password-stdin"], input="12345678\n").output
    assert "sun\tmanager\t小孙\t启用" in run(args=["users", "list"]).output
    assert "新密码" in run(args=["users", "reset", "sun"]).output
    assert run(args=["users", "reset", "nobody"]).exit_code == 1
    with db.writing() as session:
        session.add(Technician(staff_no="1003", name="赵师傅"))
    assert run(args=["users", "add", "zhao", "--role", "technician", "--staff-no", "1003"]).exit_code == 0
    with db.reading() as session:
        assert session.scalar(select(User.role).where(User.username == "zhao")) is UserRole.TECHNICIAN
