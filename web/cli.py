"""`flask --app web …`: upgrade the database, serve the site. Features add their own commands to `COMMANDS`."""

from __future__ import annotations

import importlib
import signal
import subprocess
import sys
import time
from types import FrameType

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select

from web.migrations import upgrade
from web.migrations.start import ensure_current
from web.models import Job, JobState
from web.site import Site, site

# modules with `init_commands(app)`
COMMANDS: tuple[str, ...] = (
    "web.admin.commands",
    "web.maintenance.commands",
    "web.jobs.worker",
    "web.uploads.commands",
    "web.demo.commands",
    "web.scorecards.commands",
)


def init(app: Flask) -> None:
    """Add the commands."""
    for command in (_upgrade, _serve, _up, _status):
        app.cli.add_command(command)
    for module in COMMANDS:
        importlib.import_module(module).init_commands(app)


@click.command("upgrade")
@with_appcontext
def _upgrade() -> None:
    """把数据库升级到当前版本（升级前自动备份）。"""
    kept = upgrade(site().web.database(site().settings.home))
    click.echo("数据库已是最新版本。" + (f"升级前的备份：{kept}" if kept else ""))


@click.command("serve")
@with_appcontext
def _serve() -> None:
    """启动网站（只有网站；后台进程用 worker 另外启动，或用 up 一起启动）。"""
    here = site()
    ensure_current(here.web.database(here.settings.home), here.folder)
    _listen(here)


@click.command("up")
@with_appcontext
def _up() -> None:
    """同时启动网站和后台进程；按 Ctrl-C 一起停止。"""
    up(site())


@click.command("status")
@click.option("--wait", "wait_s", type=float, default=0.0, help="最多等多少秒，直到队列处理完。")
@with_appcontext
def _status(wait_s: float) -> None:
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


def up(here: Site) -> None:
    """Serve the site with a worker beside it; the worker is stopped when the site stops, however it stops."""
    ensure_current(here.web.database(here.settings.home), here.folder)
    worker = subprocess.Popen([sys.executable, "-m", "flask", "--app", "web", "worker"])

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        _listen(here)
    except KeyboardInterrupt:
        click.echo("正在停止…")
    finally:
        worker.terminate()
        try:
            worker.wait(30)
        except subprocess.TimeoutExpired:
            worker.kill()


def _listen(here: Site) -> None:
    from waitress import create_server

    try:
        server = create_server(
            current_app._get_current_object(),  # type: ignore[attr-defined]  # the application behind the proxy object
            host=here.web.host,
            port=here.web.port,
            threads=here.web.threads,
            ident=None,
            max_request_body_size=64 * 1024**2,
            channel_timeout=120,
        )
    except OSError as error:
        advice = f"请换一个端口，例如 TINGJIAN_WEB_PORT={here.web.port + 1}"
        raise click.ClickException(
            f"不能在 {here.web.host}:{here.web.port} 上监听（{error.strerror}）；{advice}"
        ) from None
    click.echo(f"听检网站：http://{here.web.host}:{here.web.port}（按 Ctrl-C 停止）")
    server.run()
