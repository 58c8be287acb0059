"""A QA person tries a draft on the archive: begins, sees it run to its end, opens what changed where it is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveSite
from tests.web import cast
from tests.web.dryrun import town
from web.worker import dryrun


def test_a_draft_is_tried_on_the_archive_and_each_change_opens_where_it_is_said(
    browser_page: Callable[..., Page], live_site: LiveSite, people: dict[str, Any]
) -> None:
    with live_site.db.writing() as session:
        polite = town.recorded(session, people["wang"], "一.mp3").id
        town.recorded(session, people["wang"], "二.mp3", town.LOCAL)
        cast.sign(session, town.recorded(session, people["li"], "三.mp3"))
        draft_id = town.draft(session, live_site.site, people["qa"].id).id
    page = browser_page("qa", width=1366)
    page.goto(f"{live_site.url}/standards/drafts/{draft_id}")
    page.get_by_role("link", name="试算").click()
    page.get_by_label("最多几段（最近的）").fill("50")
    page.get_by_role("button", name="开始试算").click()
    expect(page.locator("#run-progress")).to_contain_text("已试算 0 / 3 段")
    expect(page.get_by_role("button", name="停止试算")).to_be_visible()
    assert dryrun.work(live_site.site) == 1
    expect(page.get_by_role("heading", name="会变多少")).to_be_visible(timeout=60_000)  # it asks by itself
    expect(page.locator("#run-progress")).to_contain_text("已完成")
    expect(page.get_by_text("已签核，不会改动：1 段")).to_be_visible()
    page.get_by_role("link", name="达标 → 未达标").click()
    lines = page.locator("#recordings .run-lines > li")
    expect(lines).to_have_count(1)
    lines.get_by_role("link", name=re.compile("打开")).click()
    expect(page).to_have_url(re.compile(rf"/recordings/{polite}\?t=0\.\d#clause-greeting"))
