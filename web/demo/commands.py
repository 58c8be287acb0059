"""`flask --app web demo`: the demo archive into the site's database."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import with_appcontext

from web.demo.company import LOGINS, PASSWORD
from web.migrations import upgrade
from web.site import site


def init_commands(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(_demo)


@click.command("demo")
@click.option("--processes", default=2, show_default=True, help="同时判分的进程数。")
@with_appcontext
def _demo(processes: int) -> None:
    """导入演示档案：12 周的虚构录音文字；再次运行不会重复导入。"""
    from web.demo.seed import seed  # here: it loads the analyzer, which no other command of the site needs

    here = site()
    upgrade(here.web.database(here.settings.home))
    done = seed(here, click.echo, processes=processes)
    click.echo(
        f"演示档案：新导入 {done.added} 段，已有 {done.already} 段，签核 {done.signed} 段，用时 {done.seconds:.0f} 秒。"
    )
    click.echo(f"演示账号：{'、'.join(name for name, _, _ in LOGINS)}，密码都是 {PASSWORD}（仅供演示）。")
