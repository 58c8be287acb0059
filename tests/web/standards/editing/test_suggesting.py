"""Words that reviewers counted and the rule did not know stand beside the clause, one click from the draft."""

from __future__ import annotations

from flask import Flask

from tests.web.conftest import Login
from tests.web.html import page
from tests.web.learning.stage import T, decide, visit
from tests.web.standards.editing.stage import draft, fields_of, text_of
from web.kit.site import Site
from web.lexicon.suggestions import Heard, alike, plain, suggestions

ALL = "/standards/drafts"


def test_words_that_sound_alike_are_one_suggestion_and_the_commonest_is_its_phrase() -> None:
    words = ["您看看还漏不漏水", "您看看这水还漏不漏", "您看看还漏不漏水", "麻烦您签个字", "麻烦你签个字"]
    found = suggestions([Heard(w, "", i) for i, w in enumerate(words)])
    assert [(s.phrase, s.recordings) for s in found] == [("您看看还漏不漏水", 3), ("麻烦你签个字", 2)]
    assert found[0].others == ("您看看这水还漏不漏",)


def test_what_is_a_phrase_already_or_no_phrase_at_all_is_not_suggested() -> None:
    words = ["再会啊", "嗯", "", "，。", "甲" * 80, "麻烦您签个字"]
    found = suggestions([Heard(w, "", i) for i, w in enumerate(words)], known=["再会，啊！"])
    assert [s.phrase for s in found] == ["麻烦您签个字"]


def test_signs_of_the_notation_are_no_part_of_suggested_words() -> None:
    assert plain("“{您|好}****，<再见>。") == "您好，再见"
    assert alike("天麻烦了", "添麻烦了")
    assert not alike("我们不管", "再见")


def test_quoted_words_of_a_reviewer_go_into_the_draft_with_one_click(app: Flask, here: Site, login: Login) -> None:
    with app.app_context():
        for number in range(3):
            said = ("那您歇着，我撤了。", "那您歇着吧，我撤了。")[number % 2]
            visited = visit(here, (T, said))
            decide(here, visited, "farewell", "met", f"说了“{said}”，算道别")
    qa, number = login("qa"), draft(here)
    path = f"{ALL}/{number}/clauses/farewell"
    shown = page(qa.get(f"{path}/suggestions"))
    (form,) = [f for f in shown.all("form") if f.get("action") == f"{path}/phrases"]
    assert "3 段录音" in shown.text
    sent = fields_of(form)
    assert sent["phrase"] == "那您歇着，我撤了"
    added = page(qa.post(f"{path}/phrases", data=sent, follow_redirects=True))
    assert "已放进草稿" in added.text
    assert "那您歇着，我撤了" in text_of(here, number)
    assert "已经有这一句" in page(qa.post(f"{path}/phrases", data=sent, follow_redirects=True)).text
    assert page(qa.get(f"{path}/suggestions")).all("form", action=f"{path}/phrases") == []
    assert "从复核添短语" in page(qa.get(f"{ALL}/{number}/changes")).text


def test_private_words_are_not_suggested(app: Flask, here: Site, login: Login) -> None:
    with app.app_context():
        visited = visit(here, (T, "我电话是13812345678，有事您找我。"))
        decide(here, visited, "farewell", "met", "说了“电话是13812345678，您找我”")
    shown = page(login("qa").get(f"{ALL}/{draft(here)}/clauses/farewell/suggestions"))
    assert "138" not in shown.text
