"""Idle talk is a topic, not a word: one word waits for a person, two or a talk without a word of the trade are proven."""

from __future__ import annotations

import pytest

from analyzer.domain import ItemResult, Role, Verdict
from analyzer.judging import judge, words_for
from analyzer.rubric.load import load_standard
from analyzer.settings import Settings
from tests.cast import C, T, heard, talk

SETTINGS = Settings()
SCHOOL = load_standard("school-works", SETTINGS.lexicons)
WORDS = words_for(SETTINGS.lexicons, SETTINGS.cache_dir)


def idle(*turns: tuple[Role, str]) -> ItemResult:
    said = heard(talk((T, "老师您好，工程部的"), (C, "灯管坏了"), *turns, (C, "哦")))
    return next(i for i in judge(said, SCHOOL, {}, WORDS).items if i.id == "idle-chat")


def test_one_word_of_small_talk_waits_for_a_person() -> None:
    found = idle((T, "你们是哪里人"), (C, "四川的"), (T, "灯管我给您换一根新的，马上就好，您看一下开关在哪边"))
    assert found.verdict is Verdict.CANNOT_JUDGE and "没有聊下去" in found.reason


@pytest.mark.parametrize(
    "turns",
    [
        ((T, "你们是哪里人"), (C, "四川的"), (T, "你有对象没有")),
        (
            (T, "你们是哪里人"),
            (C, "四川"),
            (T, "四川好啊，我年轻时候去过成都，吃了半个月火锅，天天吃，回来胖了十斤，我老伴都认不出我了"),
        ),
    ],
)
def test_a_second_word_or_a_talk_that_goes_on_is_idle_talk(turns: tuple[tuple[Role, str], ...]) -> None:
    assert idle(*turns).verdict is Verdict.MISSED


def test_an_invitation_to_idle_needs_no_more() -> None:
    assert idle((T, "不着急，咱们坐下聊会儿")).verdict is Verdict.MISSED
