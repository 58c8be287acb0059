"""The desk of a reviewer in a real browser: today's share, a selection that changes hands, signing what is green, a filter kept."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveSite
from tests.web.review.stage import judge, panel_for, review_all, sign
from tests.web.review.test_sign_many import green
from web.config import WebSettings
from web.db import Database

Cast = dict[str, Any]
Open = Callable[..., Page]
WAIT_MS = 60_000
SHOTS = os.environ.get("SHOTS", "")


@pytest.fixture
def web_settings() -> WebSettings:
    """Everything that is signed is drawn for a second review."""
    return WebSettings(min_free_bytes=0, second_share=1.0, daily_share=5)


@pytest.fixture
def open_page(browser_page: Open) -> Open:
    def opened(who: str, width: int = 1366) -> Page:
        page = browser_page(who, width=width)
        page.set_default_timeout(WAIT_MS)
        return page

    return opened


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def no_wider_than_the_screen(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_day_at_the_desk(live_site: LiveSite, db: Database, people: Cast, open_page: Open) -> None:
    app = live_site.app
    for _ in range(3):
        judge(app, db)
    for _ in range(4):
        green(app, db)
    page = open_page("qa")
    page.goto("/review?queue=mine")
    expect(page.locator("#share-done")).to_have_text("0 / 5")
    shot(page, "mine-empty")
    page.get_by_role("button", name="领取今日份额").click()
    expect(page.get_by_text("领取了 5 段")).to_be_visible()
    expect(page.locator("td.work-who")).to_have_count(5)
    shot(page, "mine-1366")
    page.goto("/review?queue=risk")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(7)
    expect(page.locator("#bulk-bar")).to_be_hidden()  # until something is chosen
    free = rows.filter(has_not=page.get_by_text("我的", exact=True))
    expect(free).to_have_count(2)
    free.first.get_by_role("checkbox").check()
    expect(page.locator("#bulk-count")).to_have_text("已选 1 段")
    page.get_by_label("指派给哪位质检员").select_option(label="小林")
    shot(page, "risk-chosen-1366")
    questions: list[str] = []
    page.on("dialog", lambda dialog: (questions.append(dialog.message), dialog.accept()))
    page.get_by_role("button", name="指派", exact=True).click()
    expect(page.get_by_text("已指派 1 段。")).to_be_visible()
    assert questions == ["把 1 段录音指派给 小林？"]
    page.get_by_label("选中本页全部").check()
    page.get_by_role("button", name="批量签核").click()
    expect(page.get_by_role("heading", name="可以签核")).to_be_visible()
    shot(page, "sign-many-1366")
    page.get_by_role("button", name="签核这").click()
    expect(page.get_by_text("已签核")).to_be_visible()
    page.get_by_role("link", name="本周").click()
    page.locator("summary", has_text="常用筛选").click()
    page.get_by_label("筛选的名字").fill("本周要看的")
    shot(page, "filter-1366")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".saved-filters a", has_text="本周要看的")).to_have_attribute("aria-current", "true")
    phone = open_page("qa2", width=390)
    for name, path in (("mine", "/review?queue=mine"), ("risk", "/review"), ("recordings", "/recordings/")):
        phone.goto(path)
        no_wider_than_the_screen(phone)
        shot(phone, f"{name}-390")
    admin = open_page("admin")
    admin.goto("/review?queue=mine")
    admin.locator("summary", has_text="班组分工").click()
    shot(admin, "teams-1366")


def test_a_second_opinion_on_a_phone(live_site: LiveSite, db: Database, people: Cast, open_page: Open) -> None:
    app = live_site.app
    number = judge(app, db, "followup-02")
    app.config["WTF_CSRF_ENABLED"] = False  # of what comes before the browser
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = f"{people['qa'].id}.{people['qa'].session_epoch}"
        session["_fresh"] = True
    review_all(client, panel_for(app, db, people["qa"], number))
    sign(client, panel_for(app, db, people["qa"], number))
    app.config["WTF_CSRF_ENABLED"] = True
    page = open_page("qa2", width=390)
    page.goto("/review?queue=second")
    page.locator("td.work-who a").click()
    expect(page.get_by_role("heading", name="二次复核")).to_be_visible()
    no_wider_than_the_screen(page)
    clauses = page.locator("fieldset.second-clause")
    for place in range(1, clauses.count()):
        clauses.nth(place).get_by_role("radio").first.check()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("还有 1 条没有选结论")).to_be_visible()
    shot(page, "second-390")
    clauses.first.get_by_role("radio").first.check()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("二次复核已保存")).to_be_visible()
    page.goto("/review/agreement")
    expect(page.get_by_role("heading", name="两个人判得是否一样")).to_be_visible()
    no_wider_than_the_screen(page)
    shot(page, "agreement-390")
