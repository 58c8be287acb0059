"""Whose words a forbidden phrase is, and whether it is meant: reported, denied, supposed, asked, of somebody else."""

from __future__ import annotations

import pytest

from analyzer.domain import Hearing, ItemResult, Verdict
from analyzer.judging import judge, words_for
from analyzer.rubric.load import load_standard
from analyzer.settings import Settings
from tests.cast import C, T, heard, talk

SETTINGS = Settings()
VISIT = load_standard("property-visit", SETTINGS.lexicons)
SCHOOL = load_standard("school-works", SETTINGS.lexicons)
WORDS = words_for(SETTINGS.lexicons, SETTINGS.cache_dir)
ANSWERS = ("not-our-job", "not-our-concern", "cannot-solve", "do-not-know")

INNOCENT = """
厂家说没办法修，我看能修
他要真说了没办法修那是他不对
以前来的师傅说这个修不了
我可没说这个我们不管
不是说不归我们管，您别误会
不归我们管这话我们从来不说，不归我们管是不可能的
不知道您明儿在不在家
您是不是不清楚怎么用
您不清楚的话看说明书
要是修不了的话我给您退
我还以为这个没办法修呢
别人都嫌没法弄
谁说不归我们管了
这个修不了吗？
怕您以为不归我们管
网上说的“没治了”，您先搁一边儿
报告上的「没办法修」是去年的
我可不会跟您讲什么不归我管
哪儿就没救了，换个皮垫的事
家里头的事情跟我们不相干，我一个外人不好讲
人家的私事儿，我不知道，也没打听过
我都不知道怎么谢您了
也不知道是哪个小捣蛋塞进去的
哪个晓得里头是个积木咧，您看卡得死死的
烟我不会抽，茶我也不懂，您别忙
您两口子的事儿我不管，我就管这管儿
怎么进小区我还不知道，您教教我
""".split()

GUILTY = [
    ("not-our-job", "我说了我们不管"),
    ("not-our-job", "我跟您说，这个我们不管"),
    ("not-our-job", "我们不管，你找开发商去"),
    ("cannot-solve", "跟您说了没办法修"),
    ("not-our-job", "不是，这个我们不管"),
    ("not-our-job", "他说水管漏了，我们不管"),
    ("not-our-job", "他说水管漏了，这个我们不管"),
    ("not-our-job", "你不签字我们不管"),
    ("cannot-solve", "恐怕没办法修"),
    ("cannot-solve", "你说我能怎么办"),
    ("do-not-know", "您说的这个我不知道"),
    ("do-not-know", "我怎么知道您在不在家"),
    ("not-our-concern", "你跟我说这个，关我什么事"),
    ("not-our-concern", "你找楼上说去，跟我们没关系"),
    ("not-our-concern", "您怪开发商，跟我们没关系"),
    ("not-our-job", "我告诉您，就四个字：“我们不管”"),
    ("not-our-job", "单子上写着“保修”，这个我们不管，“找厂家”"),
    ("not-our-job", "我就是“不管”，怎么着"),
    ("not-our-job", "这个我们不管，我给您打过招呼了"),
    ("not-our-concern", "地板是你自家铺的，鼓不鼓的你寻思寻思，赖得着俺吗"),
    ("not-our-concern", "这能赖得着我吗？"),
    ("not-our-concern", "跟我们有关系吗？"),
    ("not-our-job", "这归我管吗？"),
    ("not-our-job", "我管得了那么多吗？"),
]

DOUBTFUL = [
    ("not-our-job", "公司说了这个不归我们管", "转述"),
    ("cannot-solve", "那个送货的一来就说没办法修", "转述"),
    ("cannot-solve", "他昨天来看过，说没办法修", "转述"),
    ("not-our-job", "这不归我们管吗", "问用户"),
    ("not-our-concern", "跟我没关系，开玩笑的", "开玩笑"),
    ("do-not-know", "自来水公司那边跟我说不归他们，也不知道该谁管", "转述"),
]


def answering(said: str, item: str, standard: str = "visit") -> ItemResult:
    turns = ((T, "您好，我是物业的维修师傅"), (C, "这个坏了，谁来修，怎么回事呢"), (T, said), (C, "好吧"))
    return result(heard(talk(*turns)), item, standard)


def result(hearing: Hearing, item: str, standard: str = "visit") -> ItemResult:
    judgement = judge(hearing, VISIT if standard == "visit" else SCHOOL, {}, WORDS)
    return next(i for i in judgement.items if i.id == item)


@pytest.mark.parametrize("said", INNOCENT)
def test_words_that_are_not_meant_accuse_nobody(said: str) -> None:
    for item in ANSWERS:
        found = answering(said, item)
        assert (found.verdict, found.hits) == (Verdict.MET, ()), found.reason


