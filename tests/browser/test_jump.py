"""Addresses that name a second or a clause of a recording: the page opens there, and plays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveSite
from tests.browser.test_recording import at, until
from tests.web.furnished import furnish

Open = Callable[..., Page]
FORBIDDEN_S, ITEM = 40.12, "not-our-concern"  # 跟我们有什么关系
PLAYING = "!document.getElementById('audio').paused"


@pytest.fixture
def visit(live_site: LiveSite, people: dict[str, Any]) -> int:
    return furnish(live_site.app, people, audible=True).visit


def follow(page: Page, address: str) -> None:
    """Click a link to the address: only who has clicked may be played to."""
    page.goto("/recordings/")
    page.evaluate("address => document.querySelector('td.name a').setAttribute('href', address)", address)
    page.locator("td.name a").first.click()
    page.wait_for_url("**" + address)


@pytest.mark.parametrize("address", ["/recordings/{}?t={}#clause-{}", "/recordings/{}#t={}"])
def test_the_second_that_an_address_names_is_heard_at_once(browser_page: Open, visit: int, address: str) -> None:
    page = browser_page("qa")
    follow(page, address.format(visit, FORBIDDEN_S, ITEM))
    until(page, PLAYING)
    until(page, "document.getElementById('audio').currentTime > 0")
    assert FORBIDDEN_S - 2.1 <= at(page) <= FORBIDDEN_S + 5
    expect(page.locator(f"#clause-{ITEM}.is-current")).to_have_count(1 if "clause" in address else 0)
    page.locator("#play").click()
    page.evaluate("window.location.hash = '#t=10'")
    until(page, PLAYING)
    assert 7.9 <= at(page) <= 15


def test_a_clause_opens_at_its_evidence_and_plays_nothing_unasked(browser_page: Open, visit: int) -> None:
    page = browser_page("qa")
    follow(page, f"/recordings/{visit}#clause-{ITEM}")
    until(page, f"document.getElementById('audio').currentTime > {FORBIDDEN_S - 2.1}")
    assert at(page) <= FORBIDDEN_S
    assert page.evaluate("document.getElementById('audio').paused")
    expect(page.locator(f"#clause-{ITEM}.is-current")).to_be_in_viewport()


def test_a_page_loaded_again_stands_at_the_second_and_is_silent(browser_page: Open, visit: int) -> None:
    page = browser_page("qa")
    follow(page, f"/recordings/{visit}?t={FORBIDDEN_S}")
    until(page, PLAYING)
    page.reload()
    until(page, f"document.getElementById('audio').currentTime > {FORBIDDEN_S - 2.1}")
    assert page.evaluate("document.getElementById('audio').paused")
