"""What makes a clause apply: the staff's last word between opposites, and what the customer asks, does or complains of."""

from __future__ import annotations

import pytest

from analyzer.domain import Judgement, Role, Verdict
from analyzer.judging import judge, words_for
from analyzer.rubric.load import load_standard
from analyzer.settings import Settings
from tests.cast import C, T, heard, talk

SETTINGS = Settings()
WORDS = words_for(SETTINGS.lexicons, SETTINGS.cache_dir)


def judged(*turns: tuple[Role, str], standard: str = "property-visit") -> Judgement:
    greeted = ((T, "您好，我是物业的维修师傅"), (C, "请进，水管漏了"), *turns, (C, "好吧"))
    return judge(heard(talk(*greeted, confidence=1.0)), load_standard(standard, SETTINGS.lexicons), {}, WORDS)


def facts(*turns: tuple[Role, str], standard: str = "property-visit") -> dict[str, bool]:
    return {name: fact.value for name, fact in judged(*turns, standard=standard).facts.items()}


def test_of_charged_and_covered_the_staffs_last_word_holds() -> None:
    charged, covered = (T, "过保修期了，得收您八十块"), (T, "我查了一下，还在保修期里，不收您钱")
    first, second = facts(covered, (C, "哦"), charged), facts(charged, (C, "哦"), covered)
    assert (first["charged"], first["covered"]) == (True, False)
    assert (second["charged"], second["covered"]) == (False, True)


def test_the_report_quotes_the_contrary_words_of_a_clause_that_does_not_apply() -> None:
    items = judged((T, "过保修期了，得收您八十块"), (C, "哦"), (T, "我查了一下，还在保修期里，不收您钱")).items
    item = next(i for i in items if i.id == "explain-charge")
    assert item.verdict is Verdict.NOT_APPLICABLE
    assert "相反" in item.reason and "“" in item.reason


@pytest.mark.parametrize("asked", ["换一个多少钱", "这要收费吗", "你们怎么收费", "有没有价目表", "这么贵啊"])
def test_a_price_that_is_asked_for_and_not_answered_makes_the_explanation_due(asked: str) -> None:
    judgement = judged((C, asked), (T, "先修着吧"))
    assert judgement.facts["charged"].value and not judgement.facts["covered"].value
    assert next(i for i in judgement.items if i.id == "explain-charge").verdict is Verdict.MISSED


@pytest.mark.parametrize("asked", ["你那房子多少钱一平", "没花我们钱吧"])
def test_other_prices_are_not_the_jobs(asked: str) -> None:
    assert not facts((C, asked))["charged"]


def test_a_price_asked_for_and_answered_with_nothing_to_pay_is_covered() -> None:
    found = facts((C, "这要收费吗"), (T, "不收费，公共管道归我们管"))
    assert (found["charged"], found["covered"]) == (False, True)


def test_what_the_staff_only_supposes_is_no_fact() -> None:
    assert not facts((T, "要是得收费的话我提前跟您说"))["charged"]


@pytest.mark.parametrize("said", ["你怎么把我的花盆搬走了", "你怎么把我架子上的东西都拿到地上了", "谁让你动我家东西的"])
def test_moving_is_heard_from_the_customer_whose_things_were_moved(said: str) -> None:
    assert facts((C, said))["moved"]


@pytest.mark.parametrize("said", ["你怎么给我换了个灯管", "换的是新的吗"])
def test_a_part_that_was_replaced_is_heard_from_the_customer(said: str) -> None:
    assert facts((C, said), standard="school-works")["parts_replaced"]


def test_a_receipt_is_written_where_money_was_taken() -> None:
    assert facts((T, "我给您开个收据"))["charged"]
    assert not facts((T, "没法给您开发票"))["charged"]


@pytest.mark.parametrize("heard_as", ["等着给", "等折急"])
def test_nobody_is_blamed_for_what_only_similar_words_ask_of_him(heard_as: str) -> None:
    """等着急了 (and an apology for it) was not said: at most a person looks."""
    item = next(i for i in judged((C, f"行，你{heard_as}，先喝水")).items if i.id == "late-apology")
    assert item.verdict is not Verdict.MISSED


