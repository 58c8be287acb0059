"""Uploading in a real browser: percentages, cancelling, going on after a cut."""

from __future__ import annotations

import re
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, expect
from sqlalchemy import select

from tests.browser.conftest import LiveSite
from web.config import WebSettings
from web.models import Recording, Upload

SIZE = 1_500_000
Open = Callable[..., Page]


@pytest.fixture
def web_settings() -> WebSettings:
    return WebSettings(min_free_bytes=0, slice_bytes=131_072)


def sound(folder: Path, name: str) -> Path:
    """A WAV of about `SIZE` bytes, different for each name."""
    path = folder / name
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16000)
        out.writeframes((name.encode() * (SIZE // len(name.encode()) + 1))[:SIZE])
    return path


def throttle(page: Page, bytes_per_s: int, session: CDPSession | None = None, offline: bool = False) -> CDPSession:
    session = session or page.context.new_cdp_session(page)
    session.send("Network.enable")
    told = {"offline": offline, "latency": 5, "downloadThroughput": -1, "uploadThroughput": bytes_per_s}
    session.send("Network.emulateNetworkConditions", told)
    return session


def choose(page: Page, *paths: Path) -> None:
    page.set_input_files("#files", [str(p) for p in paths])
    expect(page.locator("tr.file")).to_have_count(len(paths))
    expect(page.locator("#start")).to_be_enabled()


def sent(live_site: LiveSite) -> int:
    return sum(size for method, _, size in live_site.requests if method == "PUT")


def left_on_disk(live_site: LiveSite) -> list[str]:
    return [p.name for p in (live_site.home / "web").rglob("*") if p.suffix == ".part" or "audio" in p.parts]


def test_a_slow_upload_shows_how_far_it_is_and_arrives(live_site: LiveSite, browser_page: Open, tmp_path: Path) -> None:
    page = browser_page("qa")
    page.goto("/uploads")
    choose(page, sound(tmp_path, "20260105-1403_1001__入户.wav"))
    page.locator('[data-cell="standard_id"]').first.select_option("property-visit")
    throttle(page, 500_000)
    page.click("#start")
    seen = set()
    chip = page.locator("tr.file .chip-green")
    while not chip.count():
        seen |= set(re.findall(r"(\d+)%", page.locator("tr.file [data-status]").inner_text()))
        page.wait_for_timeout(60)
    assert len(seen) >= 3, seen
    expect(page.locator("#summary")).to_contain_text("收下 1 个")
    with live_site.db.reading() as session:
        row = session.scalars(select(Recording)).one()
        assert (row.original_name, row.standard_id) == ("20260105-1403_1001__入户.wav", "property-visit")
        assert row.size_bytes == (tmp_path / row.original_name).stat().st_size


def test_a_cancelled_upload_leaves_no_file(live_site: LiveSite, browser_page: Open, tmp_path: Path) -> None:
    page = browser_page("qa")
    page.goto("/uploads")
    choose(page, sound(tmp_path, "取消.wav"), sound(tmp_path, "留下.wav"))
    throttle(page, 800_000)
    page.click("#start")
    row = page.locator("tr.file", has_text="取消.wav")
    expect(row.locator("[data-status]")).to_contain_text(re.compile(r"[1-9]\d?%"))
    row.get_by_role("button", name="取消", exact=True).click()
    expect(row).to_contain_text("服务器上没有留下文件")
    expect(page.locator("tr.file", has_text="留下.wav").locator(".chip").first).to_contain_text("缺标准")
    with live_site.db.reading() as session:
        assert [r.original_name for r in session.scalars(select(Recording))] == ["留下.wav"]
        assert [u.original_name for u in session.scalars(select(Upload))] == ["留下.wav"]
    assert not [p for p in left_on_disk(live_site) if p.endswith(".part")]


def test_after_a_cut_and_a_reload_the_rest_is_sent_and_no_more(
    live_site: LiveSite, browser_page: Open, tmp_path: Path
) -> None:
    path = sound(tmp_path, "断线.wav")
    page = browser_page("qa")
    page.goto("/uploads")
    choose(page, path)
    line = throttle(page, 600_000)
    page.click("#start")
    while sent(live_site) < path.stat().st_size / 2:
        page.wait_for_timeout(20)
    throttle(page, 600_000, line, offline=True)
    expect(page.locator("tr.file [data-status]")).to_contain_text("连接中断")
    page.on("dialog", lambda dialog: dialog.accept())
    live_site.requests.clear()
    throttle(page, 600_000, line)
    page.reload()
    expect(page.locator("[data-unfinished]")).to_contain_text("断线.wav")
    choose(page, path)
    page.click("#start")
    expect(page.locator("#summary")).to_contain_text("收下 1 个")
    assert 0 < sent(live_site) < 0.6 * path.stat().st_size
    with live_site.db.reading() as session:
        assert session.scalars(select(Recording)).one().size_bytes == path.stat().st_size


def test_a_list_with_one_failure_is_never_all_green(live_site: LiveSite, browser_page: Open, tmp_path: Path) -> None:
    bad = tmp_path / "台账.mp3"
    bad.write_bytes("这不是录音。".encode() * 1000)
    page = browser_page("qa")
    page.goto("/uploads")
    choose(page, sound(tmp_path, "好.wav"), bad)
    page.click("#start")
    expect(page.locator("#summary")).to_have_text("共 2 个 · 收下 1 个 · 失败 1 个")
    expect(page.locator("tr.file", has_text="台账.mp3")).to_contain_text("内容是文本，不是录音")
    expect(page.locator("tr.file .chip-red")).to_have_count(1)
