"""The recording page in a real Chromium: hear the evidence, move by keys, correct, see others, see a new judgement."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveSite
from tests.samples import sample
from tests.web.recordings.conftest import document, stored
from web.db import Database
from web.intake import rows
from web.intake.storage import PEAKS, open_storage
from web.models import Job, JobState, Recording
from web.worker import sound

Open = Callable[..., Page]
FORBIDDEN_S = 40.12  # 跟我们有什么关系


@pytest.fixture
def visit(live_site: LiveSite, people: dict[str, Any]) -> int:
    """The rude visit, with its waveform and what browsers play."""
    number = stored(live_site.app, people["wang"], "visit-03-heater-rude.m4a", "visit-03")
    store = open_storage(live_site.site.web, live_site.home)
    with live_site.db.reading() as session:
        key = session.get_one(Recording, number).stored_key
    path: Path = sample("visit-03-heater-rude.m4a")
    with sound.opened(store, key, path, live_site.site.settings) as (_, made):
        assert made is not None
    return number


def opened(browser_page: Open, number: int, who: str = "qa", **size: int) -> tuple[Page, list[str]]:
    """The page, and what its console complained about: errors, broken policy, requests to other hosts."""
    page = browser_page(who, **size)
    faults: list[str] = []
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.on(
        "request", lambda r: None if r.url.startswith(("http://127.0.0.1", "data:", "blob:")) else faults.append(r.url)
    )
    # the sound is the <audio> element's, by ranges; nobody fetches it whole to draw it
    page.on(
        "request",
        lambda r: faults.append(f"fetched {r.url}") if "/audio" in r.url and r.resource_type != "media" else None,
    )
    page.on("response", lambda r: faults.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.goto(f"/recordings/{number}")
    until(page, "document.getElementById('audio').readyState >= 1")
    return page, faults


def until(page: Page, holds: str) -> None:
    """Wait for an expression; asked from outside, because the page's policy forbids it to evaluate text."""
    for _ in range(200):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never: {holds}")


def at(page: Page) -> float:
    return float(page.evaluate("document.getElementById('audio').currentTime"))


def test_evidence_plays_from_two_seconds_before(browser_page: Open, visit: int) -> None:
    page, faults = opened(browser_page, visit)
    page.locator(f'#panel [data-seek="{FORBIDDEN_S}"]').first.click()
    until(page, "!document.getElementById('audio').paused")
    assert FORBIDDEN_S - 2.1 <= at(page) <= FORBIDDEN_S
    expect(page.locator("mark.is-lit").first).to_contain_text("跟我们有什么关系")
    expect(page.locator(".mark.is-lit")).to_have_count(1)
    until(page, f"document.getElementById('audio').currentTime > {FORBIDDEN_S - 1.5}")
    assert faults == []


def test_the_waveform_is_the_servers_and_drawn_at_once(browser_page: Open, visit: int) -> None:
    page, faults = opened(browser_page, visit)
    until(page, "(document.querySelector('#wave > div')?.shadowRoot?.querySelectorAll('canvas').length ?? 0) > 0")
    page.wait_for_timeout(300)
    assert faults == []


def test_a_mark_on_the_lane_plays_and_shows_its_clause(browser_page: Open, visit: int) -> None:
    page, _ = opened(browser_page, visit)
    mark = page.locator('.mark[data-item="not-our-concern"]')
    assert "禁语 0:40" in str(mark.get_attribute("aria-label"))
    mark.click()
    assert FORBIDDEN_S - 2.1 <= at(page) <= FORBIDDEN_S
    expect(page.locator("#clause-not-our-concern")).to_be_in_viewport()


def test_words_play_from_the_character_that_was_clicked(browser_page: Open, visit: int) -> None:
    page, _ = opened(browser_page, visit)
    line = page.locator("#line-4 .turn-text")
    box = line.bounding_box()
    assert box is not None
    start, end = (float(str(page.locator("#line-4").get_attribute(f"data-{name}"))) for name in ("start", "end"))
    page.mouse.click(box["x"] + 120, box["y"] + box["height"] / 2)  # about the eighth character
    assert start + 0.3 < at(page) < end