@pytest.mark.parametrize(("item", "said"), GUILTY)
def test_ones_own_words_are_proven_whatever_stands_around_them(item: str, said: str) -> None:
    found = answering(said, item)
    assert found.verdict is Verdict.MISSED and not found.hits[0].suspicion, found.reason


@pytest.mark.parametrize(("item", "said", "why"), DOUBTFUL)
def test_a_frame_that_is_only_probable_waits_for_a_person(item: str, said: str, why: str) -> None:
    found = answering(said, item)
    assert found.verdict is Verdict.CANNOT_JUDGE and all(hit.suspicion for hit in found.hits), found.reason
    assert why in found.reason


def test_who_says_when_he_speaks_again_that_it_was_a_joke_waits_for_a_person() -> None:
    joke = ((T, "那可不是我干的，跟我没关系。"), (C, "是我家猫，我知道。"), (T, "逗您呢，明天我来补上。"))
    found = result(heard(talk((T, "您好，我是物业的维修师傅"), (C, "墙上怎么有爪子印呀？"), *joke)), "not-our-concern")
    assert found.verdict is Verdict.CANNOT_JUDGE and "开玩笑" in found.reason
    blunt = (*joke[:2], (T, "你少开玩笑，反正跟我没关系。"))
    found = result(heard(talk((T, "您好，我是物业的维修师傅"), (C, "墙上怎么有爪子印呀？"), *blunt)), "not-our-concern")
    assert found.verdict is Verdict.MISSED


def test_a_joke_half_a_minute_later_is_another_one() -> None:
    turns = (T, "您好，我是物业的维修师傅"), (C, "墙上怎么有爪子印呀？"), (T, "那可不是我干的，跟我没关系。")
    later = (C, "哎，我家那只猫啊，" + "它一天到晚上蹿下跳的，" * 12), (T, "逗您呢，明天我来补上。")
    assert result(heard(talk(*turns, *later)), "not-our-concern").verdict is Verdict.MISSED


@pytest.mark.parametrize(
    ("said", "item", "why"),
    [
        ("他要真说了没办法修那是他不对", "cannot-solve", "转述"),
        ("不是说不归我们管", "not-our-job", "否认"),
        ("不知道您明儿在不在家", "do-not-know", "问用户"),
    ],
)
def test_the_report_says_in_which_frame_the_words_stood(said: str, item: str, why: str) -> None:
    assert why in answering(said, item).reason


def test_asking_for_a_gift_is_no_question_that_excuses() -> None:
    assert answering("能不能给点辛苦费", "solicit").verdict is Verdict.MISSED


def test_nothing_excuses_a_curse_for_certain() -> None:
    found = answering("他跟我说你他妈的", "profanity")
    assert found.verdict is Verdict.CANNOT_JUDGE and found.hits[0].suspicion


@pytest.mark.parametrize("said", ["他的原话是“滚蛋”，对吗？", "他的原话是滚蛋，对吗？"])
def test_who_asks_after_anothers_curse_waits_for_a_person(said: str) -> None:
    assert answering(said, "profanity").verdict is Verdict.CANNOT_JUDGE


AT_ONCE = ["功率我不清楚，我看一眼铭牌", "这个我也说不准，我打给厂家问一下", "这我不太清楚，我这就问一下班长"]
CUES = ["哦", "嗯好", "那怎么办", "哎呀那这怎么办啊", "是吗", "行吧"]
PROTESTS = ["你不是来修的吗？", "你们怎么什么都不知道", "那你帮我问问啊", "什么态度，我要投诉", "物业费白交了"]


@pytest.mark.parametrize("said", AT_ONCE)
def test_finding_out_at_once_pardons_not_knowing(said: str) -> None:
    assert answering(said, "do-not-know").verdict is Verdict.MET


def after(customer: str, help_: str = "我帮您问一下主管") -> ItemResult:
    turns = ((T, "您好，物业的"), (C, "这是哪年装的呢"), (T, "这个我不清楚"), (C, customer), (T, help_), (C, "好"))
    return result(heard(talk(*turns)), "do-not-know")


@pytest.mark.parametrize("cue", CUES)
def test_help_after_no_more_than_a_cue_pardons(cue: str) -> None:
    assert after(cue).verdict is Verdict.MET


@pytest.mark.parametrize("protest", PROTESTS)
def test_help_after_a_protest_or_a_second_request_pardons_nothing(protest: str) -> None:
    assert after(protest).verdict is Verdict.MISSED


def test_help_after_words_of_which_nobody_knows_waits_for_a_person() -> None:
    found = after("我婆婆说是前年秋天装的")
    assert found.verdict is Verdict.CANNOT_JUDGE and "由人来定" in found.reason


