"""A token is made on its page, and the API's document is browsed from this host alone, under the site's policy."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveSite
from tests.web import cast


def test_a_token_is_made_shown_once_and_revoked(live_site: LiveSite, browser_page: Callable[..., Page]) -> None:
    page = browser_page("qa")
    page.goto("/")
    page.get_by_role("button", name="账号").click()
    page.get_by_role("link", name="访问令牌").click()
    page.get_by_label("名称").fill("呼叫中心上传")
    page.get_by_label("上传录音").check()
    page.get_by_label("当前密码").fill(cast.PASSWORD)
    page.get_by_role("button", name="新建令牌").click()
    secret = page.locator("[data-secret]").inner_text()
    assert secret.startswith("tj_")
    page.get_by_role("link", name="记下了").click()
    expect(page.get_by_role("cell", name="呼叫中心上传", exact=True)).to_be_visible()
    assert secret not in page.content()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="吊销").click()
    expect(page.get_by_text("已吊销", exact=True)).to_be_visible()


def test_the_document_is_browsed_without_another_host_or_a_broken_policy(
    live_site: LiveSite, browser_page: Callable[..., Page]
) -> None:
    page = browser_page("technician")
    asked: list[str] = []
    told: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: told.append(message.text))
    page.goto("/tokens/reference")
    expect(page.locator("#reference").get_by_text("/api/v1/recordings", exact=True).first).to_be_visible()
    page.locator("#reference .opblock-summary", has_text="/api/v1/recordings/{recording_id}/verdicts").first.click()
    expect(page.locator("#reference .opblock-body").first).to_be_visible()
    assert [line for line in told if "Content Security Policy" in line] == []
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(live_site.url).netloc}
