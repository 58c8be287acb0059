"""A standard is read in the browser: lists open in their place, a flagged rule leads to what it got wrong, the print is one page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveSite
from tests.browser.test_axe import AXE, FAULTS, WIDER
from tests.web.review.stage import judge
from web.db import now
from web.models import Decision, Recording, Verdict
from web.summaries import keep, rules

SHEETS = ("property-visit", "property-appointment", "property-followup", "school-works", "sales-reception")


def reviewed(live_site: LiveSite, people: dict[str, Any]) -> None:
    """Twelve calls of the sample; on 再见 the machine was wrong in five."""
    for n in range(12):
        number = judge(live_site.app, live_site.db, "followup-02", sampled=True, recorded_on=now().date())
        with live_site.db.writing() as session:
            verdict = session.get_one(Verdict, (number, "farewell"))
            session.add(
                Decision(
                    recording_id=number, analysis_id=session.get_one(Recording, number).analysis_id, item_id="farewell",
                    user_id=people["qa"].id, action="overrule" if n < 5 else "confirm", machine=verdict.machine,
                    before=verdict.machine, after="met" if n < 5 else verdict.machine, note="说了再见",
                )
            )  # fmt: skip
    keep.refresh_stale(live_site.db)
    rules.keep(live_site.db)


def test_from_the_list_of_standards_to_a_phrase_and_to_what_a_rule_got_wrong(
    live_site: LiveSite, browser_page: Callable[..., Page], people: dict[str, Any]
) -> None:
    reviewed(live_site, people)
    page = browser_page("qa")
    page.goto("/standards")
    expect(page.get_by_text("1 条规则低于准确线")).to_be_visible()
    page.get_by_role("link", name="物业维修次日回访电话").click()
    greeting = page.locator("#clause-greeting")
    opened = greeting.locator("details.phrase-list").first
    opened.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(opened.get_by_text("请问（您／你）是〔…〕")).to_be_visible()
    page.locator(".rule-summary a").first.click()
    farewell = page.locator("#clause-farewell")
    expect(farewell).to_be_in_viewport()
    expect(farewell.get_by_text("低于准确线").first).to_be_visible()
    farewell.locator("a[data-count='5'][href*='accused']").click()
    expect(page.locator("ol.differences > li")).to_have_count(5)
    page.get_by_role("link", name="回到标准").click()
    expect(farewell).to_be_in_viewport()


def test_a_technician_reads_it_on_a_phone_and_prints_each_standard_on_one_page(
    live_site: LiveSite, browser_page: Callable[..., Page], people: dict[str, Any]
) -> None:
    reviewed(live_site, people)
    page = browser_page("technician", width=390)
    for one in SHEETS:
        page.goto(f"/standards/{one}")
        assert page.evaluate(WIDER) == []
        expect(page.get_by_text("规则准不准")).to_have_count(0)
        page.goto(f"/standards/{one}/print")
        pdf = page.pdf(format="A4")
        assert len(re.findall(rb"/Type\s*/Page(?!s)", pdf)) == 1, one


def test_its_pages_have_no_serious_fault_of_accessibility(
    live_site: LiveSite, chromium: Any, people: dict[str, Any], tmp_path: Path
) -> None:
    reviewed(live_site, people)
    faults: dict[str, list[str]] = {}
    for width in (1366, 390):
        context = chromium.new_context(
            base_url=live_site.url, viewport={"width": width, "height": 844}, bypass_csp=True, reduced_motion="reduce"
        )
        context.add_cookies([live_site.cookie(people["qa"])])
        context.add_init_script(AXE)
        page = context.new_page()
        for path in ("/standards", "/standards/property-followup", "/standards/property-visit/lists/refuse-job"):
            page.goto(path)
            for summary in page.locator("details.phrase-list > summary").all()[:2]:
                summary.click()
            page.wait_for_load_state("networkidle")
            found = [*page.evaluate(FAULTS), *page.evaluate(WIDER)]
            if found:
                faults[f"{path} {width}"] = found
        context.close()
    assert faults == {}
