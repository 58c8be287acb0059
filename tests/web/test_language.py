"""Every word that users see goes through gettext, and none of it is English."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

WEB = Path(__file__).parents[2] / "web"
HAN = re.compile(r"[\u4e00-\u9fff]")
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
SCRIPTS = sorted((WEB / "static" / "js").rglob("*.js"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(WEB).as_posix())
def test_templates_hold_no_chinese_outside_gettext(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", "", path.read_text("utf-8"), flags=re.S)
    assert [line.strip() for line in text.splitlines() if HAN.search(line)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(WEB).as_posix())
def test_expressions_hold_chinese_only_within_gettext(path: Path) -> None:
    for code in re.findall(r"\{\{.*?\}\}|\{%.*?%\}", path.read_text("utf-8"), flags=re.S):
        rest = re.sub(r"_\(\s*(['\"]).*?\1", "", code, flags=re.S)
        assert not HAN.search(rest), code


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(WEB).as_posix())
def test_templates_have_no_inline_script_or_style(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"<script(?![^>]*\b(src=|type=\"application/json\"))[^>]*>", text)
    assert not re.search(r"\sstyle=|\son[a-z]+=|\shx-on|<style|javascript:", text)
    assert "|safe" not in text.replace(" ", "")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.relative_to(WEB).as_posix())
def test_scripts_hold_chinese_only_within_gettext(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/|^\s*//.*$|(?<=[;{},])\s*//.*$", "", path.read_text("utf-8"), flags=re.S | re.M)
    rest = re.sub(r"_\(\s*([\"'`]).*?\1", "", text, flags=re.S)
    assert [line.strip() for line in rest.splitlines() if HAN.search(line)] == []


def test_the_catalogue_can_be_extracted() -> None:
    found = {
        message
        for _, _, message, _, _ in extract_from_dir(
            WEB,
            [("**.py", "python"), ("templates/**.html", "jinja2"), ("static/js/**.js", "javascript")],
            keywords={"_": None, "_l": None},
        )
    }
    assert {"登录", "用户名或密码不对。", "关闭", "处理队列"} <= found
