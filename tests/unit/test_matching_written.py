"""Sound tolerance is for what was heard wrongly: not for other words, surely written, nor for a 不 or 过 put in between."""

from __future__ import annotations

import pytest

from analyzer.judging import words_for
from analyzer.matching import COURTESY, Finder, Match, Stream, make_stream
from analyzer.matching.alignment import align
from analyzer.matching.costs import CostTable
from analyzer.matching.written import alignment_of, says_otherwise
from analyzer.rubric.notation import ListBook, parse
from analyzer.settings import Settings
from tests.cast import spoken

SETTINGS = Settings()
WORDS = words_for(SETTINGS.lexicons, SETTINGS.cache_dir)


def best(phrase: str, said: str, confidence: float) -> tuple[Stream, Match]:
    parsed = parse(phrase, ListBook({}))
    stream = make_stream(spoken(said, confidence=confidence), None, WORDS)
    table = CostTable(char for char in phrase if "\u3400" <= char <= "\u9fff")
    return stream, max(Finder(stream, table, COURTESY).matches([parsed]), key=lambda m: m.similarity)


def otherwise(phrase: str, said: str, confidence: float = 1.0) -> bool:
    stream, match = best(phrase, said, confidence)
    alignment = alignment_of(stream, match)
    assert alignment is not None
    return says_otherwise(stream, match, alignment)


OTHER_WORDS = [
    ("插****试试", "插，这个是十安的"),
    ("{大哥|哥}好", "哪个好些"),
    ("{要|收}****块", "您后面还要开会呢"),
    ("盛女士", "先生女士您好"),
    ("能[直接]给您换", "我直接给您换掉了"),
    ("{师傅|回头}****去一趟", "师傅都去过一趟"),
    ("给您演示", "给您不演示"),
    ("{给|跟}{我|我们}讲什么", "那跟我们有什么关系"),
]
SAID = [
    ("给您添麻烦", "给您添麻烦了"),
    ("您好物业的", "您好，物业"),
    ("麻烦您签个字", "麻烦您给签个字"),
    ("我是[咱们]物业维修的", "我是咱物业维修的"),
    ("麻烦您在这儿签个名字", "麻烦您在这边签个名字"),
    ("{材料|材料费}****{人工|工时}", "材料二十块，人工十块"),
    ("给您弄{一|两}下", "给您弄一下好不好"),
]
MISHEARD = [
    ("给您添麻烦", "给您天麻烦"),
    ("您多包涵", "您多包含"),
    ("签个字", "千个字"),
    ("费用****我们出", "非用也从我们处"),
]


@pytest.mark.parametrize(("phrase", "said"), OTHER_WORDS)
def test_other_words_that_were_surely_written_are_other_words(phrase: str, said: str) -> None:
    assert otherwise(phrase, said)


@pytest.mark.parametrize(("phrase", "said"), SAID)
def test_what_varies_without_changing_the_words_is_said(phrase: str, said: str) -> None:
    assert not otherwise(phrase, said)


@pytest.mark.parametrize(("phrase", "heard"), MISHEARD)
def test_what_was_heard_without_certainty_may_be_misheard(phrase: str, heard: str) -> None:
    assert not otherwise(phrase, heard, confidence=0.7)


def test_an_alignment_names_each_difference_its_block_and_what_was_put_in() -> None:
    found = align(parse("插****试试看", ListBook({})).pattern, "插上去了是不试", 2.0)
    assert found is not None
    assert found.blocks == ("插", "试试看")
    assert [(d.asked, d.at, d.block, d.place) for d in found.differences] == [("试", 4, 1, 0), ("看", None, 1, 2)]
    assert found.begins == (0, 4)
    assert found.inserted == (5,)


def test_no_way_within_the_cost_is_no_alignment() -> None:
    assert align(parse("请您试一下", ListBook({})).pattern, "今天天气真好", 0.5) is None
