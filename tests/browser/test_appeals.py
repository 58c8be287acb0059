"""An appeal to its end in a real browser: contested, answered, taken on by the technician, decided by a manager."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveSite
from tests.web.review.stage import decide, judge, panel_for, sign
from web.db import Database

Cast = dict[str, Any]
SHOTS = os.environ.get("SHOTS", "")


def shot(page: Page, name: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_from_the_technicians_word_to_the_managers(
    live_site: LiveSite, db: Database, people: Cast, browser_page: Callable[..., Page]
) -> None:
    app = live_site.app
    number = judge(app, db, "followup-02")
    signer = app.test_client()
    app.config["WTF_CSRF_ENABLED"] = False
    with signer.session_transaction() as session:
        session["_user_id"] = f"{people['qa'].id}.{people['qa'].session_epoch}"
        session["_fresh"] = True
    for line in panel_for(app, db, people["qa"], number).must_see:
        panel = panel_for(app, db, people["qa"], number)
        decide(signer, panel, line.item_id, "set" if line.asks else "confirm", "met" if line.asks else "")
    assert sign(signer, panel_for(app, db, people["qa"], number)).status_code == 303
    app.config["WTF_CSRF_ENABLED"] = True

    technician = browser_page("technician", width=390, height=844)
    technician.goto(f"/recordings/{number}")
    clause = technician.locator("#clause-farewell")
    clause.locator("summary", has_text="申诉").click()
    clause.get_by_label("申诉理由").fill("0:40 我说了再见，请再听一遍")
    clause.get_by_role("button", name="提交申诉").click()
    expect(technician.get_by_text("申诉已提交")).to_be_visible()

    judge_ = browser_page("qa2")
    judge_.goto("/appeals?state=mine")
    card = judge_.locator("article.appeal")
    card.get_by_label("处理理由").fill("听到的是“好的好的”，不是告别")
    shot(judge_, "appeal-qa")
    card.get_by_role("button", name="不成立").click()
    expect(judge_.get_by_text("已答复，技师可以看到。")).to_be_visible()

    technician.goto("/appeals?state=mine")
    card = technician.locator("article.appeal")
    card.locator("summary", has_text="不同意").click()
    card.get_by_label("为什么不同意").fill("再听 0:41，两个字很轻")
    shot(technician, "appeal-technician")
    card.get_by_role("button", name="提交主管裁定").click()
    expect(technician.get_by_text("已提交主管裁定。")).to_be_visible()

    manager = browser_page("manager_east")
    manager.goto("/appeals?state=mine")
    card = manager.locator("article.appeal")
    card.get_by_label("裁定理由").fill("0:41 确有“再会”")
    shot(manager, "appeal-manager")
    card.get_by_role("button", name="成立并改判").click()
    expect(manager.locator("article.appeal")).to_contain_text("主管裁定：成立")
    shot(manager, "appeal-decided")
    technician.goto("/appeals")
    expect(technician.locator(".appeal-steps li")).to_have_count(4)
    shot(technician, "appeal-decided-390")
