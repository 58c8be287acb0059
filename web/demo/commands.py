"""`flask --app web demo`: demo data, then site and worker, for looking around. Never point it at real data."""

from __future__ import annotations

import datetime as dt

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import select

from web.db import now
from web.demo import samples
from web.demo.company import LOGINS, PASSWORD
from web.demo.people import CAST
from web.demo.seed import SOURCE, seed
from web.kit.site import Site, site
from web.links import keep as links
from web.migrations.start import ensure_current
from web.models import Recording
from web.queue import doorbell
from web.scorecards import keep
from web.serving.server import up


def init_commands(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(demo)


@click.command("demo")
@click.option("--no-serve", is_flag=True, help="只准备数据，不启动网站。")
@with_appcontext
def demo(no_serve: bool) -> None:
    """准备演示数据，然后启动网站和后台进程。"""
    here = site()
    ensure_current(here.web.database(here.settings.home), here.folder)
    with here.db.reading() as session:
        if session.scalar(select(Recording.id).where(Recording.source != SOURCE).limit(1)):
            raise click.ClickException(f"{here.settings.home} 里有真实数据，不能混入演示数据；请换一个 TINGJIAN_HOME")
    prepare(here)
    click.echo("可以用这些账号登录（密码都是 {}）：{}".format(PASSWORD, "、".join(f"{u}（{n}）" for u, n, _ in LOGINS)))
    if not no_serve:
        up(here)


def prepare(here: Site) -> None:
    """Bring in the archive and the samples; what is there already is left as it is."""
    done = seed(here, click.echo)
    if done.added:
        policy = links.policy_of(here.web)
        links.refresh_new(here.db, now(), policy)
        keep.rebuild(here.db)
    staff = [who.staff_no for who in CAST if not who.newcomer]  # he is to have too few recordings for a rank
    yesterday = now().astimezone(here.zone).date() - dt.timedelta(days=1)
    if new := samples.take_in(here, staff, yesterday):
        click.echo(f"{new} 段示例录音已排队，网站启动后约三分钟分析完。")
        doorbell.ring(here)
