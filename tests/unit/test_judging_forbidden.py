"""What pardons a forbidden phrase, what makes it a suspicion, and that nothing is lost by searching quickly."""

from __future__ import annotations

import pytest

from analyzer.domain import Hearing, ItemResult, Kind, Role, Verdict
from analyzer.judging import judge, words_for
from analyzer.judging.accusing import accusations
from analyzer.judging.ear import Ear
from analyzer.judging.examples import conversation
from analyzer.judging.tables import table_for
from analyzer.matching import ACCUSATION
from analyzer.rubric.example import parse_example
from analyzer.rubric.load import load_standard
from analyzer.rubric.model import Standard
from analyzer.settings import Settings
from tests.cast import C, T, heard, talk

SETTINGS = Settings()
VISIT = load_standard("property-visit", SETTINGS.lexicons)
CALL = load_standard("property-appointment", SETTINGS.lexicons)
WORDS = words_for(SETTINGS.lexicons, SETTINGS.cache_dir)
FORBIDDEN = ("not-our-job", "not-our-concern", "cannot-solve", "do-not-know")

HELPED = """
这个不归我修，不过我可以帮您报给电梯公司
网络不是我们这边负责的，我把宽带客服电话发给您
跟物业没关系，归自来水公司，我帮您报
这事不归我们班组，我让水电班的师傅跟您联系
这块跟我们没有关系，但是我替您问问楼上
这个我不太清楚，您稍等，我问一下我们主管
我不清楚您家具体什么情况，所以先打电话问一下您
之前的情况我不了解，您跟我讲讲
原因现在还不清楚，打开看看才知道
这个我修不了，得请专业的空调师傅，我马上给您叫
这个型号停产了修不了，建议换一个同规格的
光靠我们处理不了，我帮您报给工程部
""".split()

NOT_HELPED = [
    ("not-our-job", "这个不归我修，你自己找人弄"),
    ("not-our-job", "门锁不归我修，我没空给您找人"),
    ("not-our-concern", "跟物业没关系，归自来水公司，你打他们电话"),
    ("do-not-know", "这个我不太清楚，你问别人吧"),
    ("cannot-solve", "这个我修不了，就这么凑合着用吧"),
]


def result(hearing: Hearing, item: str, standard: Standard = CALL) -> ItemResult:
    return next(i for i in judge(hearing, standard, {}, WORDS).items if i.id == item)


def answering(*turns: tuple[Role, str]) -> Hearing:
    return heard(talk((T, "您好，我是服务中心的维修人员"), (C, "这个谁来修啊，怎么回事呢"), *turns, (C, "好吧")))


@pytest.mark.parametrize("said", HELPED)
def test_words_with_help_in_the_same_breath_accuse_nobody(said: str) -> None:
    for item in FORBIDDEN:
        found = result(answering((T, said)), item)
        assert (found.verdict, found.hits) == (Verdict.MET, ()), found.reason


@pytest.mark.parametrize(("item", "said"), NOT_HELPED)
def test_words_that_send_the_customer_away_are_proven(item: str, said: str) -> None:
    found = result(answering((T, said)), item)
    assert found.verdict is Verdict.MISSED and not found.hits[0].suspicion


def test_the_report_says_which_help_pardoned_the_words() -> None:
    found = result(answering((T, "这个不归我修，我帮您报给电梯公司")), "not-our-job")
    assert "不归我修" in found.reason and "我帮您报" in found.reason


def test_help_in_the_next_turn_pardons() -> None:
    hearing = answering((T, "这个我不清楚"), (C, "那怎么办"), (T, "我马上帮您问一下主管"))
    assert result(hearing, "do-not-know").verdict is Verdict.MET


def test_help_that_was_wrung_out_turns_later_pardons_nothing() -> None:
    hearing = answering(
        (T, "这个我不清楚"),
        (C, "那怎么办"),
        (T, "那是你家的东西"),
        (C, "你们就这样办事的吗"),
        (T, "我帮您问一下主管"),
    )
    assert result(hearing, "do-not-know").verdict is Verdict.MISSED


