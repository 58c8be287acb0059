"""Every page in English: valid, and with no text of the site left in Chinese."""

from __future__ import annotations

import io
from typing import Any

from flask import Flask
from openpyxl import load_workbook

from supply import catalogues
from tests.web.conftest import Login
from tests.web.furnished import NO_PAGES, furnish, pages
from tests.web.html import Node, page

SHOWN = ("title", "aria-label", "placeholder", "alt", "data-confirm", "data-question")
# what the company wrote that reads like a text of the site
LEFT = {"管理员": "the admin's name", "总是": "when a clause applies", "。": "the end of what somebody said"}


def texts(whole: Node) -> set[str]:
    """What a page shows: each piece of text by itself, and the attributes that are read."""
    found: set[str] = set()
    for element in whole.element.iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "style") or element.get("lang") == "zh-CN":
            continue
        found |= {value for name in SHOWN if (value := element.get(name))}
        found |= {words for words in (element.text, *(child.tail for child in element)) if words}
    return {" ".join(words.split()) for words in found}


def test_no_page_leaves_a_text_of_the_site_in_chinese(app: Flask, people: dict[str, Any], login: Login) -> None:
    made = furnish(app, people)
    browser = login("admin")
    browser.post("/language", data={"language": "en"})
    said = catalogues.read("en")
    chinese = {text for text, string in said.items() if text != string} - set(said.values())
    left, shown = {}, 0
    for name, path in pages(made).items():
        if name.split()[0] in NO_PAGES or name.startswith("nothing"):
            continue
        answer = browser.get(path)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            assert answer.status_code < 400 or name == "scorecards.mine", path
            continue
        whole = page(answer)
        assert whole.element.get("lang") in ("en", None), path
        shown += 1
        found = {text for text in texts(whole) & chinese if text not in LEFT}
        if found:
            left[path] = sorted(found)
    assert left == {}
    assert shown > 40


def test_what_is_taken_away_speaks_english_too(app: Flask, people: dict[str, Any], login: Login) -> None:
    made = furnish(app, people)
    browser = login("manager")
    browser.post("/language", data={"language": "en"})
    chinese = set(catalogues.read("en"))
    for path in ("/recordings/export.csv", "/scorecards/export.csv", "/scorecards/export.csv?sheet=people"):
        answer = browser.get(path)
        heads = answer.get_data(as_text=True).removeprefix("\ufeff").splitlines()[0].split(",")
        assert answer.status_code == 200 and len(heads) > 5
        assert chinese & {head.strip('"') for head in heads} == set(), path
    answer = browser.get("/scorecards/export.xlsx")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=scorecards_")
    book = load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["Summary", "By person", "By clause", "Evidence"]
    assert chinese & {cell.value for sheet in book for cell in sheet[1]} == set()
    printed = page(browser.get(f"/scorecards/technicians/{made.technician}/print?month=2026-10"))
    assert printed.element.get("lang") == "en"
    assert "Monthly service scorecard" in texts(printed)
