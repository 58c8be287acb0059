"""⌘K and the search page in a real browser: by keys alone from any page to a recording, and to the second of a word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveSite
from tests.samples import sample
from tests.web import cast
from tests.web.data import analysis
from tests.web.search.talk import C, T, read, told
from web.intake import rows
from web.intake.storage import open_storage
from web.models import RecordingState

PATIENCE_MS = 30_000


def test_keys_alone_lead_from_any_page_to_what_was_said(
    live_site: LiveSite, people: dict[str, Any], browser_page: Callable[..., Page]
) -> None:
    with live_site.db.writing() as session:
        number = told(session, people["wang"], "上门_一.m4a", (C, "您好"), (T, "这个要收费三十块，给您开发票"))
    read(live_site.db)
    page = browser_page("qa")
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/queue")
    dialog, field = page.locator("#palette"), page.locator("#palette-q")

    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    expect(dialog.get_by_role("option", name="录音", exact=True)).to_be_visible()  # the menu's own pages
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    page.keyboard.press("Control+k")
    page.keyboard.type("上门_")
    found = dialog.get_by_role("group", name="录音", exact=True).get_by_role("option")
    expect(found).to_contain_text("上门_一.m4a", timeout=PATIENCE_MS)
    expect(found).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == found.get_attribute("id")
    page.keyboard.press("ArrowUp")  # round to the last: what was said
    last = dialog.get_by_role("option", name="搜索录音里说过的“上门_”")
    expect(last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/recordings/{number}")

    # an input method is at work: its Enter takes a word and opens nothing
    page.keyboard.press("Control+k")
    field.fill("发票")
    expect(last := dialog.get_by_role("option", name="搜索录音里说过的“发票”")).to_be_visible(timeout=PATIENCE_MS)
    field.evaluate(
        "box => box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    expect(dialog).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    expect(page.locator("mark")).to_have_text("发票", timeout=PATIENCE_MS)
    assert last is not None
    page.locator(".search-line a").click()
    page.wait_for_url(f"**/recordings/{number}#t=*")
    assert page.evaluate("+location.hash.slice(3)") > 1.9 + 0.2 * 11  # the second of the word, not of its line


def test_a_phone_opens_it_by_its_button(live_site: LiveSite, browser_page: Callable[..., Page]) -> None:
    page = browser_page("technician", width=390, height=800)
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/recordings/")
    page.locator("[data-palette-open]").click()
    field = page.locator("#palette-q")
    expect(field).to_be_focused()
    field.fill("录音")
    expect(page.get_by_role("option", name="录音", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("[data-palette-close]").click()
    expect(page.locator("#palette")).to_be_hidden()


def test_a_hit_is_played_where_it_stands_and_ends_with_its_line(
    live_site: LiveSite, people: dict[str, Any], browser_page: Callable[..., Page]
) -> None:
    here = live_site.site
    taken = open_storage(here.web, here.settings.home).take(sample("visit-03-heater-rude.m4a"))
    with here.db.writing() as session:
        row = cast.recording(
            session, people["wang"], stored_key=taken.key, media_type="audio/mp4", state=RecordingState.JUDGED
        )
        with live_site.app.app_context():
            rows.record_analysis(session, row.id, analysis("visit-03"), "heard")
        number = row.id
    read(here.db)
    page = browser_page("qa")
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/search?q=修东西")  # said from 1.6 to 3.5 s of 82
    button = page.locator("[data-hear]")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true", timeout=PATIENCE_MS)
    expect(button).to_have_attribute("aria-pressed", "false", timeout=PATIENCE_MS)
    assert ("GET", f"/recordings/{number}/audio", 0) in live_site.requests
