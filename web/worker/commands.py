"""`flask --app web worker`."""

from __future__ import annotations

import logging

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from web.kit.site import site
from web.migrations.start import ensure_current
from web.queue import doorbell
from web.worker import start
from web.worker.chores import CHORES
from web.worker.supervisor import Supervisor


@click.command("worker")
@with_appcontext
def worker() -> None:
    """启动后台进程：转写、判断、收取投递文件夹里的录音。"""
    here = site()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    ensure_current(here.web.database(here.settings.home), here.folder)
    if here.web.queue_url:
        doorbell.broker(here.web.queue_url)  # a mistyped queue is told now
    click.echo("听检后台进程已启动，按 Ctrl-C 停止。")
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the application behind the proxy
    Supervisor(app, start.child, CHORES).run()
    click.echo("后台进程已停止。")


def init_commands(app: Flask) -> None:
    app.cli.add_command(worker)
