"""Texts that would break a reader of YAML: a clear message in Chinese, no error of the server, no waiting."""

from __future__ import annotations

import time

import pytest

from tests.web.conftest import Login
from tests.web.html import page
from tests.web.standards.editing.stage import FILE, draft, form_of, send, text_of
from web.kit.site import Site
from web.models import StandardDraft

ALL = "/standards/drafts"
PATIENCE_S = 20  # on a machine that tests beside; each takes well under one second alone
BOMB = "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
    f"{after}: &{after} [*{before}, *{before}, *{before}, *{before}, *{before}, *{before}]\n"
    for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)
HEAD = 'schema: 1\nid: property-visit\nversion: "1.0.0"\ntitle: 甲\nsource: 乙\nrecording: visit\nitems:\n'
CLAUSE = "  - {id: knock, kind: required, how: person, clause: 三.4, text: 轻敲三下, when: always}\n"
PHRASE = (
    "  - id: hello\n    kind: required\n    how: rule\n    clause: 一\n    text: 甲\n    when: always\n"
    "    elements:\n      - id: part\n        title: 甲\n        phrases:\n          - '%s'\n"
)
ATTACKS = {
    "anchors": (HEAD + "  - &a {id: a}\n  - *a\n", "引用"),
    "a bomb of aliases": (BOMB, "引用"),
    "a tag": (HEAD + "  - !!python/object/apply:os.system ['echo']\n", "一组“键: 值”"),
    "a deep text": ("[" * 100_000, "太深"),
    "a deep list": ("- " * 50_000 + "a", "太深"),
    "a deep notation": (HEAD + PHRASE % ("{" * 10_000 + "您好" + "}" * 10_000), "超过了 12 层"),
    "a tab": (HEAD + "\t- id: a\n", "制表符"),
    "a list": ("- 甲\n- 乙\n", "一组“键: 值”"),
    "two documents": (HEAD + CLAUSE + "---\na: 1\n", "几份文档"),
    "nothing": ("", "空"),
    "ids that are there twice": (HEAD + CLAUSE + CLAUSE, "重复"),
    "an id that climbs": (HEAD + CLAUSE.replace("knock", "../../etc/passwd"), "编号"),
    "a name that climbs": (HEAD.replace("property-visit", "../x") + CLAUSE, "编号"),
}
WHOLE = {"anchors", "a deep notation", "ids that are there twice"}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_broken_text_is_kept_and_told_and_every_page_of_the_draft_still_opens(
    here: Site, login: Login, name: str
) -> None:
    text, words = ATTACKS[name]
    qa, number = login("qa"), draft(here)
    path = f"{ALL}/{number}/text/{FILE}"
    form = form_of(qa, path)
    began = time.monotonic()
    checked = page(send(qa, f"{ALL}/{number}/check/{FILE}", form, text=text))
    assert words in checked.text
    assert send(qa, path, form, text=text).status_code == 303
    assert words in page(qa.get(path)).text
    whole = ("/problems",) if name in WHOLE else ()  # reads all standards of a folder: seconds
    for more in ("", "/changes", "/lists", *whole):
        page(qa.get(f"{ALL}/{number}{more}"))
    for key in ("knock", "~0", "~1", "hello"):
        assert qa.get(f"{ALL}/{number}/clauses/{key}").status_code in (200, 302, 404)
    assert time.monotonic() - began < PATIENCE_S
    assert text_of(here, number) == (text if text.endswith("\n") or not text else text + "\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [("甲" * 5_000_000, "太大"), ("甲" * 160_000, "太长"), ("a: 1\nb: \x07\n", "第 2 行有看不见的控制字符")],
)
def test_what_cannot_be_kept_comes_back_with_a_reason(here: Site, login: Login, text: str, words: str) -> None:
    qa, number = login("qa"), draft(here)
    path = f"{ALL}/{number}/text/{FILE}"
    answer = send(qa, path, form_of(qa, path), text=text)
    assert answer.status_code in (413, 422)
    assert words in answer.get_data(as_text=True)
    with here.db.reading() as session:
        assert session.get_one(StandardDraft, number).revision == 0


def test_only_files_of_the_draft_are_shown_and_written(here: Site, login: Login) -> None:
    qa, number = login("qa"), draft(here)
    for file in (
        "../../etc/passwd",
        "checklist.yaml",
        "shared/../README.md",
        "property-followup.yaml",
        "shared/none.yaml",
    ):
        assert qa.get(f"{ALL}/{number}/text/{file}").status_code == 404
        assert qa.post(f"{ALL}/{number}/text/{file}", data={"text": "x"}).status_code == 404


def test_odd_forms_are_no_errors_of_the_server(here: Site, login: Login) -> None:
    qa, number = login("qa"), draft(here)
    path = f"{ALL}/{number}/clauses/greeting"
    for form in (
        {"f.nothing": "x", "f.elements.x": "1", "f.elements.hello.nothing": "1", "f.": "", "f.elements..": "a"},
        {"f.elements.~99999999999.title": "x", "revision": "x" * 50},
        {"f.when": "~{not: a}", "revision": "-1", "digest": "x"},
        {"do": "add:nothing:x"},
        {"do": "up:elements:nowhere"},
        {"do": "remove:elements:~7"},
        {"f.weight": "9" * 500},
        {"f.text": "\u2028\x85 -"},
    ):
        assert qa.post(path, data=form).status_code in (303, 409, 422), form
    for key in ("~", "~x", "#", "%00", "a" * 3000, "~99999999999999999999"):
        assert qa.get(f"{ALL}/{number}/clauses/{key}").status_code == 404
    assert qa.post(f"{ALL}/{number}/clauses", data={"kind": "x", "how": "y", "text": "甲"}).status_code == 303
    assert qa.post(f"{path}/act", data={"do": "explode"}).status_code == 303
    assert qa.get(f"{ALL}/99/clauses/greeting").status_code == 404
