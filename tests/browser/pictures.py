"""Takes the manuals' pictures anew, from the demo data: `python -m tests.browser.pictures [FOLDER]`.

FOLDER (var/pictures) keeps the demo data between runs; filling it takes some minutes. Needs Chromium, like the browser tests.
"""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import select
from waitress.server import create_server

from analyzer.serving.server import end_listening
from analyzer.settings import ROOT, Settings
from tests.browser.conftest import CHROMIUM
from web import create_app
from web.config import WebSettings
from web.db import Database, now
from web.help.render import FOLDER, PICTURES
from web.kit.cookies import SessionCookies
from web.kit.login import viewer_of
from web.kit.site import site_of
from web.migrations import upgrade
from web.models import Recording, ReviewState, User, UserRole
from web.queue import presence
from web.summaries import keep

WIDE, PHONE = (1280, 800), (390, 780)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: what whom is shown, at which size; `{open}` and `{person}` stand for ids of the demo."""

    name: str
    who: UserRole
    path: str
    size: tuple[int, int] = WIDE


SHOTS = (
    Shot("qa-list", UserRole.QA, "/review"),
    Shot("qa-recording", UserRole.QA, "/recordings/{open}"),
    Shot("manager-team", UserRole.MANAGER, "/scorecards/team"),
    Shot("manager-person", UserRole.MANAGER, "/scorecards/technicians/{person}"),
    Shot("manager-home", UserRole.MANAGER, "/"),
    Shot("technician", UserRole.TECHNICIAN, "/", PHONE),
    Shot("admin-system", UserRole.ADMIN, "/system"),
)


def main(home: Path) -> None:
    """Fill the demo, serve it, and take every picture."""
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "models").exists():
        (home / "models").symlink_to(ROOT / "var" / "models")
    environment = {**os.environ, "TINGJIAN_HOME": home.as_posix()}
    subprocess.run([sys.executable, "-m", "web", "demo", "--no-serve"], env=environment, cwd=ROOT, check=True)
    with served(home) as (url, app), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for shot in SHOTS:
            path = FOLDER / PICTURES / f"{shot.name}.png"
            path.write_bytes(taken(browser, url, app, shot))
            print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} KB")  # noqa: T201  # a command tells what it wrote
        browser.close()


@contextmanager
def served(home: Path) -> Iterator[tuple[str, Any]]:
    """The demo site on a free port, its summaries computed, a worker said to be there."""
    web = dataclasses.replace(WebSettings.from_environment(), min_free_bytes=0)
    settings = dataclasses.replace(Settings.from_environment(), home=home)
    upgrade(web.database(home))
    app = create_app({"SECRET_KEY": "pictures"}, settings, web)
    here = site_of(app)
    while keep.refresh_stale(here.db):
        pass
    with here.db.writing() as session:
        presence.sign(session, "server:4711", now())
    server: Any = create_server(app, host="127.0.0.1", port=0, threads=4, ident=None)
    thread = threading.Thread(target=server.run, name="pictures")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}", app
    finally:
        end_listening(server)
        thread.join(60)
        here.db.dispose()


def taken(browser: Browser, url: str, app: Any, shot: Shot) -> bytes:
    """The picture as PNG."""
    width, height = shot.size
    context = browser.new_context(base_url=url, viewport={"width": width, "height": height}, locale="zh-CN")
    db = site_of(app).db
    with db.writing() as session:
        presence.sign(session, "server:4711", now())
        user = session.scalars(select(User).where(User.role == shot.who).order_by(User.id)).first()
        assert user is not None
        kept = viewer_of(user).get_id()
    signer = SessionCookies().get_signing_serializer(app)
    assert signer is not None
    cookie = signer.dumps({"_user_id": kept, "_fresh": True})
    context.add_cookies([{"name": app.config["SESSION_COOKIE_NAME"], "value": cookie, "url": url}])
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(shot.path.format(**ids(db)))
    page.wait_for_load_state("networkidle")
    picture = page.screenshot(animations="disabled")
    context.close()
    return picture


def ids(db: Database) -> dict[str, int]:
    """An open recording with something to decide, and the technician with the most signed ones."""
    with db.reading() as session:
        open_one = session.scalars(
            select(Recording.id)
            .where(Recording.review_state == ReviewState.OPEN, Recording.analysis_id.is_not(None))
            .order_by(Recording.suspicion_count.desc(), Recording.id.desc())
        ).first()
        person = session.scalars(
            select(Recording.technician_id).where(Recording.review_state == ReviewState.SIGNED)
        ).first()
    return {"open": open_one or 1, "person": person or 1}


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "var" / "pictures")
