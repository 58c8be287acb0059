"""The system page in a browser: a button that asks first, news without a reload, and help on every page."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveSite
from web.backups import nightly
from web.db import now
from web.queue import presence

SLOW_MS = 60_000


def test_a_backup_is_asked_for_and_a_new_worker_appears_without_a_reload(
    live_site: LiveSite, browser_page: Callable[..., Page]
) -> None:
    page = browser_page("admin")
    page.set_default_timeout(SLOW_MS)
    page.goto("/system")
    expect(page.locator("#workers")).to_contain_text("没有后台进程在运行")
    asked: list[str] = []

    def answer(dialog: object) -> None:
        asked.append(dialog.message)  # type: ignore[attr-defined]
        dialog.accept()  # type: ignore[attr-defined]

    page.on("dialog", answer)
    page.get_by_role("button", name="现在备份").click()
    expect(page.locator("#backup")).to_contain_text("等后台进程来做", timeout=SLOW_MS)
    assert asked == ["现在备份？网站可以照常使用。"]
    with live_site.db.writing() as session:
        assert nightly.asked_at(session) is not None
        presence.sign(session, "here:1", now())
    expect(page.locator("#workers")).to_contain_text("here:1", timeout=SLOW_MS)  # it asks every ten seconds
    page.get_by_role("link", name="帮助").click()
    expect(page.get_by_role("heading", name="看系统页")).to_be_in_viewport(timeout=SLOW_MS)
