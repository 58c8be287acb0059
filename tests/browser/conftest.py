"""A real site behind waitress and a real Chromium before it. Skipped where there is no Chromium.

`live_site` is a site of its own for the test, with the cast of `tests.web.cast` in its database; `browser_page("qa")`
opens a page logged in as that member. No worker runs: a test that needs results writes them, or starts one itself.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from waitress.server import create_server

from analyzer.serving.server import end_listening
from analyzer.settings import ROOT, Settings
from tests.web.conftest import database_url, home, migrated, people  # noqa: F401  # fixtures
from web import create_app
from web.config import WebSettings
from web.db import Database
from web.kit.cookies import SessionCookies
from web.kit.site import KEY, Site

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
PATIENCE_MS = 60_000  # on a machine as busy as may be; Playwright's own five seconds are not enough there
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class LiveSite:
    """A running site: its address, application and database, and the requests that reached it."""

    url: str
    app: Flask
    home: Path
    requests: list[tuple[str, str, int]] = field(default_factory=list)  # method, path, bytes of the body

    @property
    def site(self) -> Site:
        """Settings and database."""
        found: Site = self.app.extensions[KEY]
        return found

    @property
    def db(self) -> Database:
        """The database."""
        return self.site.db

    def cookie(self, user: Any) -> dict[str, str]:
        """The session cookie of a user, as the login would set it."""
        signer = SessionCookies().get_signing_serializer(self.app)
        assert signer is not None
        value = signer.dumps({"_user_id": f"{user.id}.{user.session_epoch}", "_fresh": True})
        return {"name": self.app.config["SESSION_COOKIE_NAME"], "value": value, "url": self.url}


@pytest.fixture
def web_settings() -> WebSettings:
    """The live site's settings; a test module may override this fixture."""
    return WebSettings(min_free_bytes=0)


@pytest.fixture
def db(live_site: LiveSite) -> Database:
    """The database of the live site (the fixture `people` reads it)."""
    return live_site.db


@pytest.fixture
def live_site(home: Path, database_url: str, web_settings: WebSettings) -> Iterator[LiveSite]:  # noqa: F811  # pytest hands the fixture over by its name
    """A site behind waitress on a free port, CSRF on as in production."""
    settings = Settings(home=home, lexicons=ROOT / "lexicons")
    app = create_app({"SECRET_KEY": "browser-test"}, settings, web_settings)
    live = LiveSite("", app, home)

    def note() -> None:
        live.requests.append((request.method, request.path, request.content_length or 0))

    app.before_request_funcs.setdefault(None, []).insert(0, note)
    server: Any = create_server(app, host="127.0.0.1", port=0, threads=4, ident=None)
    live.url = f"http://127.0.0.1:{server.effective_port}"
    thread = threading.Thread(target=server.run, name="live site")
    thread.start()
    yield live

    end_listening(server)
    thread.join(60)
    server.task_dispatcher.shutdown()
    assert not thread.is_alive()
    live.db.dispose()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    if not CHROMIUM:
        pytest.fail("there is no Chromium here: apt-get install -y chromium fonts-noto-cjk (README)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def browser_page(
    chromium: Browser,
    live_site: LiveSite,
    people: dict[str, Any],  # noqa: F811  # pytest hands the fixture over by its name
) -> Iterator[Callable[..., Page]]:
    """`browser_page("qa", width=1366)`: a page logged in as that member; errors of its scripts fail the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(who: str, width: int = 1366, height: int = 768) -> Page:
        context = chromium.new_context(
            base_url=live_site.url, viewport={"width": width, "height": height}, locale="zh-CN"
        )
        context.add_cookies([live_site.cookie(people[who])])  # type: ignore[list-item]  # a plain dict, as Playwright takes it
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_default_timeout(PATIENCE_MS)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
