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
from supply import catalogues
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
TRANSLATED = [FOLDER / language / path.name for language in ("en", "zh_Hant") for path in PATHS]
each_translated = pytest.mark.parametrize("path", TRANSLATED, ids=lambda p: f"{p.parent.name}-{p.stem}")
each_everywhere = pytest.mark.parametrize("path", [*PATHS, *TRANSLATED], ids=lambda p: f"{p.parent.name}-{p.stem}")
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


def names_in(path: Path) -> set[str]:
    """The pages and buttons that a Chinese manual names."""
    return set(re.findall(r"「([^」]+)」", text(path)))


def headings_in(path: Path) -> list[str]:
    return re.findall(r"^(#+) .+$", text(path), re.MULTILINE)


@each_translated
def test_a_translated_manual_has_the_parts_pictures_and_commands_of_the_chinese_one(path: Path) -> None:
    source = FOLDER / path.name
    assert headings_in(path) == headings_in(source)
    assert re.findall(r"\]\(\.\./(.+?\.png)\)", text(path)) == re.findall(r"\]\((.+?\.png)\)", text(source))
    assert re.findall(r"^(?:-|\d\.) ", text(path), re.M) == re.findall(r"^(?:-|\d\.) ", text(source), re.M)
    codes = [{code for code in re.findall(r"`([^`\n]+)`", text(one)) if code.isascii()} for one in (source, path)]
    assert codes[0] - codes[1] == set()


@each
def test_the_english_manual_names_what_the_chinese_one_names_as_english_pages_say_it(path: Path) -> None:
    english = catalogues.read("en")
    assert set(re.findall(r"\*\*(.+?)\*\*", text(FOLDER / "en" / path.name))) == {english[n] for n in names_in(path)}


@each
def test_the_english_manual_names_the_keys_of_the_chinese_one(path: Path) -> None:
    keys = {"空格": "Space"}
    wanted = {keys.get(key, key) for key in re.findall(r"【([^】]+)】", text(path))}
    assert set(re.findall(r"(?<!!)\[([^\]]+)\](?!\()", text(FOLDER / "en" / path.name))) == wanted


@each
def test_english_manuals_hold_chinese_only_where_they_quote_it(path: Path) -> None:
    quoted = re.compile(r"“[^”]*”|《[^》]*》|\(简体中文, 繁體中文, English\)|\]\([^)]*\)")
    assert re.findall("[\u3400-\u9fff]", quoted.sub("", text(FOLDER / "en" / path.name))) == []


@each
def test_the_traditional_manual_is_what_the_command_makes(path: Path) -> None:
    made = catalogues.traditional_manual(text(path))
    assert text(FOLDER / "zh_Hant" / path.name) == made, "run `make catalogues`"
    hant = catalogues.read("zh_Hant")
    assert set(re.findall(r"「([^」]+)」", made)) == {hant[name] for name in names_in(path)}


def test_there_is_a_manual_for_each_role() -> None:
    assert {path.stem for path in PATHS} == set(MANUALS.values())
    assert set(MANUALS) == set(UserRole)


@each
def test_every_page_and_button_that_a_manual_names_is_on_the_site(path: Path) -> None:
    named = set(re.findall(r"「([^」]+)」", text(path)))
    assert len(named) > 4
    assert named - words_of_the_site() == set()


@each_everywhere
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


@pytest.mark.parametrize(
    ("language", "title", "section"),
    [("en", "Technician's manual", "Appeals"), ("zh_Hant", "技師手冊", "申訴")],
)
def test_manuals_follow_the_reader_s_language_and_their_addresses_stay(
    login: Login, language: str, title: str, section: str
) -> None:
    browser = login("technician")
    browser.post("/language", data={"language": language})
    shown = page(browser.get("/help"))
    article = shown.one("article")
    assert article.one("h1").text == title
    assert article.get("lang") is None
    assert article.one(id="申诉").text == section
    assert {link.get("href"): link.text for link in shown.one(class_="manual-sections").all("a")}["#申诉"] == section
    for image in article.all("img"):
        answer = browser.get(image.get("src") or "")
        assert answer.status_code == 200
        answer.close()


def test_a_manual_that_nobody_translated_is_shown_in_chinese_and_says_so(
    login: Login, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in PATHS:
        (tmp_path / path.name).write_text("# 手册\n\n## 申诉\n", "utf-8")
    monkeypatch.setattr("web.help.render.FOLDER", tmp_path)
    browser = login("technician")
    browser.post("/language", data={"language": "en"})
    article = page(browser.get("/help")).one("article")
    assert (article.one("h1").text, article.get("lang")) == ("手册", "zh-CN")


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
