"""`flask --app web digest --to USER [--print]`: the weekly digest of one user, now."""

from __future__ import annotations

import smtplib

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import select

from web.db import now
from web.digest.mailing import compose
from web.kit.calendar import today_in
from web.kit.login import viewer_of
from web.kit.site import site
from web.kit.smtp import connection, server
from web.models import User, UserRole


def init_commands(app: Flask) -> None:
    app.cli.add_command(send_digest)


@click.command("digest")
@click.option("--to", "username", required=True, help="用户名。")
@click.option("--print", "shown", is_flag=True, help="只显示内容，不发送。")
@with_appcontext
def send_digest(username: str, shown: bool) -> None:
    """立即发送（或显示）某个用户的周报，用来检查邮件设置。"""
    here = site()
    with here.db.reading() as session:
        user = session.scalar(select(User).where(User.username == username, User.active))
    if user is None or user.role is UserRole.TECHNICIAN:
        raise click.ClickException(f"没有可以收周报的用户 {username}")
    if not shown and not (here.web.smtp_url and user.email):
        raise click.ClickException("请先设置 TINGJIAN_WEB_SMTP_URL，并为该用户填写邮箱；或加 --print 只看内容")
    mail = compose(here, viewer_of(user), user.email, today_in(here.zone, now()))
    if shown:
        plain = mail.get_body(("plain",))
        click.echo(f"{mail['Subject']}\n\n{plain.get_content() if plain else ''}")
        return
    try:
        with connection(server(here.web.smtp_url)) as smtp:
            smtp.send_message(mail)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise click.ClickException(f"邮件没有发出：{error}") from None
    click.echo(f"已发送到 {user.email}。")