def test_the_keys_do_what_the_help_says(browser_page: Open, visit: int) -> None:
    page, faults = opened(browser_page, visit)
    page.locator("#now").click()
    for key, moved in (("l", 5.0), ("l", 10.0), ("j", 5.0), (".", 6.0), (",", 5.0), ("ArrowRight", 6.0)):
        page.keyboard.press(key)
        assert at(page) == pytest.approx(moved, abs=0.05), key
    page.keyboard.press("]")
    assert page.evaluate("document.getElementById('audio').playbackRate") == pytest.approx(1.1)
    page.keyboard.press("[")
    page.keyboard.press("k")
    until(page, "!document.getElementById('audio').paused")
    page.keyboard.press(" ")
    until(page, "document.getElementById('audio').paused")
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    expect(page.locator("#keys-table tr")).to_have_count(22)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".clause.is-current")).to_have_count(1)
    assert faults == []


def test_keys_are_letters_while_one_writes_and_can_be_turned_off(browser_page: Open, visit: int) -> None:
    page, _ = opened(browser_page, visit)
    page.locator("#line-0").hover()
    page.locator("#line-0 .turn-edit").click()
    field = page.locator("#line-0 textarea")
    field.fill("")
    page.keyboard.type("lk")
    assert (field.input_value(), at(page)) == ("lk", 0.0)
    page.keyboard.press("Escape")
    expect(field).to_have_count(0)
    page.keyboard.press("?")
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    assert at(page) == 0.0


def test_playing_goes_on_two_seconds_earlier_and_remembers_its_speed(browser_page: Open, visit: int) -> None:
    page, _ = opened(browser_page, visit)
    page.locator("#speed").select_option("2")
    page.locator('.turn-time[data-play="28.43"]').click()
    until(page, "document.getElementById('audio').currentTime > 30.5")
    page.locator("#play").click()
    until(page, "document.getElementById('audio').paused")
    stopped = at(page)
    page.evaluate(  # where it is when it begins: by the time that a slow machine asks, it has gone on
        "document.getElementById('audio').addEventListener('play', e => { window.resumed = e.target.currentTime })"
    )
    page.locator("#play").click()
    until(page, "window.resumed !== undefined")
    assert stopped - 2.1 <= page.evaluate("window.resumed") <= stopped - 1.0
    page.reload()
    until(page, "document.getElementById('audio').readyState >= 1")
    assert page.evaluate("document.getElementById('audio').playbackRate") == 2


def test_the_slider_tells_time_in_words(browser_page: Open, visit: int) -> None:
    page, _ = opened(browser_page, visit)
    page.keyboard.press("l")
    expect(page.locator("#seek")).to_have_attribute("aria-valuetext", "0 分 05 秒，共 1 分 22 秒")


def test_reading_elsewhere_stops_following_until_asked_back(browser_page: Open, visit: int) -> None:
    page, _ = opened(browser_page, visit)
    page.locator('.turn-time[data-play="0.62"]').click()
    until(page, "!document.getElementById('audio').paused")
    page.locator("#talk").hover()
    page.wait_for_timeout(800)
    page.mouse.wheel(0, 3000)
    expect(page.locator("#back-to-playing")).to_be_visible()
    expect(page.locator(".turn.is-playing")).not_to_be_in_viewport()
    page.locator("#back-to-playing").click()
    expect(page.locator(".turn.is-playing")).to_be_in_viewport()
    expect(page.locator("#back-to-playing")).to_be_hidden()


def test_a_line_is_corrected_while_it_plays(browser_page: Open, visit: int) -> None:
    page, faults = opened(browser_page, visit)
    page.locator('.turn-time[data-play="0.62"]').click()
    until(page, "!document.getElementById('audio').paused")
    page.keyboard.press("e")
    field = page.locator("#line-0 textarea")
    expect(field).to_be_focused()
    field.fill("谁呀？")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#line-0 .turn-text")).to_have_text("谁呀？")
    expect(page.locator("#line-0 .saved")).to_contain_text("已保存")
    assert not page.evaluate("document.getElementById('audio').paused")
    page.locator("#line-1").hover()
    page.locator("#line-1 .turn-edit").click()  # the next form knows the new revision
    page.locator("#line-1 textarea").fill("修东西的，开门。")
    page.locator("#line-1 .turn-form [type=submit]").first.click()
    expect(page.locator("#line-1 .saved")).to_be_visible()
    assert faults == []


