"""The review loop by hand and ear: an 80-second recording with three doubtful clauses in at most eight keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.conftest import LiveSite
from tests.samples import sample
from tests.web.recordings.conftest import document, stored
from tests.web.review.stage import judge
from web.intake import rows
from web.intake.storage import open_storage
from web.models import Decision, Recording, ReviewState
from web.worker import sound

OpenPage = Callable[..., Page]
SAID, SUSPECTED, NEAR = "not-our-concern", "do-not-know", "inquiry"  # the three, the gravest first
SLOW_MS = 60_000


def three_doubts() -> dict[str, Any]:
    """The rude visit with three doubtful clauses: forbidden words said, others suspected, a near miss."""
    made = document("visit-03")
    made["items"] = [item for item in made["items"] if item["how"] != "person"]
    for item in made["items"]:
        if item["id"] == SUSPECTED:
            item |= {"verdict": "cannot_judge", "credit": None}
            for hit in item["hits"]:
                hit["suspicion"] = True
        elif item["kind"] == "forbidden" and item["id"] != SAID:
            item |= {"verdict": "met", "credit": 1.0, "hits": []}
        elif item["id"] == "demonstrate":
            item["nearest"] = None
    return made


@pytest.fixture
def doubtful(live_site: LiveSite, people: dict[str, Any], browser_page: OpenPage) -> Iterator[tuple[Page, int, int]]:
    """That recording with its sound on 小陈's screen, opened from the work list; its id and the one that waits below."""
    below = judge(live_site.app, live_site.db, "followup-02")
    number = stored(live_site.app, people["wang"], "visit-03-heater-rude.m4a", "visit-03")
    path: Path = sample("visit-03-heater-rude.m4a")
    with live_site.db.writing() as session:
        rows.record_analysis(session, number, three_doubts(), "rescored")
        key = session.get_one(Recording, number).stored_key
    with sound.opened(open_storage(live_site.site.web, live_site.home), key, path, live_site.site.settings) as (
        _,
        made,
    ):
        assert made is not None
    page = browser_page("qa")
    page.set_default_timeout(SLOW_MS)
    page.goto(f"/recordings/{number}?queue=risk")
    until(page, "document.getElementById('audio').readyState >= 1")
    yield page, number, below


def until(page: Page, holds: str) -> None:
    """Wait for an expression; asked from outside, because the page's policy forbids it to evaluate text."""
    for _ in range(600):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never: {holds}")


def heard(page: Page, item: str) -> None:
    """That the clause is current and its evidence plays, from two seconds before it."""
    expect(page.locator(f"#clause-{item}")).to_be_focused()
    start = float(page.locator(f"#clause-{item} [data-seek]").first.get_attribute("data-seek") or "nan")
    until(page, "!document.getElementById('audio').paused")
    at = page.evaluate("document.getElementById('audio').currentTime")
    assert start - 2.1 <= at, (item, start, at)
    assert page.evaluate("window.sought.at(-1)") == pytest.approx(start - 2.0, abs=0.1)


def watch(page: Page) -> None:
    page.evaluate(
        """() => { window.sought = []; window.stayed = true;
        const audio = document.getElementById('audio');
        audio.addEventListener('seeking', () => window.sought.push(audio.currentTime)); }"""
    )


def decisions(live_site: LiveSite, number: int) -> list[tuple[str, str, str | None, str]]:
    with live_site.db.reading() as session:
        found = select(Decision).where(Decision.recording_id == number).order_by(Decision.id)
        return [(d.item_id, d.action, d.after, d.note) for d in session.scalars(found)]


def test_three_doubts_are_heard_judged_and_signed_in_eight_keys(
    live_site: LiveSite, doubtful: tuple[Page, int, int]
) -> None:
    page, number, below = doubtful
    watch(page)
    pressed = []

    def press(key: str) -> None:
        pressed.append(key)
        page.keyboard.press(key)

    press("ArrowDown")
    heard(page, SAID)
    press("n")
    expect(page.locator(f"#clause-{SAID} .usual")).to_be_focused()
    expect(page.locator(f"#clause-{SAID} .usual button").nth(2)).to_contain_text("引用别人的话")
    press("3")
    heard(page, SUSPECTED)
    expect(page.locator(f'.mark[data-item="{SAID}"]')).to_have_class("mark mark-overruled")
    expect(page.locator(f'mark.hit[data-items="{SAID}"]').first).to_have_class("hit hit-overruled")
    press("y")
    heard(page, NEAR)
    expect(page.locator(".turn.is-playing")).to_have_count(1)
    expect(page.locator(f'.mark[data-item="{SUSPECTED}"]')).to_have_class("mark mark-forbidden")
    press("n")
    press("2")
    expect(page.locator("#signoff")).to_contain_text("可以签核")
    expect(page.locator(f"#clause-{NEAR} .clause-head")).to_contain_text("达标")
    assert page.evaluate("window.stayed") is True
    press("Control+Enter")
    page.wait_for_url(f"**/recordings/{below}?queue=risk")
    expect(page.locator("#messages")).to_contain_text("已签核")
    assert len(pressed) <= 8
    assert decisions(live_site, number) == [
        (SAID, "overrule", "met", "引用别人的话"),
        (SUSPECTED, "answer", "missed", ""),
        (NEAR, "overrule", "met", "说了，但说法不同"),
    ]
    with live_site.db.reading() as session:
        assert session.get_one(Recording, number).review_state is ReviewState.SIGNED


def test_the_space_bar_pauses_from_a_button_enter_plays_again_and_the_rest_is_left_to_the_machine(
    live_site: LiveSite, doubtful: tuple[Page, int, int]
) -> None:
    page, number, _ = doubtful
    watch(page)
    page.keyboard.press("ArrowUp")  # round the end: the last of the open ones
    heard(page, NEAR)
    for focused in (f"#clause-{NEAR} [data-confirm-verdict]", f"#clause-{NEAR} .overrule > summary", "#next-recording"):
        page.locator(focused).focus()
        page.keyboard.press(" ")
        until(page, "document.getElementById('audio').paused")
        page.keyboard.press(" ")
        until(page, "!document.getElementById('audio').paused")
    assert decisions(live_site, number) == []
    expect(page.locator(f"#clause-{NEAR} .overrule[open]")).to_have_count(0)
    page.locator(f"#clause-{NEAR}").focus()
    count = page.evaluate("window.sought.length")
    page.keyboard.press("Enter")
    until(page, f"window.sought.length > {count}")
    heard(page, NEAR)

    page.keyboard.press("r")
    expect(page.locator("#signoff")).to_contain_text("已按机器判定 1 条")
    expect(page.locator(f"#clause-{NEAR} .clause-human")).to_contain_text("一并按机器判定")
    assert decisions(live_site, number) == [(NEAR, "bulk", "missed", "")]

    page.locator(f"#clause-{NEAR} .clause-foot").get_by_role("button", name="撤回").click()  # open again, at once
    expect(page.locator(f"#clause-{NEAR}[data-open]")).to_have_count(1)
    expect(page.locator("#signoff")).to_contain_text("还有 3 条要复核")

    page.keyboard.press("?")
    help_text = page.locator("#keys-table").inner_text()
    for words in ("没有说", "说了", "达标", "未达标", "其余按机器判定", "签核并打开下一条"):
        assert words in help_text
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("y")
    page.wait_for_timeout(500)
    assert [d[1] for d in decisions(live_site, number)] == ["bulk", "withdraw"]
