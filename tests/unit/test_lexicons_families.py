"""The forbidden families against lines that several hands wrote: no near miss is accused, and most that is said is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from analyzer.domain import Role, Verdict
from analyzer.judging import words_for
from analyzer.judging.case import open_case
from analyzer.judging.examples import conversation
from analyzer.judging.facts import establish
from analyzer.judging.forbidden import judge_forbidden
from analyzer.rubric.example import parse_example
from analyzer.rubric.load import load_standard
from analyzer.rubric.model import Item, Standard
from analyzer.settings import Settings

SETTINGS = Settings()
# A bare reply counts only where somebody asked for something.
REQUEST = (Role.CUSTOMER, "师傅，这个坏了，怎么回事，你给看看能不能修？")
ITEMS = {
    "refuse-job": ("property-visit", "not-our-job"),
    "no-concern": ("property-visit", "not-our-concern"),
    "give-up": ("property-visit", "cannot-solve"),
    "ignorance": ("property-visit", "do-not-know"),
    "solicit-words": ("property-visit", "solicit"),
    "demand-tip": ("school-works", "ask-for-tip"),
}


@cache
def standard_of(meaning: str) -> tuple[Standard, Item]:
    standard_id, item_id = ITEMS[meaning]
    standard = load_standard(standard_id, SETTINGS.lexicons)
    return standard, next(item for item in standard.items if item.id == item_id)


def verdict(meaning: str, line: str) -> Verdict:
    standard, item = standard_of(meaning)
    turns = parse_example(line)
    if all(role is not Role.CUSTOMER for role, _ in turns):
        turns = [REQUEST, *turns]
    words = words_for(SETTINGS.lexicons, SETTINGS.cache_dir)
    return judge_forbidden(item, open_case(conversation(turns), standard, words)).verdict


def lines(meaning: str, sign: str) -> Iterator[str]:
    for hand in ("f", "b"):
        path = SETTINGS.lexicons / "meanings" / "forbidden" / meaning / f"{hand}.txt"
        yield from (line[2:] for line in path.read_text("utf-8").splitlines() if line.startswith(f"{sign} "))


@pytest.mark.parametrize("meaning", ITEMS)
def test_no_near_miss_is_accused(meaning: str) -> None:
    assert [line for line in lines(meaning, "-") if verdict(meaning, line) is Verdict.MISSED] == []


@pytest.mark.parametrize("meaning", ITEMS)
def test_more_than_half_of_what_strangers_say_is_accused_by_phrases_alone(meaning: str) -> None:
    said = list(lines(meaning, "+"))
    assert sum(verdict(meaning, line) is Verdict.MISSED for line in said) > len(said) / 2


@pytest.mark.parametrize(
    ("meaning", "said"),
    [
        ("refuse-job", "这玩意儿不归俺。"),
        ("refuse-job", "侬去寻物业好伐。"),
        ("no-concern", "搿个同阿拉不搭界的。"),
        ("give-up", "搞勿定了呀，弄勿好。"),
        ("ignorance", "客：啥时候来水／技：弄不清。"),
        ("solicit-words", "客：师傅，抽根烟／技：来一根。"),
        ("demand-tip", "零头您就别找了。"),
        ("solicit-words", "老乡，恁家有花生没有？"),
        ("solicit-words", "哪天匀我两瓶呗。"),
        ("solicit-words", "客：给您带了杯豆浆／技：搁这儿吧，一会儿喝。"),
        ("solicit-words", "客：尝尝我们家的粽子／技：行，给我徒弟也拿一个。"),
        ("demand-tip", "不给俩跑腿钱说不过去啊。"),
        ("demand-tip", "隔壁家可给了我二十呢。"),
        ("demand-tip", "甭扫公司的。"),
        ("no-concern", "客：楼下油烟呛人／技：楼下炒菜，关我们鬼事。"),
        ("no-concern", "那是你们两家人的事。"),
        ("no-concern", "侬收得到收不到，搭阿拉浑身不搭界。"),
        ("ignorance", "客：这是啥毛病／技：我也拎不清。"),
        ("ignorance", "客：哪能回事体／技：搞不清白。"),
        ("no-concern", "恁家电视淋不淋的，碍不着俺物业啥事儿。"),
        ("no-concern", "你那肉臭不臭，跟额们有个啥相干嘛。"),
        ("no-concern", "你倒不倒班的，挨得着我们啥呀。"),
        ("no-concern", "它坏哒跟我们搭不上边。"),
        ("refuse-job", "俺们往后不伺候了，恁自己买瓶药水倒倒。"),
        ("refuse-job", "它大它小，额们不操那个心咧。"),
        ("refuse-job", "自家门里头的东西，我们物业从来不问的。"),
        ("give-up", "客：再通通嘛／技：通多少回也白搭。"),
        ("give-up", "咯号老家伙就只能咯样，哪个来都冇得法。"),
        ("ignorance", "客：为啥一开就跳／技：额咋能知道？"),
        # what goes on refusing is no denial
        ("refuse-job", "这个我们不管，不可能给你弄。"),
        ("no-concern", "跟我们没关系，不行就找厂家。"),
        ("ignorance", "客：那怎么办／技：我不知道，怎么行你自己看着办。"),
    ],
)
def test_dialects_are_of_the_same_families(meaning: str, said: str) -> None:
    assert verdict(meaning, said) is Verdict.MISSED


@pytest.mark.parametrize(
    ("meaning", "said"),
    [
        ("solicit-words", "客：这根管子坏了／技：来一根。"),  # nobody offered anything
        ("solicit-words", "客：喝口茶吧／技：多谢，单位有规定，我自己带水了。"),
        ("solicit-words", "茶叶把地漏堵住了。"),
        ("solicit-words", "公司给发了矿泉水，我带着呢。"),
        ("solicit-words", "您喝完水把杯子给我，我挪一下。"),
        ("demand-tip", "前面那家非要给红包，我没收。"),
        ("demand-tip", "钥匙直接给我就行。"),
        ("demand-tip", "辛苦费我们可不收。"),
        ("refuse-job", "不归我管是不可能的。"),
        ("ignorance", "侬勿晓得开关在哪里，我教侬。"),
        ("give-up", "今儿个弄不成，明儿俺再来弄。"),
        # polite questions in dialect
        ("ignorance", "客：插座跳闸／技：不晓得可不可以麻烦您让我把冰箱往外拉一点？"),
        ("ignorance", "客：一直漏／技：不晓得您留意过没得，浮球是歪起的。"),
        # what is the customer's own business, what was long ago, what others do not know
        ("ignorance", "客：你咋才来／技：您家孩子几点放学我不知道，您看着时间。"),
        ("ignorance", "客：你咋知道／技：早先我也不知道，师傅教的。"),
        ("ignorance", "客：几点通水／技：前台不知道我知道，下午四点。"),
        ("refuse-job", "你家狗我可管不了，拴一下，我好干活。"),
        ("no-concern", "您几点上班跟我没关系，八点前我一定修完。"),
        # at once somebody asks, measures, takes it apart
        ("ignorance", "客：龙头怎么哆嗦／技：这个一时还真说不准，您等我问一句。"),
        ("ignorance", "客：哪儿的毛病／技：光用看的我也讲不准，您给我两分钟，我拆下来检查。"),
        ("ignorance", "客：多少瓦的／技：我眼下不清楚，这就拆下来看。"),
        ("ignorance", "客：漆补了没有／技：我不晓得，现在晓得了，马上记到本子上。"),
        ("ignorance", "客：哪儿断了／技：还不晓得，我拿表来量。"),
        ("give-up", "单靠上油解决不了，换一枚芯子就妥当了。"),
        ("give-up", "潮气去不了根，不过我给您开个通风口。"),
        ("give-up", "昨儿那家真没招儿了，您这个好办。"),
        # not of the repair, or asked
        ("give-up", "恕我没法接您的烟。"),
        ("give-up", "外头堵得没招，我骑车绕过来的。"),
        ("give-up", "您是不是觉着没救了？早着呢。"),
        # who pays, and another's work
        ("no-concern", "不算在包修里头，一根线二十八，得您自个儿担着。"),
        ("no-concern", "隔壁那个又不是我修的，就八十。"),
        # words that are only quoted
        ("ignorance", "客：这钱咋算／技：我可不敢拿“不知道”糊弄您，您看这一条。"),
        ("refuse-job", "搁以前有人就甩一句“不归俺管”，现在不兴这样。"),
        ("give-up", "他那句“没救了”您就当没听见。"),
        ("refuse-job", "“不管你了”这种话我们不敢讲，东西一到我就上门。"),
        ("refuse-job", "“不归我们管”，哪能这么说呢。"),
        ("refuse-job", "不归我们管？那不可能的，您放心。"),
        ("no-concern", "“关俺啥事儿”？俺可说不出这个话。"),
        ("refuse-job", "你老娘哮喘又不是我搞出来的。"),  # turns her away, but not from a job
    ],
)
def test_the_same_words_in_another_place_accuse_nobody(meaning: str, said: str) -> None:
    assert verdict(meaning, said) is not Verdict.MISSED


@pytest.mark.parametrize(
    ("meaning", "said"),
    [
        ("ignorance", "客：几时来水／技：不知道，你自己问厂家能不能修。"),
        ("ignorance", "客：多久／技：不清楚，给我两分钟抽根烟。"),
        ("ignorance", "客：谁修的／技：他不知道我也不知道。"),
        ("refuse-job", "你家孩子弄坏的我们不管。"),
        ("refuse-job", "狗咬坏的我们不管。"),
        ("no-concern", "漏水你自己兜着吧。"),
    ],
)
def test_what_only_looks_like_help_or_others_business_excuses_nobody(meaning: str, said: str) -> None:
    assert verdict(meaning, said) is Verdict.MISSED


def fact_holds(standard_id: str, name: str, line: str) -> bool:
    standard = load_standard(standard_id, SETTINGS.lexicons)
    rule = replace(standard.facts[name], opposite="", default=False)
    case = open_case(conversation(parse_example(line)), standard, words_for(SETTINGS.lexicons, SETTINGS.cache_dir))
    return establish({name: rule}, {}, case.ear, case.understanding)[name].value


FACTS = [
    ("property-visit", "moved", "技：衣柜我先往边上推一推。", "技：隔壁昨天搬冰箱，动静真大。"),
    ("property-visit", "moved", "客：你怎么把我的鱼缸搬走了。", "客：要搬沙发吗／技：不用，够得着。"),
    ("property-visit", "late", "客：我从早上等到这个点了。", "客：楼上那家等你们等到下午。"),
    ("property-visit", "charged", "技：过保了，这回得您自己出钱。", "技：人家那个过保了，您这个还在保。"),
    ("property-visit", "covered", "技：物业费里头已经包着这一项。", "技：免费那是上个月，现在恢复收费了。"),
    ("property-followup", "problem_reported", "客：好了两天又开始哗哗流。", "客：对门那家又漏了，我家没事。"),
    ("property-appointment", "postponed", "技：今儿去不了，只能挪明天。", "技：学校考试推迟了，您这儿不变。"),
    ("school-works", "time_changed", "客：说好上午，怎么又变成晚上了。", "技：食堂开门时间改了。"),
    ("school-works", "parts_replaced", "技：合页锈断了，给您装了个新的。", "技：我以为要换阀芯，其实没坏。"),
    ("sales-reception", "returning", "技：您上回看的那套还给您留着。", "技：期待您再次光临。"),
    ("sales-reception", "signed", "客：字签好了，手印也按了。", "技：合同签好了才能办贷款。"),
]


@pytest.mark.parametrize(("standard_id", "name", "heard", "not_heard"), FACTS)
def test_facts_are_heard_in_the_same_families(standard_id: str, name: str, heard: str, not_heard: str) -> None:
    assert fact_holds(standard_id, name, heard)
    assert not fact_holds(standard_id, name, not_heard)
