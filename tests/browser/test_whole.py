"""As a new user would: a fresh site and worker with the real model, one recording from the file to the signature."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

import pytest
from playwright.sync_api import Browser, Page, expect

from analyzer.settings import ROOT
from tests.browser.conftest import PATIENCE_MS
from tests.samples import sample

SAMPLE = sample("visit-03-heater-rude.m4a")
PASSWORD = "听检-整条路-2026"  # of a user who lives as long as this test
HEARD_MS = 300_000  # a minute on two quiet cores; the rest is for machines that do other things too
PHRASE = "跟我们有什么关系"


@pytest.fixture
def started(tmp_path: Path) -> Iterator[str]:
    """Site and worker as `make run` starts them, in a folder of their own; nothing of them is left behind."""
    (tmp_path / "models").symlink_to(ROOT / "var" / "models", target_is_directory=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {name: value for name, value in os.environ.items() if not name.startswith("TINGJIAN_")}
    environment = {**own, "TINGJIAN_HOME": str(tmp_path), "TINGJIAN_WEB_PORT": str(port), "HF_HUB_OFFLINE": "1"}
    flask = [sys.executable, "-m", "flask", "--app", "web"]
    subprocess.run(
        [*flask, "users", "add", "chen", "--name", "小陈", "--role", "qa", "--password-stdin"],
        input=PASSWORD + "\n", text=True, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    log = tmp_path / "up.log"
    with log.open("wb") as written:
        running = subprocess.Popen(
            [*flask, "up"], cwd=ROOT, env=environment, stdout=written, stderr=written, start_new_session=True
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _until_it_answers(url, running, log)
        yield url
        assert running.poll() is None, log.read_text("utf-8")
        running.terminate()
        running.wait(40)
        assert not _left(running.pid), "processes were left behind"
    finally:
        if _left(running.pid):
            os.killpg(running.pid, signal.SIGKILL)
            running.wait(10)


def _until_it_answers(url: str, running: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        assert running.poll() is None, log.read_text("utf-8")
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5):  # noqa: S310  # our own address
                return
        except URLError:
            time.sleep(0.2)
    raise AssertionError(log.read_text("utf-8"))


def _left(group: int) -> bool:
    """Whether any process of the group still lives; gives the last ones two seconds."""
    for _ in range(20):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.1)
    return True


@pytest.fixture
def newcomer(chromium: Browser, started: str) -> Iterator[tuple[Page, list[str]]]:
    """A browser that has never been here, and what went wrong in it."""
    context = chromium.new_context(base_url=started, viewport={"width": 1366, "height": 768}, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("response", lambda answer: faults.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    inside = (started, "data:", "blob:")
    page.on("request", lambda asked: None if asked.url.startswith(inside) else faults.append(asked.url))
    yield page, faults
    context.close()


def test_from_the_file_to_the_signature(newcomer: tuple[Page, list[str]]) -> None:
    page, faults = newcomer
    page.goto("/")
    page.get_by_label("用户名").fill("chen")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()

    page.locator("#site-menu summary", has_text="资料").click()
    page.locator("#site-menu").get_by_role("link", name="上传录音").click()
    page.locator("#files").set_input_files(SAMPLE)
    row = page.locator("tr.file")
    row.get_by_label("标准").select_option("property-visit")
    page.get_by_role("button", name="开始上传").click()
    expect(row).to_contain_text("已收到")

    page.locator("#site-menu summary", has_text="资料").click()
    page.locator("#site-menu").get_by_role("link", name="处理队列").click()
    expect(page.locator(f'tr[data-name="{SAMPLE.name}"]')).to_be_visible()
    expect(page.locator("#queue")).to_contain_text("没有要处理的录音", timeout=HEARD_MS)
    page.get_by_role("link", name="最近完成").click()

    page.get_by_role("link", name=SAMPLE.name).click()  # the first click
    page.wait_for_load_state("load")  # nobody clicks within the first tenth of a second
    evidence = page.locator("#panel .evidence[data-seek]", has_text=PHRASE).first
    second = float(evidence.get_attribute("data-seek") or "nan")
    evidence.click()  # the second
    sound = page.locator("#audio")
    expect(sound).to_have_js_property("paused", False)
    expect(sound).to_have_js_property("error", None)
    assert second - 2.1 <= sound.evaluate("audio => audio.currentTime") <= second + 1.0
    assert abs(second - 40.1) < 1.5
    sound.evaluate("audio => audio.pause()")

    page.evaluate("window.stayed = true")
    score = page.locator(".rec-score-value")
    before = score.inner_text()
    chip = page.locator(".clause-head .chip", has_text="说了")
    said = page.locator('[data-group="trouble"] .clause', has=chip).evaluate_all("all => all.map(one => one.id)")
    assert len(said) > 1
    # nothing that was required was said either: without one of these the score stays at zero
    for clause_id, choice in [*((one, "没有说") for one in said), ("clause-greeting", "达标")]:
        clause = page.locator(f"#{clause_id}")
        clause.get_by_text("改判", exact=True).click()
        clause.get_by_label(choice, exact=True).check()
        clause.get_by_label("改判理由").fill("复听：没有这个意思")
        clause.get_by_role("button", name="保存改判").click()
        expect(clause.locator(".clause-human")).to_contain_text("复听")
    expect(score).not_to_have_text(before)
    assert page.evaluate("window.stayed") is True

    todo = page.locator(".signoff-open a")
    for item_id in todo.evaluate_all("links => links.map(link => link.dataset.toClause)"):
        line = page.locator(f"#clause-{item_id}")
        if page.locator(f".clause-group:not([open]) #clause-{item_id}").count():
            page.locator(".clause-group:not([open]) summary").first.click()
        line.locator('[data-confirm-verdict], .clause-answer [data-choice="met"]').first.click()
        expect(line.locator(".clause-human")).to_be_visible()
    expect(page.locator("#signoff")).to_contain_text("可以签核")
    page.locator("#signoff").get_by_role("button", name="只签核").click()
    expect(page.locator("#signoff")).to_contain_text("已签核")
    assert faults == []
