"""The demo archive in a database of its own, as it comes in: judged by the machine, seen by nobody."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from flask import Flask

from analyzer.settings import Settings
from benchmarks.kit.machine import say
from web import create_app
from web.config import WebSettings
from web.db import now
from web.demo import seed
from web.demo.archive import SEED, generate
from web.demo.values import DemoArchive
from web.kit.site import site_of
from web.links import keep as links
from web.migrations import upgrade

WEEKS_END = dt.date(2026, 11, 22)  # a Sunday: the archive is the same whenever it is measured


def archive() -> DemoArchive:
    return generate(SEED, WEEKS_END)


def filled(home: Path) -> Flask:
    """The site on the database in `home`, filled where it is not (ten minutes of one core); nothing is reviewed."""
    (home / "web").mkdir(parents=True, exist_ok=True)
    settings, web = Settings(home=home), WebSettings()
    upgrade(web.database(home))
    app = create_app({"TESTING": True}, settings, web)
    here = site_of(app)
    whole = archive()
    with app.app_context():
        company = seed.found_company(here, whole)
        already = seed.known(here)
        missing = [t for t in whole.transcripts if seed.sha256_of(t) not in already]
        seed.bring_in(here, whole, missing, company, say)
        links.refresh_new(here.db, now(), links.policy_of(here.web))
    return app
