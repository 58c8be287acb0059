"""A calibration in a real browser: started, judged by two, compared, agreed on, and an example in the draft."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveSite
from tests.web.cast import MONDAY
from tests.web.review.stage import judge
from web.db import Database

Cast = dict[str, Any]
SHOTS = os.environ.get("SHOTS", "")
SENTENCE = "那今天就先这样，回头有事您再找我们，拜拜您呐。"


def shot(page: Page, name: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_from_the_start_to_an_example(
    live_site: LiveSite, db: Database, people: Cast, browser_page: Callable[..., Page]
) -> None:
    for _ in range(3):
        judge(live_site.app, db, "followup-02")
    day = MONDAY.date().isoformat()
    lead = browser_page("qa")
    lead.on("dialog", lambda dialog: dialog.accept())
    lead.goto(f"/calibration/new?standard=property-followup&first={day}&last={day}")
    lead.get_by_label("名称").fill("十一月：怎样算告别")
    lead.get_by_label("小陈").check()
    lead.get_by_label("老周").check()
    lead.get_by_label("抽几段").fill("2")
    lead.locator("summary", has_text="只判部分条款").click()
    lead.locator(".calibration-items label", has_text="再见").locator("input").check()
    shot(lead, "calibration-new")
    lead.get_by_role("button", name="开始，并通知参加的人").click()
    expect(lead.get_by_text("校准已开始")).to_be_visible()
    address = lead.url
    manager = browser_page("manager", width=390, height=844)
    manager.on("dialog", lambda dialog: dialog.accept())
    for page, verdict in ((lead, "未达标"), (manager, "达标")):
        page.goto(address)
        page.locator(".calibration-todo a").first.click()
        for _ in range(2):
            page.get_by_label(verdict, exact=True).check()
            shot(page, f"calibration-judge-{verdict}")
            with page.expect_navigation():  # the next recording's page has the same words on it
                page.get_by_role("button", name="保存").click()
        expect(page.locator(".calibration-todo")).to_contain_text("已判 1 / 1 条")
        shot(page, f"calibration-todo-{verdict}")
        page.get_by_role("button", name="全部判完，提交").click()
        expect(page.get_by_text("已提交，现在可以看到")).to_be_visible()
    shot(manager, "calibration-compared-390")
    lead.goto(address)
    unit = lead.locator("article.appeal").first
    expect(unit).to_contain_text("意见不一")
    unit.locator("summary", has_text="记共识").click()
    unit.get_by_label("大家同意的结论").select_option(label="达标")
    unit.get_by_label("例句").fill(SENTENCE)
    unit.get_by_label("为什么这样判").fill("“拜拜”就是告别，不必说“再见”")
    shot(lead, "calibration-agree")
    unit.get_by_role("button", name="记下共识").click()
    unit = lead.locator("article.appeal").first
    unit.get_by_role("button", name="作为例句加入草稿").click()
    expect(lead.get_by_text("例句已加入标准草稿")).to_be_visible()
    expect(lead.locator("article.appeal").first).to_contain_text("已在草稿里")
    shot(lead, "calibration-compared")