@pytest.mark.parametrize(("confidence", "verdict"), [(0.8, Verdict.CANNOT_JUDGE), (1.0, Verdict.MISSED)])
def test_help_that_was_nearly_heard_waits_for_a_person(confidence: float, verdict: Verdict) -> None:
    said = "收不收我不清楚，我先为一下经理再答复"  # 问一下, misheard; nothing is misheard in a script
    turns = ((T, "您好，我是物业的维修师傅"), (C, "这回还收钱吗"), (T, said), (C, "好吧"))
    assert result(heard(talk(*turns, confidence=confidence)), "do-not-know").verdict is verdict


@pytest.mark.parametrize("said", ["我不清楚，等我问下", "我不清楚，您等我看一眼", "我不清楚，稍等问下前台"])
def test_asking_to_wait_while_one_finds_out_is_help(said: str) -> None:
    assert answering(said, "do-not-know").verdict is Verdict.MET


def test_seeing_later_is_no_help() -> None:
    turns = (
        (T, "您好，物业的"),
        (C, "这怎么回事呢"),
        (T, "我哪知道啊，这我不清楚"),
        (C, "你不是来修的吗？"),
        (T, "我先看看再说"),
    )
    assert result(heard(talk(*turns)), "do-not-know").verdict is Verdict.MISSED


@pytest.mark.parametrize("customer", ["嗯", "好的"])
def test_a_reply_without_a_subject_needs_something_to_reply_to(customer: str) -> None:
    unasked = ((T, "您好，物业的"), (C, customer), (T, "这种没办法修"), (C, "哦"))
    asked = ((T, "您好，物业的"), (C, "厨房的水管又漏了"), (T, "这种没办法修"), (C, "哦"))
    assert result(heard(talk(*unasked)), "cannot-solve").verdict is Verdict.CANNOT_JUDGE
    assert result(heard(talk(*asked)), "cannot-solve").verdict is Verdict.MISSED


def replied(customer: str, reply: str, item: str) -> Verdict | None:
    return result(heard(talk((T, "您好，物业的"), (C, customer), (T, reply), (C, "哦"))), item).verdict


@pytest.mark.parametrize(
    ("customer", "reply", "item"),
    [
        ("我邻家说这号的没治，得换。", "咋能没治呢，放个气的事情。", "cannot-solve"),
        ("搞装修的说这个没治，只能把墙砸了。", "没治那是他说的，刮一下就行。", "cannot-solve"),
        ("我女婿来看，说没救了，叫我换门。", "没救了？不至于，垫一垫就起来了。", "cannot-solve"),
        ("前台跟我说这不归你们修。", "她啷个说不归我们修嘛，归我们的。", "not-our-job"),
        ("你们物业不管啊？", "我们不管？哪回没管过。", "not-our-job"),
    ],
)
def test_who_repeats_the_customers_words_to_contradict_them_is_not_accused_of_them(
    customer: str, reply: str, item: str
) -> None:
    assert replied(customer, reply, item) is Verdict.MET


@pytest.mark.parametrize(
    ("customer", "reply", "item"),
    [
        ("你们物业不管啊？", "我们不管。", "not-our-job"),
        ("是不是没救了？", "没救了。", "cannot-solve"),
        ("这能修好吗？", "不至于骗您，没救了。", "cannot-solve"),
    ],
)
def test_who_repeats_them_and_leaves_it_at_that_means_them(customer: str, reply: str, item: str) -> None:
    assert replied(customer, reply, item) is Verdict.MISSED


@pytest.mark.parametrize(
    ("customer", "reply", "item", "verdict"),
    [
        ("你们到底管不管？", "不管。", "not-our-job", Verdict.MISSED),
        ("那找谁修啊？", "这个嘛，管不着。", "not-our-job", Verdict.MISSED),
        ("能帮我换个灯泡吗？", "不换。", "not-our-job", Verdict.MISSED),
        ("这还修得好吗？", "修不了的。", "cannot-solve", Verdict.MISSED),
        ("那可怎么办啊？", "没办法。", "cannot-solve", Verdict.MISSED),
        ("那可怎么办啊？", "没办法。我帮您联系厂家。", "cannot-solve", Verdict.MET),
        ("你们到底管不管？", "不管多晚都给您修好。", "not-our-job", Verdict.MET),
        ("怎么才来？", "没办法，路上堵。", "cannot-solve", Verdict.MET),
        ("吵到我孩子了。", "不管。", "not-our-job", Verdict.MET),
        ("今天天气真好。", "没办法。", "cannot-solve", Verdict.MET),
    ],
)
def test_a_bare_reply_turns_away_only_who_asked_for_help(
    customer: str, reply: str, item: str, verdict: Verdict
) -> None:
    assert replied(customer, reply, item) is verdict
