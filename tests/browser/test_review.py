"""Reviewing in a real browser: by keyboard and by mouse, without reloading, and on to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.conftest import LiveSite
from tests.web.review.stage import NEAR, PERSON, judge
from web.models import Decision, Recording, ReviewState

OpenPage = Callable[..., Page]
FORBIDDEN = ("not-our-job", "not-our-concern", "do-not-know", "solicit")


@pytest.fixture
def shown(live_site: LiveSite, people: dict[str, Any], browser_page: OpenPage) -> tuple[Page, int, int]:
    """The worst recording on 小陈's screen, as opened from the work list; its id and the one that waits below."""
    below = judge(live_site.app, live_site.db, "followup-02")
    number = judge(live_site.app, live_site.db, "visit-03", suspicion="do-not-know")
    page = browser_page("qa")
    page.goto("/review")
    page.locator(".work-who a").first.click()
    page.wait_for_url(f"**/recordings/{number}?queue=risk")  # until loaded: the keys are listened to
    return page, number, below


def decisions(live_site: LiveSite, number: int) -> list[tuple[str, str, str | None, str]]:
    with live_site.db.reading() as session:
        found = select(Decision).where(Decision.recording_id == number).order_by(Decision.id)
        return [(d.item_id, d.action, d.after, d.note) for d in session.scalars(found)]


def test_overruled_by_mouse_and_by_keyboard_the_score_changes_without_a_reload(
    live_site: LiveSite, shown: tuple[Page, int, int]
) -> None:
    page, number, _ = shown
    page.evaluate("window.stayed = true")
    score = page.locator(".rec-score-value")
    expect(score).to_have_text("0.0")

    clause = page.locator("#clause-not-our-job")  # by mouse: overrule, without a reason first
    clause.get_by_text("改判", exact=True).click()
    clause.get_by_label("没有说").check()
    clause.get_by_role("button", name="保存改判").click()
    assert decisions(live_site, number) == []  # the browser asks for the reason
    clause.get_by_label("改判理由").fill("说的是厂家的规定")
    clause.get_by_role("button", name="保存改判").click()
    expect(clause.locator(".clause-human")).to_contain_text("说的是厂家的规定")
    expect(clause.locator(".clause-human")).to_contain_text("机器")

    for item in ("not-our-concern", "solicit"):  # the same by keyboard: 1 opens the form at the reason
        page.locator(f"#clause-{item} .clause-head").click()
        page.keyboard.press("1")
        expect(page.locator(f"#clause-{item}").get_by_label("改判理由")).to_be_focused()
        page.keyboard.type("复听没有这个意思")
        page.keyboard.press("Enter")
        expect(page.locator(f"#clause-{item} .clause-human")).to_contain_text("复听没有这个意思")

    expect(score).to_have_text("9.1")  # without the penalties
    assert page.evaluate("window.stayed") is True
    assert [d[:3] for d in decisions(live_site, number)] == [
        (item, "overrule", "met") for item in ("not-our-job", "not-our-concern", "solicit")
    ]


def test_reviewed_by_keyboard_alone_signed_and_on_to_the_next(
    live_site: LiveSite, shown: tuple[Page, int, int]
) -> None:
    page, number, below = shown
    page.keyboard.press("ArrowDown")
    expect(page.locator("#clause-not-our-job")).to_be_focused()

    page.keyboard.press("Control+Enter")  # too early: what is missing is listed
    expect(page.locator("#signoff [role=alert]")).to_contain_text("有 12 条要先复核")
    expect(page.locator("#signoff .signoff-open a")).to_have_count(12)

    page.locator("#clause-not-our-job").focus()
    for item in (*FORBIDDEN[:2], "solicit", "do-not-know", *NEAR, *PERSON):
        for _ in range(30):
            if page.evaluate("document.activeElement?.id") == f"clause-{item}":
                break
            page.keyboard.press("ArrowDown")
        expect(page.locator(f"#clause-{item}")).to_be_focused()
        page.keyboard.press("1" if item in PERSON else "2")
        expect(page.locator(f"#clause-{item} .clause-human")).to_be_visible()
    assert {(d[1], d[2]) for d in decisions(live_site, number)} == {
        ("confirm", "missed"), ("answer", "missed"), ("answer", "met"),
    }  # fmt: skip

    expect(page.locator("#signoff")).to_contain_text("可以签核")
    page.locator("#sign-note").fill("复听两遍")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/recordings/{below}?queue=risk")
    expect(page.locator("#messages")).to_contain_text("已签核")
    with live_site.db.reading() as session:
        assert session.get_one(Recording, number).review_state is ReviewState.SIGNED


def test_a_second_reviewer_sees_both_versions_and_loses_nothing(
    live_site: LiveSite, shown: tuple[Page, int, int], browser_page: OpenPage
) -> None:
    page, number, _ = shown
    other = browser_page("qa2")
    other.goto(f"/recordings/{number}")
    page.locator("#clause-greeting [data-confirm-verdict]").click()
    expect(page.locator("#clause-greeting .clause-human")).to_be_visible()

    clause = other.locator("#clause-greeting")
    clause.get_by_text("改判", exact=True).click()
    clause.get_by_label("改判理由").fill("我听到了您好")
    clause.get_by_role("button", name="保存改判").click()
    expect(clause.locator(".clause-both")).to_contain_text("小陈")
    expect(clause.locator(".clause-both")).to_contain_text("我听到了您好")
    expect(clause.get_by_label("改判理由")).to_have_value("我听到了您好")
    clause.get_by_role("button", name="保存改判").click()
    expect(clause.locator(".clause-human")).to_contain_text("小林")
    assert [d[:3] for d in decisions(live_site, number)] == [
        ("greeting", "confirm", "missed"), ("greeting", "overrule", "met"),
    ]  # fmt: skip


def test_on_a_phone_nothing_is_wider_than_the_screen(
    live_site: LiveSite, shown: tuple[Page, int, int], browser_page: OpenPage
) -> None:
    page = browser_page("qa", width=390, height=844)
    for path in ("/review", f"/recordings/{shown[1]}", "/appeals", "/review/agreement"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
