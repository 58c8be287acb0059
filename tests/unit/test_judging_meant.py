"""Required words that say the contrary, or are other words, fulfil nothing; the report says why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.domain import ItemResult, Role, Verdict
from analyzer.judging import judge, words_for
from analyzer.rubric.load import load_standard
from analyzer.settings import Settings
from tests.cast import C, T, heard, talk

SETTINGS = Settings()
WORDS = words_for(SETTINGS.lexicons, SETTINGS.cache_dir)


def result(said: str, item: str, standard: str = "property-visit", confidence: float = 1.0) -> ItemResult:
    turns = ((T, "您好，物业的"), (C, "水管漏了，进来吧"), (C, "好"), (T, said), (C, "好吧"))
    chosen = load_standard(standard, SETTINGS.lexicons)
    return next(i for i in judge(heard(talk(*turns, confidence=confidence)), chosen, {}, WORDS).items if i.id == item)


@pytest.mark.parametrize(
    "said",
    [
        "没给您试一下",
        "不用您试一下了",
        "我就不给您演示了",
        "我给您演示不了",
        "没空跟您说一下怎么用",
        "插，这个是十安的",
    ],
)
def test_what_was_not_done_is_no_demonstration(said: str) -> None:
    assert result(said, "demonstrate").verdict is Verdict.MISSED


@pytest.mark.parametrize(
    "said",
    ["您试一下", "要不您试一下", "不漏了，您试一下", "没问题了，您试一下", "是不是好了您试一下", "给您演示一下好不好"],
)
def test_a_negation_that_belongs_to_something_else_changes_nothing(said: str) -> None:
    assert result(said, "demonstrate").verdict is Verdict.MET


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("冰箱我挪到过道了，线好像是断了。", Verdict.MISSED),
        ("冰箱我挪到过道，好吗？", Verdict.MET),
    ],
)
def test_a_question_that_lacks_its_last_word_is_none(said: str, verdict: Verdict) -> None:
    assert result(said, "ask-before-moving").verdict is verdict


def test_a_contrary_that_was_hardly_heard_undoes_nothing() -> None:
    # 维修部的，小郑 came out of a telephone as 维修不得，小正
    turns = ((T, "您好，我物业维修不得，小正"), (C, "水管漏了，进来吧"), (T, "好"), (C, "好吧"))
    hearing = heard(talk(*turns))
    chosen = load_standard("property-visit", SETTINGS.lexicons)

    def credit(confidence: float) -> float | None:
        first = hearing.transcript[0]
        sure = tuple(confidence if char in "不得" else 0.9 for char in first.text)
        unsure = replace(hearing, transcript=(replace(first, char_confidence=sure), *hearing.transcript[1:]))
        return next(i for i in judge(unsure, chosen, {}, WORDS).items if i.id == "greeting").credit

    assert (credit(0.9), credit(0.4)) == (0.333, 1.0)  # the identity weighs two of three


def test_the_report_says_that_the_words_said_the_contrary() -> None:
    found = result("我就不给您演示了", "demonstrate")
    assert "给您演示" in found.reason and "没有做或不用做" in found.reason


def test_a_visit_that_cannot_be_made_is_no_proposal_of_a_time() -> None:
    assert result("今天怕是来不成", "agree-time", "property-appointment").verdict is Verdict.MISSED


def test_what_was_replaced_already_was_not_asked_for() -> None:
    found = result("读卡头坏了，直接给你换掉了", "consent-parts", "school-works")
    assert found.verdict is Verdict.MISSED


def test_a_technician_who_was_there_before_is_no_arrangement() -> None:
    turns = ((T, "您好，服务中心回访"), (C, "还漏着呢"), (T, "师傅都去过一趟"), (C, "没修好啊"))
    chosen = load_standard("property-followup", SETTINGS.lexicons)
    items = judge(heard(talk(*turns, confidence=1.0)), chosen, {}, WORDS).items
    assert next(i for i in items if i.id == "handle-problem").verdict is Verdict.MISSED


def test_small_talk_that_sounds_like_a_question_about_the_fault_is_none() -> None:
    assert result("是哪儿人啊有对象没有", "inquiry").verdict is Verdict.MISSED


def test_a_gap_runs_on_over_a_comma_and_not_behind_another_turn() -> None:
    chosen = load_standard("property-visit", SETTINGS.lexicons)

    def explained(*turns: tuple[Role, str]) -> Verdict | None:
        items = judge(heard(talk((T, "您好，物业的"), (C, "水管漏了"), *turns)), chosen, {"moved": True}, WORDS).items
        return next(i for i in items if i.id == "ask-before-moving").verdict

    assert explained((T, "柜子我挪一挪，就靠墙这边，您看可以吗"), (C, "好")) is Verdict.MET
    assert explained((T, "柜子我挪一挪"), (C, "哎哟我的花盆"), (T, "刷一下卡可以吗"), (C, "好")) is Verdict.MISSED


def test_misheard_words_still_count() -> None:
    assert result("修好了，给您天麻烦了，有事您给我们打电话", "farewell", confidence=0.7).verdict is Verdict.MET


def test_help_that_is_refused_pardons_nothing() -> None:
    assert result("这个不归我们管，没空给您问", "not-our-job").verdict is Verdict.MISSED
