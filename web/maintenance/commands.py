"""`flask --app web doctor | backup | restore`."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy.engine import make_url

from web.db import now
from web.db.copies import BackupError
from web.kit import audit
from web.kit.site import Site, site
from web.maintenance import backup as copies
from web.maintenance.doctor import examine

_MARKS = {"ok": "✓", "warning": "!", "error": "✗"}


def init_commands(app: Flask) -> None:
    for command in (doctor, backup, restore):
        app.cli.add_command(command)


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """检查数据库、磁盘、模型、标准和录音文件；有错误时退出码为 1。"""
    errors = 0
    for finding in examine(site()):
        errors += finding.level == "error"
        hint = f"\n    {finding.hint}" if finding.hint else ""
        click.echo(f"{_MARKS[finding.level]} {finding.message}{hint}")
    if errors:
        raise click.exceptions.Exit(1)


@click.command("backup")
@with_appcontext
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--no-audio", is_flag=True, help="只备份数据库。")
def backup(folder: Path | None, no_audio: bool) -> None:
    """备份数据库和录音（网站可以照常运行）。不写 FOLDER 则存到 TINGJIAN_HOME/backups。"""
    here = site()
    target = folder or here.settings.home / "backups" / f"{now().astimezone(here.zone):%Y%m%d-%H%M%S}"
    try:
        done = copies.backup(_database(here), None if no_audio else _audio(here), target)
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    with here.db.writing() as session:
        audit.record(session, "backup", detail=target.as_posix())
    click.echo(f"已备份到 {target}（数据库版本 {done.revision}，录音文件 {done.audio_files} 个）。")


@click.command("restore")
@with_appcontext
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--yes", is_flag=True, help="不再询问。")
def restore(folder: Path, yes: bool) -> None:
    """用备份替换现有数据。请先停止网站和后台进程。"""
    here = site()
    database = _database(here)
    if not yes:
        click.confirm(f"现有数据库 {database} 会被替换（原来的另存一份）。确定恢复吗？", abort=True)
    here.db.dispose()
    try:
        kept = copies.restore(folder, database, _audio(here))
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"已恢复 {folder}。" + (f"原来的数据库另存为 {kept}。" if kept else ""))


def _database(here: Site) -> Path:
    url = make_url(here.db.url)
    if not here.db.is_sqlite or not url.database:
        raise click.ClickException("只有 SQLite 数据库用这个命令；PostgreSQL 请用 pg_dump 和 pg_restore")
    return Path(url.database)


def _audio(here: Site) -> Path | None:
    url = here.web.storage(here.settings.home)
    return Path(url.removeprefix("file://")) if url.startswith("file://") else None
