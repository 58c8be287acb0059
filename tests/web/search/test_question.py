"""Questions taken apart, and the conditions that are made of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.settings import Settings
from web.intake.sounds import Line, Words
from web.models.vocabulary import Role
from web.search.lines import answer
from web.search.matching import alike, exact, for_fts5, for_tsquery
from web.search.question import MOST_PHRASES, Phrase, phrases

CACHE: Path = Settings().cache_dir


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("收费 发票", ["收费", "发票"]),
        ("师傅收费多少", ["师傅", "收费", "多少"]),
        ("“师傅收费多少”", ["师傅收费多少"]),
        ('"不归我们，管" 电话', ["不归我们管", "电话"]),
        ("「找厂家", ["找厂家"]),
        ("師傅 收費", ["师傅", "收费"]),
        ("收费 收费", ["收费"]),
        ("师傅的电话", ["师傅", "电话"]),
        ("的", ["的"]),
        ("  ，。！“” ＊＊ ", []),
        ("", []),
    ],
)
def test_quotes_are_phrases_and_the_rest_is_cut_into_words(written: str, wanted: list[str]) -> None:
    assert [phrase.folded for phrase in phrases(written, CACHE)] == wanted


def test_a_number_is_found_however_it_is_written() -> None:
    assert phrases("30块 2号", CACHE) == phrases("三十块 二号", CACHE) != ()


def test_a_question_has_so_many_phrases_at_most() -> None:
    assert len(phrases(" ".join("甲乙丙丁戊己庚辛壬癸"), CACHE)) == MOST_PHRASES


def test_conditions_ask_for_pairs_of_characters_or_of_syllables_but_not_both() -> None:
    manager = [Phrase("经理", ("jing", "li"))]
    assert for_fts5(exact(manager, "ab")) == '("a经理" OR "b经理")'
    assert for_tsquery(exact(manager, "ab")) == "('a经理' | 'b经理')"
    sounding = alike(manager, "a")
    assert sounding is not None
    assert for_fts5(sounding) == '(("a经理" OR "gjing·li") NOT "a经理")'
    assert for_tsquery(sounding) == "(('a经理' | 'gjing·li') & !'a经理')"
    assert alike([Phrase("钱", ("qian",))], "a") is None  # too many words sound like one syllable


def test_what_only_seems_to_stand_side_by_side_is_no_answer() -> None:
    said = "安全，全阀"
    line = Line(Role.TECHNICIAN, 0.0, 1.0, tuple(range(len(said))), Words.of(said))
    assert answer([line], phrases("“安全阀”", CACHE), None, private=True) is None
    assert answer([line], phrases("“安全全阀”", CACHE), None, private=True) is not None
