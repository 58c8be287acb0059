"""`flask --app web demo`: demo data, site and worker, for looking around. Never point it at real data.

Accounts, technicians, orders and the audio samples are there before the site starts; the archive's 1,400 transcripts take
a minute of work and come in beside it (`demo --no-serve` in a process of its own).
"""

from __future__ import annotations

import datetime as dt

import click
from filelock import FileLock
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import select

from web.db import now
from web.demo import samples, seed
from web.demo.company import LOGINS, PASSWORD
from web.demo.people import CAST
from web.kit.site import Site, site
from web.migrations.start import ensure_current
from web.models import Recording
from web.serving.server import up

BEGUN = "十二周演示档案正在后台导入（约两分钟）：网站已经可以用，图表和列表会逐渐补齐。"


def init_commands(app: Flask) -> None:
    app.cli.add_command(demo)


@click.command("demo")
@click.option("--no-serve", is_flag=True, help="只准备数据，不启动网站；另一个进程正在准备时，等它准备完。")
@with_appcontext
def demo(no_serve: bool) -> None:
    """准备演示数据，启动网站和后台进程。"""
    here = site()
    ensure_current(here.web.database(here.settings.home), here.folder)
    if not seed.is_demo(here) and _has_recordings(here):
        raise click.ClickException(f"{here.settings.home} 里有真实数据，不能混入演示数据；请换一个 TINGJIAN_HOME")
    archive = seed.unfinished(here)
    if archive is not None:
        seed.found_company(here, archive)
    queue_samples(here)
    if no_serve:
        with FileLock(here.folder / "demo.lock"):
            seed.seed(here, click.echo)
        return
    click.echo("可以用这些账号登录（密码都是 {}）：{}".format(PASSWORD, "、".join(f"{u}（{n}）" for u, n, _ in LOGINS)))
    if archive is None:
        up(here)
    else:
        click.echo(BEGUN)
        up(here, ("demo", "--no-serve"))


def _has_recordings(here: Site) -> bool:
    with here.db.reading() as session:
        return session.scalar(select(Recording.id).limit(1)) is not None


def queue_samples(here: Site) -> None:
    staff = [who.staff_no for who in CAST if not who.newcomer]  # he is to have too few recordings for a rank
    yesterday = now().astimezone(here.zone).date() - dt.timedelta(days=1)
    if count := samples.take_in(here, staff, yesterday):
        click.echo(f"{count} 段示例录音已排队，网站启动后约三分钟分析完。")
