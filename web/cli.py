"""`flask --app web …`: upgrade the database, serve the site. Features add their own commands to `GROUPS`."""

from __future__ import annotations

import importlib

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from web.migrations import upgrade
from web.site import site

# modules with `init_commands(app)`
COMMANDS: tuple[str, ...] = ("web.admin.commands", "web.maintenance.commands", "web.jobs.worker")


def init(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(_upgrade)
    app.cli.add_command(_serve)
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
    """启动网站（waitress）。"""
    from waitress import serve

    here = site()
    upgrade(here.web.database(here.settings.home))
    click.echo(f"听检网站：http://{here.web.host}:{here.web.port}")
    serve(
        current_app._get_current_object(),  # type: ignore[attr-defined]  # the application behind the proxy object
        host=here.web.host,
        port=here.web.port,
        threads=here.web.threads,
        ident=None,
        max_request_body_size=64 * 1024**2,
        channel_timeout=120,
    )
