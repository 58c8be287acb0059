"""A written standard becomes a draft in a real browser: chosen as a Word file, corrected, opened in the editor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.conftest import LiveSite
from tests.browser.test_axe import AXE, FAULTS, WIDER
from web.lexicon import trial
from web.models import StandardDraft

Open = Callable[..., Page]
LINES = (
    "望潮酒店前台服务规范",
    "第一条 宾客到店时应主动问候：“您好，欢迎光临。”",
    "第二条 因故迟到时，应向宾客道歉。",
    "第三条 严禁对宾客说“不知道”“别烦我”。",
    "第四条 着装整齐，佩戴工号牌。",
    "第五条 切勿议论宾客的口音。",
)


@pytest.fixture
def hotel(tmp_path: Path) -> Path:
    made = docx.Document()
    for line in LINES:
        made.add_paragraph(line)
    made.save(str(tmp_path / "前台服务规范.docx"))
    return tmp_path / "前台服务规范.docx"


@pytest.mark.parametrize("width", [1366, 390])
def test_a_word_file_is_reviewed_and_opens_as_a_draft(
    live_site: LiveSite, browser_page: Open, hotel: Path, width: int
) -> None:
    here = live_site.site
    trial.warm(here.settings.lexicons, here.settings, wait=True)
    page = browser_page("qa", width)
    page.set_default_timeout(60_000)
    page.add_init_script(AXE)
    page.goto("/standards/import")
    page.set_input_files("#import-file", str(hotel))
    page.get_by_role("button", name="读出条款").click()
    lines = page.locator(".import-lines > li")
    expect(lines).to_have_count(6)
    expect(lines.nth(0)).to_contain_text("写出了要说的原话")
    expect(lines.nth(1).get_by_label("什么时候适用")).to_have_value("late")
    assert page.evaluate(FAULTS) == []
    assert page.evaluate(WIDER) == []
    lines.nth(5).get_by_label("听哪些话").fill("您这口音\n您说话真土")
    lines.nth(4).get_by_label("列入标准").uncheck()
    page.get_by_label("编号（英文）").fill("hotel-desk")
    page.get_by_role("button", name="创建草稿").click()
    page.wait_for_url("**/standards/drafts/*")
    expect(page.locator("body")).to_contain_text("草稿已建立：共 5 条")
    with live_site.db.reading() as session:
        draft = session.scalars(select(StandardDraft)).one()
    text = draft.files["hotel-desk.yaml"]
    assert "您这口音" in text
    assert "工号牌" not in text
