"""`flask --app web doctor | backup | restore | rebuild | audit`."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from web.backups import backup as copies
from web.backups import nightly
from web.db import now
from web.db.copies import BackupError
from web.intake.storage import open_storage
from web.kit import aside, audit, chain
from web.kit.site import site
from web.kit.values import whole
from web.maintenance import checkup
from web.maintenance.doctor import examine
from web.maintenance.rebuild import rebuild as everything_anew

_MARKS = {"ok": "✓", "warning": "!", "error": "✗"}
MOST_FAULTS = 20


def init_commands(app: Flask) -> None:
    for command in (doctor, backup, restore, rebuild, verify_log):
        app.cli.add_command(command)


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """检查数据库、磁盘、模型、标准和录音文件；有错误时退出码为 1。"""
    errors, found = 0, []
    for finding in examine(site()):
        found.append(finding)
        errors += finding.level == "error"
        hint = f"\n    {finding.hint}" if finding.hint else ""
        click.echo(f"{_MARKS[finding.level]} {finding.message}{hint}")
    with contextlib.suppress(SQLAlchemyError):  # a database that is away stands among the findings
        checkup.keep(site(), found)
    if errors:
        raise click.exceptions.Exit(1)


@click.command("backup")
@with_appcontext
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option("--no-audio", is_flag=True, help="只备份数据库。")
def backup(folder: Path | None, no_audio: bool) -> None:
    """备份数据库和录音（网站可以照常运行）。不写 FOLDER 则存到备份文件夹。"""
    here = site()
    target = folder or nightly.folder_of(here) / nightly.name_at(here, by_hand=True)
    storage = None if no_audio else open_storage(here.web, here.settings.home)
    try:
        done = copies.backup(here.db.url, storage, target)
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    with here.db.writing() as session:
        nightly.note_by_hand(session, now())
        audit.record(session, "backup", detail=target.as_posix())
    click.echo(f"已备份到 {target}（数据库版本 {done.revision}，录音文件 {done.audio_files} 个）。")
    if done.missing:
        click.echo(f"有 {len(done.missing)} 段录音的文件不在备份里：备份期间被删除，或早已丢失（清单里列出了）。")


@click.command("restore")
@with_appcontext
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--yes", is_flag=True, help="不再询问。")
def restore(folder: Path, yes: bool) -> None:
    """用备份替换现有数据。请先停止网站和后台进程。"""
    here = site()
    if not yes:
        click.confirm("现有数据库会被替换（原来的另存一份）。确定恢复吗？", abort=True)
    here.db.dispose()
    try:
        done = copies.restore(folder, here.db.url, open_storage(here.web, here.settings.home), here.folder)
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    with here.db.writing() as session:
        lost = chain.restart(here.db.info)
        audit.record(session, "restored", detail=folder.as_posix(), head=lost)
    kept = f"原来的数据库另存为 {done.kept}。" if done.kept else ""
    click.echo(f"已恢复 {folder}（录音文件 {done.audio_files} 个）。{kept}")
    if done.damaged:
        click.echo(f"备份里有 {len(done.damaged)} 个录音文件已损坏，没有恢复：{'、'.join(done.damaged[:5])}")


@click.command("rebuild")
@with_appcontext
def rebuild() -> None:
    """重新计算由录音得出的一切：计数、关联条款、评分卡汇总、录音内容搜索。已签核和已发布的不动；网站可以照常运行。"""
    here = site()
    done = {
        "recordings": "录音的计数和得分 {} 段",
        "orders": "工单关联条款 {} 单",
        "summaries": "评分卡汇总 {} 段录音",
        "search": "录音内容搜索 {} 段",
    }
    for what, count in everything_anew(here):
        click.echo(done[what].format(count))
    with here.db.reading() as session:
        rows, total = aside.set_aside(session)
        for row in rows:
            click.echo(f"没做成：{row.title}：{row.reason}", err=True)
    if total:
        raise click.exceptions.Exit(1)


@click.command("audit")
@with_appcontext
@click.option("--head", default="", help="以前抄下的末条，写成“编号 校验值”，核对它是否还在。")
def verify_log(head: str) -> None:
    """核对操作日志，并打印末条的编号和校验值（请抄到别处保存）；不完整时退出码为 1。"""
    written, _, digest = head.partition(" ")
    number = whole(written)
    if head and (number is None or not digest):
        raise click.BadParameter("请写成“编号 校验值”，例如 --head '1024 k:…'", param_hint="--head")
    with site().db.reading() as session:
        found = [audit.fault_words(f) for f in chain.faults(session, None if number is None else (number, digest))]
        last = chain.newest(session)
    for words in found[:MOST_FAULTS]:
        click.echo(f"✗ {words}")
    if found:
        raise click.ClickException(f"操作日志不完整，共 {len(found)} 处；请查明谁动过数据库")
    click.echo(f"✓ 操作日志完整。末条：{last[0]} {last[1]}" if last else "✓ 操作日志还没有记录。")