def test_swapped_roles_are_judged_again_while_it_plays_on(browser_page: Open, visit: int, db: Database) -> None:
    page, faults = opened(browser_page, visit)
    page.locator("#play").click()
    until(page, "!document.getElementById('audio').paused")
    page.get_by_role("button", name="操作").click()
    page.get_by_role("button", name="角色对调").click()
    expect(page.locator("#job-status")).to_contain_text("正在重新判分")
    again = document("visit-03")
    again["score"] |= {"value": 88.0}
    for said in again["transcript"]:
        said["role"] = {"technician": "customer", "customer": "technician"}[said["role"]]
    for item in again["items"]:
        if item["kind"] == "forbidden":
            item |= {"hits": [], "verdict": "met"}
    with db.writing() as session:
        rows.record_analysis(session, visit, again, "rescored", "角色对调")
        session.get_one(Job, 1).state = JobState.DONE
    expect(page.locator("#job-status")).to_contain_text("已重新判分")
    expect(page.locator("#line-0")).to_have_attribute("data-role", "technician")
    expect(page.locator(".mark-forbidden")).to_have_count(0)
    expect(page.locator(".rec-states")).not_to_contain_text("禁语")
    assert not page.evaluate("document.getElementById('audio').paused")
    assert at(page) > 0.5
    assert faults == []


def test_the_second_reviewer_is_told_of_the_first(browser_page: Open, visit: int) -> None:
    opened(browser_page, visit)
    second, _ = opened(browser_page, visit, "qa2")
    expect(second.locator("#presence")).to_contain_text("小陈正在复核")


def test_without_waveform_it_plays_all_the_same(browser_page: Open, live_site: LiveSite, visit: int) -> None:
    with live_site.db.reading() as session:
        key = session.get_one(Recording, visit).stored_key
    path = open_storage(live_site.site.web, live_site.home).path(key + PEAKS)
    assert path is not None
    path.unlink()
    page, faults = opened(browser_page, visit)
    page.locator("#play").click()
    until(page, "document.getElementById('audio').currentTime > 0.3")
    assert page.locator("#player-trouble").is_hidden()
    assert all("peaks.json" in fault or "404" in fault for fault in faults)


@pytest.mark.parametrize("width", [1366, 390])
def test_the_player_needs_no_scrolling(browser_page: Open, visit: int, width: int) -> None:
    page, _ = opened(browser_page, visit, width=width, height=768 if width > 1000 else 844)
    expect(page.locator("#play")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if width < 1000:
        page.locator("#tab-talk").click()
        page.mouse.wheel(0, 5000)
        expect(page.locator("#line-27")).to_be_in_viewport()
        expect(page.locator("#play")).to_be_in_viewport()


def test_the_theme_switch_turns_once(browser_page: Open, visit: int) -> None:
    page, _ = opened(browser_page, visit)
    before = page.evaluate("document.documentElement.dataset.bsTheme")
    page.locator("[data-theme-switch]").click()
    assert page.evaluate("document.documentElement.dataset.bsTheme") != before


def test_many_recordings_are_chosen_by_shift_and_counted_in_the_question(
    browser_page: Open, live_site: LiveSite, people: dict[str, Any]
) -> None:
    from tests.web import cast

    with live_site.db.writing() as session:
        for n in range(6):
            cast.recording(session, people["wang"], f"{n}.m4a")
    page = browser_page("qa")
    page.goto("/recordings/")
    boxes = page.locator('input[name="id"]')
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(page.locator("#bulk-count")).to_have_text("已选 4 段")
    asked: list[str] = []
    page.on("dialog", lambda d: (asked.append(d.message), d.accept())[1])
    page.get_by_role("button", name="删除").click()
    expect(page.locator("#messages")).to_contain_text("已删除 4 段录音")
    assert asked[0].startswith("删除 4 段录音？")
    expect(boxes).to_have_count(2)
