"""The manuals keep their promises: commands, pages, buttons, keys, links and pictures that they name are there."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from flask import Flask

from analyzer.cli import COMMANDS
from analyzer.settings import ROOT, Settings
from tests.web.conftest import Login
from tests.web.html import page
from web import create_app
from web.config import ANALYZER_PREFIX, PREFIX, WebSettings
from web.help.render import FOLDER, PICTURES
from web.help.sections import MANUALS, SECTIONS, section_for
from web.kit.access import TABLE
from web.models import UserRole

PATHS = sorted(FOLDER.glob("*.md"))
each = pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
FLASK = create_app(settings=Settings(home=Path(tempfile.mkdtemp()))).cli.commands
UI = [*(ROOT / "web" / "templates").rglob("*.html"), *(ROOT / "web").rglob("*.py")]
MOST_BYTES = 3 * 1024**2  # of all pictures together


def words_of_the_site() -> set[str]:
    """Every text of pages and menus, as gettext knows them."""
    found: set[str] = set()
    for file in UI:
        found |= {text for _, text in re.findall(r"""\b_l?\(\s*(['"])(.*?)\1""", file.read_text("utf-8"))}
    return found


def text(path: Path) -> str:
    return path.read_text("utf-8")


def test_there_is_a_manual_for_each_role() -> None:
    assert {path.stem for path in PATHS} == set(MANUALS.values())
    assert set(MANUALS) == set(UserRole)


@each
def test_every_page_and_button_that_a_manual_names_is_on_the_site(path: Path) -> None:
    named = set(re.findall(r"「([^」]+)」", text(path)))
    assert len(named) > 4
    assert named - words_of_the_site() == set()


@each
def test_every_command_that_a_manual_names_can_be_typed(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    settings = {f"{PREFIX}{name.upper()}" for name in WebSettings.__dataclass_fields__}
    settings |= {f"{ANALYZER_PREFIX}{name.upper()}" for name in Settings.__dataclass_fields__}
    for code in re.findall(r"`([^`]+)`", text(path)):
        first, *rest = code.split()
        if first == "make":
            assert rest[0] in targets, code
        elif first == "flask":
            assert rest[:2] == ["--app", "web"] and rest[2] in FLASK, code
        elif first == "python":
            assert rest[:2] == ["-m", "analyzer"] and rest[2] in COMMANDS, code
        elif first.startswith("TINGJIAN_"):
            assert first.partition("=")[0] in settings, code
        else:
            assert (ROOT / first).exists(), code


@each
def test_every_key_that_a_manual_names_is_in_the_table_of_keys(path: Path) -> None:
    shown = re.findall(r"shown: \[(.*?)\]\s*, does", (ROOT / "web/static/js/keys.js").read_text("utf-8"))
    known = {key for row in shown for key in re.findall(r'"([^"]+)"', row)}
    assert set(re.findall(r"【([^】]+)】", text(path))) - known == set()


@each
def test_every_section_that_a_page_points_to_is_there(path: Path) -> None:
    headings = re.findall(r"^## (.+)$", text(path), re.MULTILINE)
    assert len(headings) == len(set(headings))
    assert set(SECTIONS[path.stem]) - set(headings) == set()


def test_sections_are_of_pages_that_there_are() -> None:
    named = {endpoint for sections in SECTIONS.values() for pages in sections.values() for endpoint in pages}
    assert named - set(TABLE) == set()


def test_who_asks_for_help_is_led_to_his_own_manual_first() -> None:
    assert section_for(UserRole.QA, "review.appeals") == ("qa", "申诉")
    assert section_for(UserRole.TECHNICIAN, "review.appeals") == ("technician", "申诉")
    assert section_for(UserRole.ADMIN, "review.appeals") == ("qa", "申诉")
    assert section_for(UserRole.MANAGER, "nowhere") == ("manager", "")


@pytest.mark.parametrize("who", ["admin", "qa", "manager", "technician"])
def test_each_role_sees_its_own_manual_first_and_all_links_lead_somewhere(login: Login, who: str) -> None:
    browser = login(who)
    titles = {"admin": "管理员手册", "qa": "质检员手册", "manager": "主管手册", "technician": "技师手册"}
    shown = page(browser.get("/help"))
    assert shown.one("article").one("h1").text == titles[who]
    tabs = shown.one("nav", class_="nav-tabs").all("a")
    assert tabs[0].text == titles[who]
    assert {tab.text for tab in tabs} == set(titles.values())
    for tab in tabs:
        manual = page(browser.get(tab.get("href") or ""))
        main = manual.one("main")
        for link in (a.get("href") or "" for a in main.all("a")):
            target = urlsplit(link)
            aim = page(browser.get(target.path)) if target.path else manual
            assert not target.fragment or aim.all(id=unquote(target.fragment)), link
        for image in main.all("img"):
            answer = browser.get(image.get("src") or "")
            assert answer.status_code == 200, image.get("src")
            assert image.get("alt")
            answer.close()


def test_every_page_leads_to_its_section(login: Login, app: Flask) -> None:
    links = [
        a for a in page(login("qa").get("/queue")).one("header").all("a") if (a.get("href") or "").startswith("/help")
    ]
    assert [unquote(link.get("href") or "") for link in links] == ["/help/qa#一天的工作"]


@each
def test_manuals_are_short(path: Path) -> None:
    assert len(text(path)) < 3000


def test_pictures_are_named_small_and_none_lies_about() -> None:
    named = {name for path in PATHS for name in re.findall(rf"\]\({PICTURES}/([^)]+)\)", text(path))}
    there = {path.name: path.stat().st_size for path in (FOLDER / PICTURES).glob("*")}
    assert set(there) == named
    assert sum(there.values()) < MOST_BYTES


def test_no_html_of_a_manual_gets_through(tmp_path: Path, monkeypatch: Any) -> None:
    from web.help import render

    (tmp_path / "x.md").write_text("# 标题\n\n<script>alert(1)</script>\n\n[a](javascript:alert(1))\n", "utf-8")
    monkeypatch.setattr(render, "FOLDER", tmp_path)
    body = str(render.manual("x", lambda name, target: f"{name}{target}").body)
    assert "<script" not in body
    assert 'href="javascript' not in body
