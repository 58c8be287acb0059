"""A file of people: what it would change stands on the page before anything changes, and a doubtful row waits for a tick."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from tests.browser.conftest import LiveSite
from web.db import Database
from web.kit.site import Site
from web.models import Technician
from web.staff import importing, kept

FILE = "工号,姓名,班组,在职\n1001,王师傅,西区,否\n2001,赵师傅,南区,是\n01002,孙师傅,南 区,是\n,钱师傅,,\n"


def names(db: Database) -> dict[str, str]:
    with db.reading() as session:
        return {t.staff_no: t.name for t in session.scalars(select(Technician))}


def test_a_file_is_previewed_and_then_confirmed(
    browser_page: Callable[..., Page], db: Database, tmp_path: Path
) -> None:
    page = browser_page("qa")
    page.goto("/staff/technicians/import")
    path = tmp_path / "人员.csv"
    path.write_text(FILE, "utf-8-sig")
    page.set_input_files("#file", path)
    page.get_by_role("button", name="查看会怎么变").click()
    page.get_by_text("还没有改动任何内容").wait_for()
    assert page.locator("del").all_inner_texts() == ["东区", "是"]
    assert "2001" not in names(db)
    page.get_by_label("我已核对").check()
    page.get_by_role("button", name="确认导入").click()
    page.get_by_text("新增或更新 3 行").wait_for()
    assert set(names(db)) == {"1001", "1002", "2001", "01002"}


def test_the_page_asks_how_far_the_import_is_until_the_answer_comes(
    live_site: LiveSite, browser_page: Callable[..., Page], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The import waits until it has been asked for again and again: its form is sent, and the page lives on meanwhile."""
    tell, asked = kept.tell, []

    def told(here: Site, user_id: int, token: str, done: int, total: int) -> None:
        tell(here, user_id, token, done, total)
        until = time.monotonic() + 60
        while done == 1 and len(asked) < 3 and time.monotonic() < until:
            time.sleep(0.05)
            asked[:] = [path for _, path, _ in live_site.requests if path.endswith("/import/progress")]

    monkeypatch.setattr(importing, "CHUNK", 1)
    monkeypatch.setattr(kept, "tell", told)
    page = browser_page("qa")
    page.goto("/staff/technicians/import")
    path = tmp_path / "人员.csv"
    path.write_text("工号,姓名\n2001,赵一\n2002,钱二\n2003,孙三\n", "utf-8-sig")
    page.set_input_files("#file", path)
    page.get_by_role("button", name="查看会怎么变").click()
    page.get_by_role("button", name="确认导入").click(no_wait_after=True)
    page.get_by_text("新增或更新 3 行").wait_for(timeout=90_000)
    assert len(asked) >= 3
