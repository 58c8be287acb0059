"""Settings of a draft in a real browser: changed, their effect read at once, what cannot be mended, saved."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveSite
from tests.web.review.stage import judge
from web.db import Database
from web.lexicon import drafts

SHOTS = os.environ.get("SHOTS", "")


def test_a_mark_and_a_weight_are_tried_mended_and_saved(
    live_site: LiveSite, db: Database, people: dict[str, Any], browser_page: Callable[..., Page]
) -> None:
    judge(live_site.app, db, polite=True)
    with live_site.app.app_context(), db.writing() as session:
        draft = drafts.open_draft(session, live_site.site, "property-visit", people["qa"].id).id
    page = browser_page("qa")
    page.goto(f"/standards/drafts/{draft}")
    page.get_by_role("link", name="计分与尺度").click()
    effect = page.locator("#effect")
    expect(effect).to_contain_text("和现行的标准一样")

    page.get_by_label("合格线").fill("NaN")
    expect(effect).to_contain_text("“NaN”不是可以用的数")
    page.get_by_label("合格线").fill("８０")
    expect(effect).to_contain_text("空 → 80分")
    page.locator("#f-weight-farewell").fill("20")
    expect(effect).to_contain_text("1 段得分会变")
    assert effect.locator("a[href^='/recordings/']").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/policy.png", full_page=True)

    page.get_by_role("button", name="存进草稿").click()
    expect(page.get_by_text("已存进草稿")).to_be_visible()
    expect(page.get_by_label("合格线")).to_have_value("80")

    phone = browser_page("admin", width=390, height=844)
    phone.goto(f"/standards/drafts/{draft}/policy")
    expect(phone.locator("#f-weight-farewell")).to_have_value("20")
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
