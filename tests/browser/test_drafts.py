"""A draft in a real browser: what is wrong stands beside the field while one types, the text has its lines, two edit at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveSite
from tests.web.standards.editing.stage import FILE, draft, text_of

Open = Callable[..., Page]
SLOW = 90_000  # ms
TYPE = """(area, text) => { area.value = text; area.dispatchEvent(new Event("input", { bubbles: true })); }"""  # 30 KB at once


def test_a_clause_is_edited_checked_and_merged(live_site: LiveSite, browser_page: Open, people: dict[str, Any]) -> None:
    number = draft(live_site.site, people["qa"].id)
    address = f"/standards/drafts/{number}/clauses/greeting"
    mine, theirs = browser_page("qa"), browser_page("qa2", 390)
    for page in (mine, theirs):
        page.set_default_timeout(SLOW)
        page.goto(address)
    phrases = mine.get_by_label("短语").first
    phrases.fill("<hello>\n{您|你好")
    said = mine.locator("#said-elements__hello__phrases")
    expect(said).to_contain_text("没有对应的“}”", timeout=SLOW)
    expect(phrases).to_be_focused()
    phrases.fill("<hello>\n{您|你}好呀")
    expect(said).to_be_empty(timeout=SLOW)
    theirs.get_by_label("份量").first.fill("5")
    theirs.get_by_role("button", name="保存", exact=True).click()
    expect(theirs.get_by_text("已保存。")).to_be_visible(timeout=SLOW)
    mine.get_by_label("份量").first.fill("3")
    mine.get_by_role("button", name="保存", exact=True).click()
    clash = mine.get_by_role("group", name="小林 刚才也改了这一项，用哪一个？")
    clash.get_by_label("用对方的").check()
    mine.get_by_role("button", name="保存", exact=True).click()
    expect(mine.get_by_text("已保存。")).to_be_visible(timeout=SLOW)
    text = text_of(live_site.site, number)
    assert '[<hello>, "{您|你}好呀"]' in text
    assert "weight: 5" in text

    mine.goto(f"/standards/drafts/{number}/text/{FILE}")
    whole = mine.get_by_label("的全文")
    assert mine.locator(".draft-numbers").inner_text().split()[:3] == ["1", "2", "3"]
    whole.evaluate(TYPE, text.replace("weight: 5", "weight: 很重"))
    line = text.split("\n").index("    weight: 5") + 1
    jump = mine.get_by_role("button", name=f"第 {line} 行")
    jump.click()
    expect(whole).to_be_focused()
    assert whole.evaluate("t => t.value.slice(t.selectionStart, t.selectionEnd)") == "    weight: 很重"
    mine.get_by_role("button", name="保存", exact=True).click()
    expect(mine.get_by_text("已保存。")).to_be_visible(timeout=SLOW)
    mine.goto(f"/standards/drafts/{number}/changes")
    mine.get_by_role("button", name="撤销最后一次修改").click()
    expect(mine.get_by_text("已撤销")).to_be_visible(timeout=SLOW)
    assert text_of(live_site.site, number) == text
