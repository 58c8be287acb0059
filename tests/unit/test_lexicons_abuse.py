"""Swearing in two grades: what insults is fatal, an oath costs little, and a harmless sentence with the same characters nothing."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from analyzer.domain import Hit, ItemResult, Verdict
from analyzer.judging import judge, words_for
from analyzer.judging.tables import characters
from analyzer.rubric.load import load_standard
from analyzer.rubric.model import Element, Item, Phrase, Standard
from analyzer.settings import Settings
from analyzer.text.syllables import readings
from tests.cast import C, T, heard, talk

SETTINGS = Settings()
HARMLESS = Path(__file__).parents[1] / "fixtures" / "harmless"
STANDARDS = ("property-visit", "property-appointment", "property-followup", "school-works", "sales-reception")
# Characters that stand in any sentence; the others tell a phrase.
COMMON = set("你我他的了个这那是都真太什么怎啊吧呀们又在谁就不没有一给说看着去来样会做点大着里上下没得人")
LEAST = 20

FATAL = """
真他妈的麻烦
你他妈会不会看
操你妈的又坏了
你个傻逼
你就是个王八蛋
给我滚出去
你去死吧
你脑子有病吧
你有病吧天天报修
你们是不是有病啊
真是个神经病
你这个白痴
简直是个二百五
你个老东西
不要脸，滚
懂个屁你
关你屁事
放你妈的屁
狗娘养的
他妈的一大早就来
你瞎啊没看见我在修
龟孙子就是你
你个瓜娃子晓得啥子
冚家铲，系咁
干你娘咧
""".split()
# Whole sentences; in the middle of another they would mean something else.
FATAL_ALONE = ["滚。", "快滚！", "你滚啊。", "神经病！", "你有病。", "你这个垃圾。", "真是个饭桶。", "他妈的！"]
MILD = """
靠，又漏了
操，烦死了
哎，我靠，这么高
妈的，没完了
卧槽这么多水
我操，吓死我了
急个毛啊你
催个屁
关我屁事
什么狗屁规定
真特么热
吃饱了撑的
这领导真操蛋
尼玛又停电
扯淡，哪有这种事
""".split("\n")


@cache
def standard(name: str) -> Standard:
    return load_standard(name, SETTINGS.lexicons)


def profanity(name: str = "property-visit") -> Item:
    return next(item for item in standard(name).items if item.id == "profanity")


def judged(*lines: str, name: str = "property-visit") -> ItemResult:
    """The verdict on swearing where the technician says these lines, the customer a word between them."""
    turns = [turn for line in lines for turn in ((T, line), (C, "行"))]
    words = words_for(SETTINGS.lexicons, SETTINGS.cache_dir)
    judgement = judge(heard(talk(*turns)), standard(name), {}, words)
    return next(item for item in judgement.items if item.id == "profanity")


def harmless() -> list[str]:
    files = sorted(HARMLESS.glob("*.txt"))
    lines = [line.strip() for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def phrases() -> list[tuple[Element, Phrase]]:
    return [(element, phrase) for element in profanity().elements for phrase in (*element.phrases, *element.alone)]


def telling(phrase: Phrase) -> set[tuple[str, str]]:
    """The syllables, without tone, of a phrase's telling characters: words are heard before they are written."""
    return sounds({char for text in characters(phrase.pattern) for char in text} - COMMON)


def sounds(chars: Iterable[str]) -> set[tuple[str, str]]:
    return {(s.initial, s.final) for char in chars for s in readings(char)}


@pytest.mark.parametrize("name", STANDARDS)
def test_no_harmless_sentence_is_sworn_or_suspected(name: str) -> None:
    lines = harmless()
    for start in range(0, len(lines), 100):
        assert judged(*lines[start : start + 100], name=name).hits == ()


def test_every_phrase_is_tried_on_twenty_harmless_sentences_that_share_a_telling_sound() -> None:
    lines = harmless()
    assert len(set(lines)) == len(lines)
    heard_in = [sounds(line) for line in lines]
    tried = {phrase.source: sum(bool(telling(phrase) & line) for line in heard_in) for _, phrase in phrases()}
    assert {source: count for source, count in tried.items() if count < LEAST} == {}


@pytest.mark.parametrize("sentence", [*FATAL, *FATAL_ALONE])
def test_an_insult_caps_the_score(sentence: str) -> None:
    found = judged("您好，我是物业的", sentence)
    assert (found.verdict, found.penalty, found.cap) == (Verdict.MISSED, 30, 59), found.reason


@pytest.mark.parametrize("sentence", [line for line in MILD if line])
def test_an_oath_that_insults_nobody_costs_little_and_caps_nothing(sentence: str) -> None:
    found = judged("您好，我是物业的", sentence)
    assert (found.verdict, found.penalty, found.cap) == (Verdict.MISSED, 5, None), found.reason
    assert "口头脏字，扣 5 分" in found.reason


def test_an_insult_among_oaths_is_what_counts() -> None:
    found = judged("靠，又漏了", "你个傻逼", "妈的，没完了")
    assert (found.penalty, found.cap) == (30, 59)
    assert "傻逼" in found.reason and "共 3 处" in found.reason
    assert [hit.element for hit in found.hits] == ["oath", "profanity", "oath"]


def test_words_that_both_grades_know_are_the_insult_once() -> None:
    found = judged("真他妈的麻烦")
    assert [hit.quote for hit in found.hits] == ["真他妈的"]


@pytest.mark.parametrize("sentence", FATAL_ALONE[3:6])
def test_a_word_that_insults_alone_is_harmless_within_a_sentence(sentence: str) -> None:
    assert judged(f"这是{sentence.rstrip('。！')}那边的管子").hits == ()


def test_the_customers_swearing_is_nobodys_fault() -> None:
    words = words_for(SETTINGS.lexicons, SETTINGS.cache_dir)
    said = talk((T, "您好，我是物业的"), *((C, line) for line in (*FATAL, *FATAL_ALONE)), (T, "您别着急"))
    judgement = judge(heard(said), standard("property-visit"), {}, words)
    assert next(item for item in judgement.items if item.id == "profanity").hits == ()


def test_a_homophone_of_an_insult_is_not_even_suspected() -> None:
    found: tuple[Hit, ...] = judged("我见人就问路", "这件货到了", "房子归儿子管", "铺街的砖", "你这个分子式").hits
    assert found == ()


@pytest.mark.parametrize(
    "sentence", ["滚，滚筒的轴承磨了", "靠……靠墙放行吗", "操，操作面板坏了", "有病，有病害的管子要换"]
)
def test_who_stumbles_over_a_longer_word_has_not_sworn(sentence: str) -> None:
    assert judged("您好，我是物业的", sentence).hits == ()


@pytest.mark.parametrize("sentence", ["滚，滚！", "靠，靠，又漏了"])
def test_a_curse_said_twice_is_one(sentence: str) -> None:
    assert judged("您好，我是物业的", sentence).verdict is Verdict.MISSED
