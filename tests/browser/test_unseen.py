"""What nobody saw, and a recording that counts nowhere, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveSite
from tests.web.review.stage import judge
from web.models import Recording, RecordingState, Verdict

OpenPage = Callable[..., Page]


def test_unseen_is_one_click_and_leaves_the_score(
    live_site: LiveSite, people: dict[str, Any], browser_page: OpenPage
) -> None:
    number = judge(live_site.app, live_site.db, polite=True)
    page = browser_page("qa")
    page.goto(f"/recordings/{number}")
    score = page.locator(".rec-score-value").inner_text()
    clause = page.locator("#clause-knock")
    clause.get_by_role("button", name="未见（不计分）").click()
    expect(page.locator("#clause-knock .clause-human")).to_contain_text("未见")
    expect(page.locator(".rec-score-value")).to_have_text(score)
    with live_site.db.reading() as session:
        assert session.get_one(Verdict, (number, "knock")).final == "not_seen"


def test_a_test_recording_is_taken_out_of_the_figures_and_put_back(
    live_site: LiveSite, people: dict[str, Any], browser_page: OpenPage
) -> None:
    number = judge(live_site.app, live_site.db)
    page = browser_page("qa")
    page.goto(f"/recordings/{number}")
    page.get_by_role("button", name="操作").click()
    page.get_by_role("link", name="不计入统计").click()
    page.get_by_label("试音").check()
    page.get_by_role("button", name="不计入统计").click()
    expect(page.locator(".rec-excluded")).to_contain_text("这段录音不计入统计：试音")
    expect(page.locator("[data-choice]")).to_have_count(0)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/recordings/?state=excluded")
    expect(page.get_by_text("不计入：试音")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"/recordings/{number}")
    page.locator(".rec-excluded").get_by_role("button", name="恢复计入").click()
    expect(page.get_by_text("已恢复计入统计")).to_be_visible()
    expect(page.locator(".rec-excluded")).to_have_count(0)
    with live_site.db.reading() as session:
        assert session.get_one(Recording, number).state is RecordingState.JUDGED
