"""The five shipped standards against sentences that nobody wrote them for: no innocent accused, no guilty missed.

The sentences are not those of the lexicons' own examples; `check` judges those (last test).
"""

from __future__ import annotations

from functools import cache

import pytest

from analyzer.domain import Hit, Kind, Role, Utterance
from analyzer.judging import words_for
from analyzer.judging.case import open_case
from analyzer.judging.examples import example_judge
from analyzer.judging.forbidden import judge_forbidden
from analyzer.rubric.check import check, render
from analyzer.rubric.load import load_standard
from analyzer.rubric.model import Item, Standard
from analyzer.settings import Settings
from tests.cast import C, T, heard, spoken, talk

SETTINGS = Settings()
STANDARDS = ("property-visit", "property-appointment", "property-followup", "school-works", "sales-reception")

# What issue 3 names, and others of its kind: the words of an accusation inside a courtesy.
LOOKALIKES = """
不知道您什么时候方便
没关系您别着急
不管什么问题都可以找我们
水管子
清楚了
有办法解决
您不用管它
师傅也说不清楚是谁放的
不知道您明天上午在不在家
不知道您对我们的服务满不满意
不知道现在方便不方便进去
没关系我等您一会儿
没关系的不要紧
这个没关系擦一下就好了
不管白天晚上您都可以打电话
不管是漏水还是停电我们都来
不管大小毛病我们都上门
不管您住几楼我们都给您送上去
自来水管在这边
管子不关紧会滴水
您把水管接好了
您看清楚了再签字
我跟您说清楚费用
这个地方我已经查清楚了
您清楚了吧
我们有办法的您放心
总有办法解决的
办法我已经想好了
您不用管我我自己来
这个阀门您平时不用管它
您不用管了交给我们
老人家可能不知道怎么用我教一下
您可能还不知道这个开关在哪
有不清楚的地方您随时问我
哪里不清楚您再打电话
要是不知道怎么关就打物业电话
电话里声音不清楚麻烦您再说一遍
型号印得不清楚我擦一下
这件事跟您没关系是管道老化了
这跟楼上没关系是您家的软管裂了
这跟天气没有关系
没有办法解决不了的问题您放心
我们一定想办法给您解决
不是没办法要等一个配件
今天没法弄完明天一早我接着来
不知道是谁把这个阀门关了
谁也不知道里面堵成这样
我不是不管是先去拿工具
""".split()

# Ours: other trades, other regions, words that only sound alike or share characters.
OURS = """
布置到客厅里也可以
这根管子不光滑
不关水就拆会喷出来
先不关门我还要出去拿工具
您不关空调我也能修
我们部门一共三个人
这个不管用了我给您换一个新的
遥控器不管用是电池没电了
这个不管啥问题都能修
我们不管到几点都给您修好
这个没法用了我给您换新的
他妈妈说下午在家
孩子他妈在不在家
我操作一遍给您看
您让我操作一下这个开关
梯子我先靠在墙上
老式的滚筒洗衣机要放平
师傅们早就干完活了
这个价格您先了解一下
您了解清楚再决定
我带您去看一下样板间
您要不要喝点水
您先喝口水休息一下
我不抽烟谢谢
您的水我不喝谢谢
红包我们真的不能收
这瓶水您留着自己喝
小费我们公司规定不能要
我给您倒杯水吧
这个户型您看给老人住行不行
我先去车上拿点东西
耽误您一点时间
我跟您说一下怎么保养
这个问题不大马上就好
没问题的您放心用
您有什么事给我们打电话
有关系的我负责到底
关系到用电安全不能马虎
不要紧慢慢来
不用客气这是应该的
您不必担心修不好不收钱
这个阀门不太灵活
不多不少正好五十
""".split()

# (standard, item, what the technician says): each must be proven.
ACCUSED = [
    ("property-visit", "not-our-job", "这个我们不管你找别人吧"),
    ("property-visit", "not-our-job", "户内的东西不归我们管"),
    ("property-visit", "not-our-job", "这事我可管不了"),
    ("property-appointment", "not-our-job", "空调不归我们物业管"),
    ("property-followup", "not-our-job", "你爱找谁找谁去"),
    ("property-visit", "not-our-concern", "漏到楼下去也跟我们没关系"),
    ("property-visit", "not-our-concern", "这不关我们的事"),
    ("property-visit", "not-our-concern", "你家的东西坏了关我什么事"),
    ("property-followup", "not-our-concern", "那是你自己的事"),
    ("property-appointment", "not-our-concern", "这和我们物业没有任何关系"),
    ("property-visit", "cannot-solve", "这个没办法解决"),
    ("property-visit", "cannot-solve", "这玩意儿没法弄"),
    ("property-visit", "cannot-solve", "我也没辙"),
    ("property-visit", "cannot-solve", "这个我修不了"),
    ("property-appointment", "cannot-solve", "那我也没办法"),
    ("property-followup", "cannot-solve", "这种情况我们处理不了"),
    ("property-visit", "do-not-know", "我哪知道啊"),
    ("property-visit", "do-not-know", "这个我不清楚"),
    ("property-visit", "do-not-know", "不知道你问别人去"),
    ("property-appointment", "do-not-know", "师傅几点到我也不知道"),
    ("property-followup", "do-not-know", "鬼知道怎么回事"),
    ("property-visit", "profanity", "真他妈的麻烦"),
    ("school-works", "profanity", "你有病吧天天报修"),
    ("sales-reception", "profanity", "买不起就滚蛋"),
    ("property-visit", "solicit", "大哥给根烟抽呗"),
    ("property-visit", "solicit", "那我就不客气了收下了"),
    ("school-works", "ask-for-tip", "老师给点辛苦费吧"),
    ("school-works", "idle-chat", "不急咱们坐下聊会儿天"),
]  # fmt: skip


