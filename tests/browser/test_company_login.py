"""Logging in with the company's account in a real browser: its cookies, its policy, a real provider on another site."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PATIENCE_MS, LiveSite
from tests.web.oidc import real
from web.kit.site import KEY
from web.oidc.blueprint import KEY as OIDC
from web.oidc.provider import Provider
from web.oidc.rules import rules


@pytest.fixture
def page(chromium: Browser, live_site: LiveSite) -> Iterator[Page]:
    """A browser that nobody has logged in with, at a site whose company login is running."""
    with real.running(f"{live_site.url}/login/company/back") as issuer:
        web = dataclasses.replace(live_site.site.web, **real.settings(issuer), public_url=live_site.url)
        live_site.app.extensions[KEY] = dataclasses.replace(live_site.site, web=web)
        read = rules(web)
        assert read is not None
        live_site.app.extensions[OIDC] = Provider(read)
        context = chromium.new_context(base_url=live_site.url, locale="zh-CN")
        opened = context.new_page()
        errors: list[str] = []
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.on("console", lambda told: errors.append(told.text) if "Content Security" in told.text else None)
        opened.set_default_timeout(PATIENCE_MS)
        yield opened
        context.close()
        assert errors == []


def log_in(page: Page, who: str) -> None:
    page.click("text=用公司账号登录")
    page.fill("[name=username]", who)
    page.fill("[name=password]", real.PASSWORD)
    page.click("button")


def test_in_by_the_companys_account_and_out_again(page: Page, live_site: LiveSite) -> None:
    page.goto("/recordings/")
    assert page.url.endswith("/login?next=/recordings/")
    log_in(page, "sun")
    page.wait_for_url(f"{live_site.url}/recordings/")
    page.goto("/company-account")
    assert "小孙" in page.inner_text("main")
    page.go_back()
    page.wait_for_url(f"{live_site.url}/recordings/")
    page.click("header .dropdown > button")
    page.click("text=退出登录")
    page.wait_for_url(f"{live_site.url}/login/company/left")
    assert "公司账号可能还登录着" in page.inner_text("main")
    page.click("text=回到登录页")
    page.wait_for_url(f"{live_site.url}/login")


def test_who_may_not_is_told_why(page: Page, live_site: LiveSite) -> None:
    page.goto("/login")
    log_in(page, "cook")
    page.wait_for_url(f"{live_site.url}/login/company/back?**")
    assert "还没有使用听检的权限" in page.inner_text("main")
    page.click("text=回到登录页")
    page.wait_for_url(f"{live_site.url}/login")
