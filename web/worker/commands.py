"""`flask --app web worker | learn`."""

from __future__ import annotations

from collections.abc import Iterator

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from web.config import AnalyzerError
from web.kit import logs
from web.kit.site import site
from web.learning.standing import Report
from web.migrations.start import ensure_current
from web.worker import learning, start
from web.worker.chores import CHORES
from web.worker.supervisor import Supervisor


@click.command("worker")
@with_appcontext
def worker() -> None:
    """启动后台进程：转写、判断、收取投递文件夹里的录音。"""
    here = site()
    logs.configure(here.web.log_format, here.folder)
    ensure_current(here.web.database(here.settings.home), here.folder)
    click.echo("听检后台进程已启动，按 Ctrl-C 停止。")
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the application behind the proxy
    Supervisor(app, start.child, CHORES).run()
    click.echo("后台进程已停止。")


@click.command("learn")
@with_appcontext
@click.option("--dry-run", is_flag=True, help="只比较，不采用。")
def learn(dry_run: bool) -> None:
    """从复核决定里学习“意思相同”的说法；什么都不会离开这台机器。"""
    try:
        report = learning.learn(site(), write=not dry_run)
    except AnalyzerError as error:
        raise click.ClickException(f"{error.message}。{error.advice}") from None
    for line in _told(report, dry_run=dry_run):
        click.echo(line)


def _told(report: Report, *, dry_run: bool) -> Iterator[str]:
    if not report.rows:
        yield "没有可学的：还没有人确认或改判过与意思有关的条款。"
        return
    yield f"{report.decisions} 个复核决定。每五句留出一句不学，用来比较："
    yield f"{'意思':22} {'句数':>4} {'留出':>4} {'之前对':>5} {'之后对':>5}  结果"
    for row in report.rows:
        result = "只有一句，等再多一些" if not row.held else "采用" if row.taken else "比以前差，没有采用"
        yield f"{row.meaning:22} {row.lines:>6} {row.held:>6} {row.before:>8} {row.after:>8}  {result}"
    if dry_run:
        yield "只是试算，什么都没有改。"
    elif report.taken:
        yield "已采用。新录音按新的读者判；旧录音可在录音列表里选中，点“重新判分”。"


def init_commands(app: Flask) -> None:
    app.cli.add_command(worker)
    app.cli.add_command(learn)
