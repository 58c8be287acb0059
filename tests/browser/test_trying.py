"""A phrase is tried in a real browser: typed, and the verdict stands there without the page being loaded again."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveSite
from tests.browser.test_axe import AXE, FAULTS, WIDER
from web.lexicon import trial

PATIENCE_MS = 60_000


def test_what_is_typed_is_judged_without_a_reload_and_can_be_read_on_a_phone(
    live_site: LiveSite, browser_page: Callable[..., Page]
) -> None:
    trial.warm(live_site.site.lexicons, live_site.site.settings, wait=True)
    page = browser_page("qa", width=390, height=844)
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/standards/try")
    page.evaluate("window.stayed = true")
    page.get_by_label("按哪份标准").select_option("property-visit")
    expect(page.get_by_label("技师迟到，或用户抱怨久等")).to_be_visible(timeout=PATIENCE_MS)

    page.get_by_label("说的话").fill("您好，我是物业的维修师傅，实在抱歉")
    greeting = page.get_by_role("article").filter(has_text="我是服务中心的维修人员")
    expect(greeting.get_by_text("达标", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    expect(greeting.get_by_text("每个字都相同").first).to_be_visible()
    apology = page.get_by_role("article").filter(has_text="非常抱歉")
    expect(apology.get_by_text("不适用", exact=True)).to_be_visible()

    page.get_by_label("技师迟到，或用户抱怨久等").check()
    expect(apology.get_by_text("部分达标 50%")).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("window.stayed") is True
    page.evaluate(AXE)
    assert page.evaluate(FAULTS) == []
    assert page.evaluate(WIDER) == []
