"""A login that ends while somebody is typing: nothing that he typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveSite
from tests.web.review.stage import judge
from web.models import CoachingNote, Decision, User

Open = Callable[..., Page]
WORDS = "复听过，0:40 说了再见"
SLOW = 60_000  # ms


def end(live_site: LiveSite, user: User) -> None:
    """End the user's sessions, as after hours."""
    with live_site.db.writing() as session:
        session.get_one(User, user.id).session_epoch += 1


def log_in_again(live_site: LiveSite, page: Page, user: User) -> None:
    """As in another tab of the same browser."""
    with live_site.db.reading() as session:
        page.context.add_cookies([live_site.cookie(session.get_one(User, user.id))])  # type: ignore[list-item]  # a plain dict, as Playwright takes it


def test_a_fragment_asks_to_log_in_and_what_was_typed_stays(
    live_site: LiveSite, browser_page: Open, people: dict[str, Any]
) -> None:
    number = judge(live_site.app, live_site.db, "followup-02")
    page = browser_page("qa")
    page.set_default_timeout(SLOW)
    page.goto(f"/recordings/{number}#clause-farewell")
    clause = page.locator("#clause-farewell")
    clause.locator("details.overrule summary").first.click()
    clause.locator('details.overrule input[type="radio"]').first.check()
    clause.locator('details.overrule [name="note"]').fill(WORDS)
    end(live_site, people["qa"])
    clause.locator('details.overrule button[type="submit"]').first.click()
    dialog = page.get_by_role("dialog", name="登录已过期")
    expect(dialog).to_be_visible(timeout=SLOW)
    dialog.get_by_role("button", name="我已登录，继续").click()
    expect(dialog.get_by_text("还没有登录")).to_be_visible(timeout=SLOW)
    log_in_again(live_site, page, people["qa"])
    dialog.get_by_role("button", name="我已登录，继续").click()
    expect(dialog).to_be_hidden(timeout=SLOW)
    expect(clause.locator('details.overrule [name="note"]')).to_have_value(WORDS)
    clause.locator('details.overrule button[type="submit"]').first.click()
    expect(clause).to_contain_text(WORDS, timeout=SLOW)
    with live_site.db.reading() as session:
        assert [one.note for one in session.query(Decision)] == [WORDS]


def test_a_form_comes_back_with_what_was_typed(live_site: LiveSite, browser_page: Open, people: dict[str, Any]) -> None:
    page = browser_page("manager", 390)
    page.set_default_timeout(SLOW)
    page.goto(f"/scorecards/technicians/{people['wang'].id}")
    page.get_by_label("辅导内容").fill(WORDS)
    end(live_site, people["manager"])
    page.locator("#notes").get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="登录已过期")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text(WORDS)).to_be_visible()
    log_in_again(live_site, page, people["manager"])
    page.get_by_role("button", name="我已登录，继续提交").click()
    expect(page.get_by_role("heading", name="请再提交一次")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="提交").click()
    expect(page.locator("#notes")).to_contain_text(WORDS, timeout=SLOW)
    with live_site.db.reading() as session:
        assert [note.text for note in session.query(CoachingNote)] == [WORDS]
