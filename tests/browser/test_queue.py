"""The queue page in a real browser: news without reload, what the user has set stays, silence where nothing goes on."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import update

from tests.browser.conftest import LiveSite
from tests.web import cast
from web import queue
from web.db import now
from web.models import Job, JobKind, JobState, RecordingState

Open = Callable[..., Page]


def waiting(live: LiveSite, *names: str, state: JobState = JobState.QUEUED) -> list[int]:
    with live.db.writing() as session:
        made = []
        for name in names:
            row = cast.recording(session, None, name, state=RecordingState(state.value), stored_key="00/00/" + "0" * 64)
            session.add(Job(recording_id=row.id, kind=JobKind.HEAR, state=state, detail="细节", error="文件已损坏"))
            made.append(row.id)
        return made


def polls(live: LiveSite) -> int:
    return sum(path == "/queue" and method == "GET" for method, path, _ in live.requests)


def test_rows_change_by_themselves_and_focus_ticks_and_unfolded_details_stay(
    live_site: LiveSite, browser_page: Open
) -> None:
    waiting(live_site, "坏.mp3", state=JobState.FAILED)
    waiting(live_site, "一.mp3", "二.mp3")
    page = browser_page("qa")
    page.goto("/queue")
    page.get_by_text("技术细节").click()
    page.get_by_label("选中：二.mp3").check()
    page.get_by_label("选中：二.mp3").focus()
    with live_site.db.writing() as session:
        claim = queue.claim(session, "w", 60, [JobKind.HEAR])
        assert claim is not None
        queue.heartbeat(session, claim.token, 60, queue.Standing("transcribe", 40.0, 97.0, 0.4))
    expect(page.locator('tr[data-name="一.mp3"]')).to_contain_text("转成文字 40%")
    expect(page.get_by_label("选中：二.mp3")).to_be_checked()
    expect(page.get_by_label("选中：二.mp3")).to_be_focused()
    expect(page.locator("details[open]")).to_have_count(1)
    expect(page.locator("#announcer")).to_have_text("一.mp3：处理中")
    expect(page.locator("#selected")).to_have_text("已选 1 段")


def test_nobody_is_asked_where_nothing_goes_on(live_site: LiveSite, browser_page: Open) -> None:
    waiting(live_site, "坏.mp3", state=JobState.FAILED)
    page = browser_page("qa")
    page.goto("/queue")
    live_site.requests.clear()
    page.wait_for_timeout(4500)
    assert polls(live_site) == 0
    ids = waiting(live_site, "一.mp3")
    page.reload()
    live_site.requests.clear()
    page.wait_for_timeout(4500)
    assert polls(live_site) >= 2
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true})")  # the tab goes to the background
    page.wait_for_timeout(200)
    live_site.requests.clear()
    page.wait_for_timeout(4500)
    assert polls(live_site) == 0
    assert ids


def test_shift_click_and_the_count_in_the_question(live_site: LiveSite, browser_page: Open) -> None:
    waiting(live_site, *(f"{i}.mp3" for i in range(5)), state=JobState.FAILED)
    page = browser_page("qa")
    page.goto("/queue")
    boxes = page.locator('input[name="id"]')
    boxes.nth(0).click()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(page.locator("#selected")).to_have_text("已选 4 段")
    asked: list[str] = []

    def answer(dialog: object) -> None:
        asked.append(dialog.message)  # type: ignore[attr-defined]
        dialog.accept() if len(asked) > 1 else dialog.dismiss()  # type: ignore[attr-defined]

    page.on("dialog", answer)
    page.locator('button[name="act"][value="delete"]').click()
    expect(page.locator("tr[data-job]")).to_have_count(5)
    page.locator('button[name="act"][value="delete"]').click()
    expect(page.locator("tr[data-job]")).to_have_count(1)
    expect(page.locator("#messages")).to_contain_text("已删除 4 段录音")
    assert (
        asked
        == ["删除 4 段录音？声音、片段、文字、引文和判断结果都会删掉，不能恢复。此前做的备份里仍有，到备份清除为止。"]
        * 2
    )
    page.get_by_role("button", name="重试：0.mp3").click()
    expect(page.locator('tr[data-name="0.mp3"]')).to_contain_text("排队")


def test_a_silent_worker_shows(live_site: LiveSite, browser_page: Open) -> None:
    waiting(live_site, "一.mp3")
    with live_site.db.writing() as session:
        assert queue.claim(session, "w", 60, [JobKind.HEAR]) is not None
    page = browser_page("qa", width=390, height=844)
    page.goto("/queue")
    expect(page.locator('tr[data-name="一.mp3"]')).to_contain_text("处理中")
    with live_site.db.writing() as session:
        session.execute(update(Job).values(lease_until=now()))
    expect(page.locator('tr[data-name="一.mp3"]')).to_contain_text("可能卡住")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
