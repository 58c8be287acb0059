"""Help in words that no list has: what the shipped reader makes of turns that nobody taught it, and what is decided by it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analyzer.domain import ItemResult, Role, Verdict
from analyzer.judging import judge, words_for
from analyzer.judging.examples import conversation
from analyzer.judging.helping import rests
from analyzer.reading import Library, library_of
from analyzer.reading.grams import SIZE
from analyzer.reading.helping import HELPS, help_reader, seems_to_help, teach_help
from analyzer.reading.library import FOLDER
from analyzer.reading.lines import Line
from analyzer.reading.turnreader import TurnReader
from analyzer.rubric.load import load_standard
from analyzer.settings import Settings

SETTINGS = Settings()
WORDS = words_for(SETTINGS.lexicons, SETTINGS.cache_dir)
VISIT = load_standard("property-visit", SETTINGS.lexicons)
T, C = Role.TECHNICIAN, Role.CUSTOMER
ALWAYS = TurnReader(np.zeros(SIZE, np.float32), HELPS + 1.0)  # finds help in everything

HELPING = [
    "不清楚，把盖子掀起来瞧瞧标牌……哦，三百瓦",
    "这个不知道，手机上搜一下型号，三分钟的事",
    "没办法从这边修，绕到阳台那头打个孔就能走线",
    "不归我们管，值班电话抄给您，催他们今天就来",
]
TURNING_AWAY = [
    "不知道，你爱问谁问谁，我还赶着下一家呢",
    "不清楚，当初又不是我装的，你自己看说明书",
    "没办法，凑合用着吧，房子老了都这样",
    "不归我们管，你找开发商闹去，跟我嚷没用",
]


def result(said: str, library: Library) -> ItemResult:
    turns = ((T, "您好，我是物业的维修师傅"), (C, "这回还收钱吗"), (T, said), (C, "好吧"))
    found = judge(conversation(turns), VISIT, {}, WORDS, readers=library)
    return next(item for item in found.items if item.id == "do-not-know")


def test_the_shipped_reader_tells_help_from_turning_away() -> None:
    reader = help_reader(SETTINGS.lexicons / FOLDER)
    assert reader is not None

    def found(said: list[str]) -> int:
        lines = [Line(text, "", False, "", "", T) for text in said]
        return sum(seems_to_help(reader, rest) for rest, _ in rests(lines, VISIT, WORDS))

    assert found(HELPING) >= 3
    assert found(TURNING_AWAY) == 0


def test_words_that_go_on_with_what_seems_to_be_help_wait_for_a_person() -> None:
    said = "不清楚，卡尺拿来……二十点四，四分的"
    assert result(said, Library()).verdict is Verdict.MISSED
    doubted = result(said, Library(helping=ALWAYS))
    assert doubted.verdict is Verdict.CANNOT_JUDGE and "像是在替用户想办法" in doubted.reason
    assert all(hit.suspicion for hit in doubted.hits)


@pytest.mark.parametrize("bare", ["不清楚。", "这我不清楚啊。"])
def test_who_does_not_go_on_does_not_help(bare: str) -> None:
    assert result(bare, Library(helping=ALWAYS)).verdict is Verdict.MISSED


def test_what_is_learnt_is_how_turns_go_on_behind_the_last_banned_words() -> None:
    lines = [
        Line("不知道，真不清楚，等着吧您", "几点来", True, "a", "", T),
        Line("我不知道，给您问一下前台", "几点来", False, "a", "", T),
        Line("厂家说没办法修，我看能修", "能修吗", False, "a", "", T),  # somebody else's words
        Line("你们不管谁管", "", True, "a", "", C),
    ]
    assert list(rests(lines, VISIT, WORDS)) == [("等着吧您", False), ("给您问一下前台", True)]


def test_the_same_turns_make_the_same_reader_and_a_folder_without_one_has_none(tmp_path: Path) -> None:
    turns = [("给您问一下前台", True), ("我量一下就知道", True), ("爱找谁找谁去", False), ("自己看着办吧", False)]
    reader, again = teach_help(turns), teach_help(turns)
    assert np.array_equal(reader.weights, again.weights) and reader.bias == again.bias
    assert reader.log_odds("给您问一下") > 0 > reader.log_odds("你看着办吧")
    assert help_reader(tmp_path) is None
    assert library_of(SETTINGS.lexicons).helping is not None
