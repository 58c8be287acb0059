"""The notation as people read it, and a standard as its file has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.rubric.load import load_shared
from analyzer.rubric.readable import Piece, readable
from analyzer.rubric.written import written
from analyzer.settings import ROOT

LEXICONS = ROOT / "lexicons"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("请问您的****有什么问题", "请问您的〔…〕有什么问题"),
        ("{您|你}好", "（您／你）好"),
        ("我[们]是物业的", "我［们］是物业的"),
        ("【咱】们｛来｜到｝了", "［咱］们（来／到）了"),
        ("没{|这|那}义务", "没（不说／这／那）义务"),
        ("走{了|}", "走（了／不说）"),
        ("收费标准（出示收费标准）", "收费标准〈出示收费标准〉"),
        ("<us>不管", "《自己人》不管"),
        ("<nobody>好", "《nobody》好"),
        ("{" * 10_000, "（" * 10_000),
    ],
)
def test_a_phrase_is_shown_without_the_signs_of_the_notation(source: str, shown: str) -> None:
    assert "".join(piece.text for piece in readable(source, {"us": "自己人"})) == shown


def test_a_list_in_a_phrase_is_a_piece_of_its_own() -> None:
    assert readable("我是<us>的", {"us": "自己人"}) == (Piece("我是"), Piece("《自己人》", "us"), Piece("的"))


@given(st.text(alphabet="您好{|}[]()<>*a", max_size=40))
def test_any_text_can_be_shown(source: str) -> None:
    shown = "".join(piece.text for piece in readable(source, {}))
    assert not set(shown) & set("{}[]*")


def test_no_sign_of_the_notation_is_left_in_any_shipped_phrase() -> None:
    lists = load_shared(LEXICONS).lists
    titles = {name: one.title for name, one in lists.items()}
    for one in lists.values():
        for phrase in one.phrases:
            shown = "".join(piece.text for piece in readable(phrase.source, titles))
            assert not set(shown) & set("{|}[]*<>"), phrase.source


def test_clauses_name_their_lists_and_bring_their_notes() -> None:
    read = written("property-visit", LEXICONS)
    clauses = {one.item.id: one for one in read.items}
    assert [group.phrases for group in clauses["greeting"].groups] == [("<hello>",), ("<identity>",)]
    assert clauses["greeting"].why.startswith("只有「你好」不知道来的是谁")
    assert clauses["on-time"].why == ""  # the note below it is of the next clause
    assert clauses["not-our-job"].groups[0].remedies == ("<help>",)
    assert [group.element.title for group in clauses["profanity"].groups] == ["严禁讲脏话", "口头脏字"]
    assert clauses["do-not-know"].groups[0].questions == ("<asking>", "？")
    assert clauses["knock"].groups == ()
    assert read.lists["hello"].title == "问好"
    assert "{您|你}好" in read.lists["hello"].phrases
    assert read.lists["name-cue"].names
    assert read.left_out == ()


def test_what_the_checklist_asks_and_the_standard_lacks_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "lexicons"
    folder.mkdir()
    for one in LEXICONS.iterdir():
        (folder / one.name).symlink_to(one)
    own = folder / "property-visit.yaml"
    lines = own.read_text(encoding="utf-8").splitlines(keepends=True)
    own.unlink()
    own.write_text("".join(line for line in lines if "id: leave-facing" not in line), encoding="utf-8")
    left = written("property-visit", folder).left_out
    assert [(one.id, one.clause, one.text) for one in left] == [
        ("leave-facing", "三.4(12)", "面向用户轻轻退出，将门关闭")
    ]


def test_an_added_clause_says_that_the_company_added_it(tmp_path: Path) -> None:
    folder = tmp_path / "lexicons"
    folder.mkdir()
    for one in LEXICONS.iterdir():
        (folder / one.name).symlink_to(one)
    own = folder / "property-followup.yaml"
    text = own.read_text(encoding="utf-8").replace("items:\n", "additions: [recording-notice]\nitems:\n", 1)
    own.unlink()
    own.write_text(text, encoding="utf-8")
    clauses = {one.item.id: one for one in written("property-followup", folder).items}
    assert clauses["recording-notice"].added
    assert not clauses["greeting"].added
    assert clauses["recording-notice"].groups[0].exceptions
