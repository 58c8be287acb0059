"""The site's server (waitress), with a worker beside it where one is wanted."""

from __future__ import annotations

import signal
import subprocess
import sys
from types import FrameType

import click
from flask import current_app

from web.kit.site import Site
from web.migrations.start import ensure_current


def up(here: Site) -> None:
    """Serve the site with a worker beside it; the worker is stopped when the site stops, however it stops."""
    ensure_current(here.web.database(here.settings.home), here.folder)
    worker = subprocess.Popen([sys.executable, "-m", "flask", "--app", "web", "worker"])

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        listen(here)
    except KeyboardInterrupt:
        click.echo("正在停止…")
    finally:
        worker.terminate()
        try:
            worker.wait(30)
        except subprocess.TimeoutExpired:
            worker.kill()


def listen(here: Site) -> None:
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