def test_what_only_similar_words_ask_for_is_left_to_a_person_with_those_words() -> None:
    judgement = judged((C, "我还以为你们今天不来了呢"), (T, "我看看管子"))
    late = judgement.facts["late"]
    assert late.value and max(hit.similarity for hit in late.hits) < 0.97
    item = next(i for i in judgement.items if i.id == "late-apology")
    assert item.verdict is Verdict.CANNOT_JUDGE and item.credit is None
    assert "不能确定" in item.reason and item.nearest is not None and item.nearest.quote in item.reason


def test_who_is_plainly_asked_for_it_and_does_not_do_it_has_missed_it() -> None:
    item = next(i for i in judged((C, "你怎么才来，我都等着急了"), (T, "我看看管子")).items if i.id == "late-apology")
    assert item.verdict is Verdict.MISSED


@pytest.mark.parametrize("done", ["得换个件儿，我已经给你换上了啊", "这个要换，都已经给您换好了"])
def test_what_had_to_be_replaced_and_already_is_was_replaced(done: str) -> None:
    assert facts((T, done), standard="school-works")["parts_replaced"]


@pytest.mark.parametrize("done", ["鞋套我也已经换好了", "上次那师傅已经给您换上了，这回不用换"])
def test_other_things_and_other_days_are_no_parts_replaced(done: str) -> None:
    assert not facts((T, done), standard="school-works")["parts_replaced"]


def test_what_is_charged_has_no_further_cost_and_is_no_gift() -> None:
    found = facts((T, "按公布的价一百二一瓶，用半瓶就六十块，没有别的费用"), standard="school-works")
    assert found["charged"]
    assert facts((T, "这是公共烟道上的，归物业，钱不用您操心"))["covered"]
    assert facts((T, "不在咱物业包修那堆里头，价目表在这儿，您瞧第三行"))["charged"]


def test_a_heap_that_is_only_spoken_of_moves_nothing() -> None:
    assert not facts((T, "屋里灯具都是自己家的东西，不在包修那堆里头"))["moved"]
    assert facts((T, "东西我给您堆到门口了"))["moved"]


def test_when_somebody_gets_up_puts_nothing_off() -> None:
    appointment = "property-appointment"
    assert not facts((T, "那明儿上午十点，太早您起不来吧"), standard=appointment)["postponed"]
    assert facts((T, "喂，是我物业阿秦啊"), (C, "又是你，又要改？"), standard=appointment)["postponed"]
    assert not facts((C, "我们又要改水电，等改好了再装"), standard=appointment)["postponed"]


LATE, PROBLEM = ("property-visit", "late-apology"), ("property-followup", "handle-problem")


@pytest.mark.parametrize(
    ("standard", "item", "said", "back"),
    [
        (*LATE, (C, "你们怎么才来啊？"), (C, "哦不对，是我看错表了，你来得正好。")),
        (*PROBLEM, (C, "头天晚上还嗡嗡的响。"), (C, "第二天就没动静了，睡得踏实。")),
        (*PROBLEM, (C, "刷不开呀，弄了半天。"), (C, "哦，拿错了，是健身房的卡。")),
    ],
)
def test_who_takes_a_fact_back_leaves_it_open_and_nobody_is_blamed(
    standard: str, item: str, said: tuple[Role, str], back: tuple[Role, str]
) -> None:
    def verdict(*turns: tuple[Role, str]) -> Verdict | None:
        return next(i for i in judged(*turns, standard=standard).items if i.id == item).verdict

    assert verdict(said, (T, "哦。"), back) is Verdict.CANNOT_JUDGE
    assert verdict(back, (T, "哦。"), said) is Verdict.MISSED
    assert verdict(said, (T, "哦。")) is Verdict.MISSED


def test_who_asks_whether_he_is_late_and_is_told_that_he_is_not_owes_no_apology() -> None:
    turns = ((T, "哎呀，我是不是来晚了？"), (C, "没有没有，约的三点到四点，你这才三点一刻。"))
    item = next(i for i in judged(*turns).items if i.id == "late-apology")
    assert item.verdict in (Verdict.CANNOT_JUDGE, Verdict.NOT_APPLICABLE)


def test_lateness_of_another_day_is_nobodys_today() -> None:
    assert not facts((C, "上个礼拜来那位可晚了两个多钟头。"))["late"]
    assert not facts((C, "我还怕你们又拖拖拉拉呢。"))["late"]


def test_what_the_customer_has_moved_himself_needs_no_consent() -> None:
    assert not facts((C, "知道你们要来，我跟我老公早上把衣柜都搬到客厅去了。"))["moved"]
    assert facts((C, "你把我的花盆搬到哪儿去了？"))["moved"]
