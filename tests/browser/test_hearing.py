"""Three clicks from a manager's home to a heard example; what plays, plays alone, and pauses where one is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveSite
from tests.browser.test_recording import until
from tests.web.furnished import furnish
from web.worker.muting import mute_waiting

Open = Callable[..., Page]
WAIT = 60_000  # ms: the machine may be busy


@pytest.mark.parametrize("width", [1366, 390])
def test_three_clicks_from_a_managers_home_to_a_heard_example(
    browser_page: Open, live_site: LiveSite, people: dict[str, Any], width: int
) -> None:
    furnish(live_site.app, people, audible=True)
    mute_waiting(live_site.site)
    page = browser_page("manager", width=width, height=844)
    page.set_default_timeout(WAIT)
    sounds: list[int] = []
    page.on("response", lambda r: sounds.append(r.status) if r.url.endswith("/audio") else None)
    page.goto("/")
    page.locator("main a[href*='/scorecards/technicians/']").first.click()
    page.wait_for_url(
        "**/scorecards/technicians/*"
    )  # and for its scripts: a button that is pressed before them does nothing
    first, second = page.locator("[data-hear]").nth(0), page.locator("[data-hear]").nth(1)
    first.click()
    expect(first).to_have_attribute("aria-pressed", "true", timeout=WAIT)
    for _ in range(200):
        if sounds:
            break
        page.wait_for_timeout(100)
    assert sounds[0] in (200, 206)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press(" ")  # the button has the focus
    expect(first).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Enter")
    expect(first).to_have_attribute("aria-pressed", "true")
    second.click()
    expect(second).to_have_attribute("aria-pressed", "true", timeout=WAIT)
    expect(first).to_have_attribute("aria-pressed", "false")
    page.locator("h1").first.click()  # wherever the focus is
    page.keyboard.press(" ")
    expect(second).to_have_attribute("aria-pressed", "false")
    page.locator(".hear:has([data-hear]) a").first.click()
    page.wait_for_url("**/recordings/*#clause-*")
    until(page, "!document.getElementById('audio').paused")
    expect(page.locator(".clause.is-current")).to_have_count(1)


def test_a_button_whose_sound_is_gone_says_so(browser_page: Open, live_site: LiveSite, people: dict[str, Any]) -> None:
    made = furnish(live_site.app, people)
    page = browser_page("qa")
    page.route("**/audio", lambda route: route.fulfill(status=404))
    page.goto(f"/scorecards/technicians/{made.technician}")
    button = page.locator("#forbidden [data-hear]").first
    row = page.locator("#forbidden li").first
    button.click()
    expect(row).to_contain_text("声音放不出来", timeout=WAIT)