@cache
def standard(name: str) -> Standard:
    return load_standard(name, SETTINGS.lexicons)


def accusations(name: str, said: list[Utterance]) -> dict[str, tuple[Hit, ...]]:
    """Forbidden item of the standard -> its hits, suspicions included; items without a hit left out."""
    chosen = standard(name)
    hearing = heard(said)
    case = open_case(hearing, chosen, words_for(SETTINGS.lexicons, SETTINGS.cache_dir))
    found = {item.id: judge_forbidden(item, case).hits for item in forbidden(chosen)}
    return {item: hits for item, hits in found.items() if hits}


def forbidden(chosen: Standard) -> list[Item]:
    return [item for item in chosen.items if item.kind is Kind.FORBIDDEN and item.elements]


@pytest.mark.parametrize("sentence", [*LOOKALIKES, *OURS])
def test_harmless_words_of_the_technician_accuse_nobody(sentence: str) -> None:
    found = {name: accusations(name, spoken(sentence, T)) for name in STANDARDS}
    assert {name: hits for name, hits in found.items() if hits} == {}


@pytest.mark.parametrize("sentence", [*LOOKALIKES, *OURS])
def test_harmless_words_within_a_talk_accuse_nobody(sentence: str) -> None:
    said = talk((T, "您好我是物业的"), (C, "我也不知道你们管不管"), (T, sentence), (C, "行没关系"), (T, "好的再见"))
    assert accusations("property-visit", said) == {}


@pytest.mark.parametrize(("name", "item", "sentence"), ACCUSED)
def test_forbidden_words_of_the_technician_are_proven(name: str, item: str, sentence: str) -> None:
    hits = accusations(name, spoken(sentence, T))
    assert item in hits, f"{sentence} is not found"
    assert not any(hit.suspicion for hit in hits[item])
    assert all(hit.role is Role.TECHNICIAN and hit.quote in sentence for hit in hits[item])


@pytest.mark.parametrize(("name", "item", "sentence"), ACCUSED)
def test_forbidden_words_of_the_customer_never_count(name: str, item: str, sentence: str) -> None:
    assert accusations(name, talk((T, "您好"), (C, sentence), (T, "您别着急"))) == {}


@pytest.mark.parametrize(("name", "item", "sentence"), ACCUSED)
def test_words_in_weak_audio_are_a_suspicion_at_most(name: str, item: str, sentence: str) -> None:
    hits = accusations(name, spoken(sentence, T, confidence=0.2))
    assert all(hit.suspicion and hit.note for found in hits.values() for hit in found)


def test_there_are_enough_sentences() -> None:
    assert len(set(LOOKALIKES)) >= 40
    assert len(set(OURS) - set(LOOKALIKES)) >= 30
    assert len({sentence for _, _, sentence in ACCUSED}) >= 25
    tried = {(name, item) for name, item, _ in ACCUSED}
    everywhere = {item.id for name in STANDARDS for item in forbidden(standard(name))}
    assert {item for _, item in tried} == everywhere


@pytest.fixture(scope="module")
def report_of_the_check() -> str:
    return render(check(SETTINGS.lexicons, judge_example=example_judge(SETTINGS)))


def test_the_shipped_folder_passes_its_own_check_with_every_example_judged(report_of_the_check: str) -> None:
    assert report_of_the_check == "检查通过，没有发现问题。"


def test_nobody_has_to_answer_what_cannot_be_heard() -> None:
    """A photograph or a second pair of eyes tells of these; what can be heard (prices, damage, patience) is to be answered."""
    left = {
        (standard, item.id)
        for standard in ("property-visit", "school-works", "sales-reception")
        for item in load_standard(standard, SETTINGS.lexicons).items
        if item.optional
    }
    assert left == {
        *(
            ("property-visit", i)
            for i in ("dress-and-badge", "tools-and-mat", "knock", "absent-note", "clean-up", "leave-facing")
        ),
        ("school-works", "keep-clean"),
        *(("sales-reception", i) for i in ("open-door", "see-off", "tidy-and-record")),
    }
