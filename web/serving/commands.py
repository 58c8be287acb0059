"""`flask --app web upgrade | serve | up | status`."""

from __future__ import annotations

import time

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import func, select

from web.kit.site import site
from web.migrations import upgrade
from web.migrations.start import ensure_current
from web.models import Job, JobState
from web.serving.server import listen, up


@click.command("upgrade")
@with_appcontext
def upgrade_database() -> None:
    """把数据库升级到当前版本（升级前自动备份）。"""
    kept = upgrade(site().web.database(site().settings.home))
    click.echo("数据库已是最新版本。" + (f"升级前的备份：{kept}" if kept else ""))


@click.command("serve")
@with_appcontext
def serve() -> None:
    """启动网站（只有网站；后台进程用 worker 另外启动，或用 up 一起启动）。"""
    here = site()
    ensure_current(here.web.database(here.settings.home), here.folder)
    listen(here)


@click.command("up")
@with_appcontext
def serve_with_worker() -> None:
    """同时启动网站和后台进程；按 Ctrl-C 一起停止。"""
    up(site())


@click.command("status")
@click.option("--wait", "wait_s", type=float, default=0.0, help="最多等多少秒，直到队列处理完。")
@with_appcontext
def status(wait_s: float) -> None:
    """列出队列里各种状态的任务数；有失败的，或等到时限还没处理完，退出码为 1。"""
    until = time.monotonic() + wait_s
    while True:
        with site().db.reading() as session:
            counts = dict(session.execute(select(Job.state, func.count()).group_by(Job.state)).all())
        waiting = sum(counts.get(state, 0) for state in (JobState.QUEUED, JobState.RUNNING))
        if not waiting or time.monotonic() >= until:
            break
        time.sleep(1.0)
    names = {
        "queued": "排队",
        "running": "处理中",
        "done": "完成",
        "failed": "失败",
        "cancelled": "已取消",
        "set_aside": "已搁置",
    }
    click.echo("，".join(f"{name} {counts.get(JobState(state), 0)}" for state, name in names.items()))
    if waiting or counts.get(JobState.FAILED) or counts.get(JobState.SET_ASIDE):
        raise click.exceptions.Exit(1)


def init_commands(app: Flask) -> None:
    for command in (upgrade_database, serve, serve_with_worker, status):
        app.cli.add_command(command)
