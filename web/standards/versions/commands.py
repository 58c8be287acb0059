"""`flask --app web standards`: the folder in effect, for `analyzer --lexicons`, and the whole of it as files."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from web.db import now
from web.kit.calendar import today_in
from web.kit.lexicons import lexicons_on
from web.kit.site import site

group = AppGroup("standards", help="公司自己的标准：哪一套在生效，导出成文件。")


@group.command("folder")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="哪一天生效的（默认今天）。")
def folder(day: dt.datetime | None) -> None:
    """打印正在生效的标准所在的文件夹，可以交给 analyzer 的 --lexicons。"""
    click.echo(_folder(day).as_posix())


@group.command("export")
@click.argument("target", type=click.Path(path_type=Path, file_okay=False))
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="哪一天生效的（默认今天）。")
def export(target: Path, day: dt.datetime | None) -> None:
    """把正在生效的标准连同词表复制到一个新文件夹。"""
    if target.exists() and any(target.iterdir()):
        raise click.ClickException(f"{target} 里已经有文件，请换一个空文件夹")
    shutil.copytree(_folder(day), target, dirs_exist_ok=True)
    click.echo(f"已导出到 {target.as_posix()}")


def _folder(day: dt.datetime | None) -> Path:
    here = site()
    with here.db.reading() as session:
        return lexicons_on(session, here.settings, day.date() if day else today_in(here.zone, now()))


def init_commands(app: Flask) -> None:
    app.cli.add_command(group)
