"""`flask --app web users …`: accounts from the terminal, for the first admin and for lost passwords."""

from __future__ import annotations

import sys

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select

from web.admin import accounts
from web.auth import passwords, second
from web.kit.refusals import FieldError
from web.kit.site import site
from web.migrations import upgrade
from web.models import Technician, User, UserRole

NO_NAME_OR_STAFF = "缺少姓名；身份为技师时还要用 --staff-no 指明人员"
users = AppGroup("users", help="账号：新增、重置密码、列出。")


def init_commands(app: Flask) -> None:
    app.cli.add_command(users)


@users.command("add")
@click.argument("username")
@click.option("--name", default="", help="姓名；不填则同用户名。")
@click.option("--role", type=click.Choice([r.value for r in UserRole]), default="qa", show_default=True, help="身份。")
@click.option("--staff-no", default="", help="技师的工号。")
@click.option("--password-stdin", is_flag=True, help="从标准输入读密码；不用则自动生成并打印。")
def add(username: str, name: str, role: str, staff_no: str, password_stdin: bool) -> None:
    """新增账号，例如：flask --app web users add chen --name 小陈 --role qa。"""
    here = site()
    upgrade(here.web.database(here.settings.home))
    password = sys.stdin.readline().rstrip("\n") if password_stdin else passwords.invented()
    if weak := passwords.weakness(password, username, name):
        raise click.ClickException(weak.rstrip("。"))
    try:
        with here.db.writing() as session:
            technician_id = session.scalar(select(Technician.id).where(Technician.staff_no == staff_no))
            if role == UserRole.TECHNICIAN and technician_id is None:
                raise click.ClickException(NO_NAME_OR_STAFF)
            accounts.create(
                session,
                username=username,
                name=name or username,
                role=UserRole(role),
                password=password,
                technician_id=technician_id,
                initial_days=None if password_stdin else here.web.initial_password_days,
            )
    except FieldError as error:
        words = NO_NAME_OR_STAFF if error.field == "name" else error.words.rstrip("。")
        raise click.ClickException(words) from None
    click.echo(
        f"已新增账号 {username}。"
        + (
            ""
            if password_stdin
            else f"初始密码（{here.web.initial_password_days} 天内有效，首次登录时必须修改）：{password}"
        )
    )


@users.command("reset")
@click.argument("username")
@click.option("--second-factor", is_flag=True, help="同时取消两步验证（手机丢了时用）。")
def reset(username: str, second_factor: bool) -> None:
    """重置密码，所有已登录的会话退出。"""
    password, days = passwords.invented(), site().web.initial_password_days
    with site().db.writing() as session:
        user = session.scalar(select(User).where(User.username == username))
        if user is None:
            raise click.ClickException(f"没有账号 {username}")
        passwords.give(session, user, password, days)
        if second_factor:
            second.switch_off(session, user)
    click.echo(f"账号 {username} 的新密码（{days} 天内有效，首次登录时必须修改）：{password}")


@users.command("list")
def list_users() -> None:
    """列出全部账号。"""
    with site().db.reading() as session:
        for user in session.scalars(select(User).order_by(User.username)):
            click.echo(f"{user.username}\t{user.role.value}\t{user.name}\t{'启用' if user.active else '停用'}")