def test_help_that_comes_late_pardons_nothing() -> None:
    soon, late = (
        heard(talk((T, "您好我是物业的"), (C, "谁来修啊"), (T, "这个不归我修"), (T, "我帮您问一下"), pause_s=pause_s))
        for pause_s in (3.0, 20.0)
    )
    assert result(soon, "not-our-job").verdict is Verdict.MET
    assert result(late, "not-our-job").verdict is Verdict.MISSED


def test_not_knowing_what_nobody_asked_waits_for_a_person() -> None:
    unasked = heard(talk((T, "您好我是物业的"), (C, "行你来吧"), (T, "也不知道那条路修通了"), (C, "好的")))
    found = result(unasked, "do-not-know")
    assert found.verdict is Verdict.CANNOT_JUDGE
    assert [hit.suspicion for hit in found.hits] == [True]
    assert "没有听到用户提问" in found.reason


@pytest.mark.parametrize("question", ["几点能到", "这要多少钱", "能修好吗", "到底是哪里坏了", "你们来过了？"])
def test_not_knowing_as_an_answer_is_proven(question: str) -> None:
    asked = heard(talk((T, "您好我是物业的"), (C, question), (T, "不知道")))
    assert result(asked, "do-not-know").verdict is Verdict.MISSED


# What the engine wrote where synthetic voices said the forbidden words, and what was said.
MISHEARD = [
    ("solicit", "给我更言", "给我根烟"),
    ("solicit", "我受下了", "我收下了"),
    ("cannot-solve", "没知了", "没治了"),
    ("profanity", "真他马堵", "真他妈堵"),
    ("not-our-job", "这规不执我们馆", "这归不着我们管"),
]
SOUND_ALIKES = ["布置到客厅里", "我们不相干的事不说", "不关水就拆会喷", "又不是专门来的", "管子不光滑", "您们住几楼"]


@pytest.mark.parametrize(("item", "written", "said"), MISHEARD)
def test_a_phrase_misheard_into_no_words_waits_for_a_person(item: str, written: str, said: str) -> None:
    standard = load_standard("property-visit", SETTINGS.lexicons)
    turns = ((T, "您好我是物业的"), (C, "什么时候能好呢"), (T, written), (C, "好吧"))
    judgement = judge(heard(talk(*turns)), standard, {}, WORDS)
    found = next(i for i in judgement.items if i.id == item)
    assert found.verdict is Verdict.CANNOT_JUDGE, said
    assert found.hits and all(hit.suspicion for hit in found.hits)
    assert "连不成话" in found.reason
    assert judgement.score.penalty == 0


@pytest.mark.parametrize("said", SOUND_ALIKES)
def test_words_that_only_sound_alike_are_not_even_suspected(said: str) -> None:
    standard = load_standard("property-visit", SETTINGS.lexicons)
    judgement = judge(heard(talk((T, "您好我是物业的"), (C, "什么时候能好呢"), (T, said))), standard, {}, WORDS)
    assert [(i.id, h.quote) for i in judgement.items if i.kind is Kind.FORBIDDEN for h in i.hits] == []


def test_the_quick_search_finds_every_accusation_that_the_full_one_finds() -> None:
    standard = load_standard("property-visit", SETTINGS.lexicons)
    for item in standard.items:
        for example in item.examples_match if item.kind is Kind.FORBIDDEN else ():
            ear = Ear(conversation(parse_example(example)), table_for(standard), WORDS)
            for element in (e for e in item.elements if not e.alone):
                every = ear.finder(T, ACCUSATION).matches(element.phrases, word_edges=True)
                full = [m for m in every if ear.unexcused(T, [m], element.exceptions)]
                assert accusations(ear, element)[0] == full, example


@pytest.mark.parametrize(
    ("customer", "verdict"),
    [("师傅抽根烟", Verdict.MISSED), ("下午能修完吗？", Verdict.CANNOT_JUDGE)],
)
def test_a_question_about_the_work_is_no_offer_of_a_gift(customer: str, verdict: Verdict) -> None:
    said = talk((T, "您好，物业的"), (C, customer), (T, "来一根"))
    assert result(heard(said), "solicit", VISIT).verdict is verdict
