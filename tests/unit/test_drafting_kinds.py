"""What a clause is, is told from its words: spoken or seen, demanded or banned, always or on a condition."""

from __future__ import annotations

import pytest

from analyzer.drafting.demand import Demand
from analyzer.drafting.propose import read_documents

RULE, PERSON, LINK = ("required", "rule"), ("required", "person"), ("required", "link")
BANNED, SEEN_BAN = ("forbidden", "rule"), ("forbidden", "person")


def asked(text: str) -> list[Demand]:
    ((_, _, found),) = read_documents(text)
    return list(found)


def kinds(text: str) -> list[tuple[str, str]]:
    return [(d.guess.kind.value, d.guess.how.value) for d in asked(text)]


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("1、见到旅客应说：“您好，欢迎乘车。”", [RULE]),
        ("1、見到旅客應說：「您好，歡迎乘車。」", [RULE]),
        ("1、询问病人哪里不舒服。", [RULE]),
        ("1、未经病人同意，不得翻动其物品。", [RULE]),
        ("1、决不能说“不知道”。", [BANNED]),
        ("1、不准对家长说“没空”“别烦我”。", [BANNED]),
        ("1、严禁向旅客泄露他人行程。", [BANNED]),
        ("1、切勿与乘客争吵。", [BANNED]),
        ("1、用语文明。", [BANNED]),
        ("1、不得打断来访者讲话。", [SEEN_BAN]),
        ("1、严禁在车厢内吸烟、玩手机。", [SEEN_BAN]),
        ("1、着装整齐，佩戴胸牌。", [PERSON]),
        ("1、敲门三下，退后一步。", [PERSON]),
        ("1、下班前清理台面，归档票据。", [PERSON]),
        ("1、按约定时间准时上门。", [LINK]),
        ("1、办结后三个工作日内回访客户。", [LINK]),
        ("1、穿戴整齐，向家长问好，然后擦净桌面。", [PERSON, RULE, PERSON]),
        ("1、不得不离开时，应告知旅客。", [RULE]),
        ("1、自己不能解决的问题，应告知客户找谁。", [RULE]),
    ],
)
def test_the_kind_of_a_clause_is_told_from_its_words(clause: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(clause) == expected


def test_a_label_and_a_colon_are_as_good_as_quotation_marks() -> None:
    (demand,) = asked("1、送客语（顾客未购买时）：没关系，欢迎您下次再来。")
    assert demand.quotes == ("没关系，欢迎您下次再来。",)
    assert (demand.label, demand.condition) == ("送客语", "顾客未购买时")


def test_lines_below_a_heading_of_banned_words_are_banned_without_quotation_marks() -> None:
    found = asked("五、服务忌语\n1、不知道、问别人去。\n2、急什么。")
    assert [(d.guess.kind.value, d.quotes) for d in found] == [
        ("forbidden", ("不知道", "问别人去。")),
        ("forbidden", ("急什么。",)),
    ]


def test_a_slogan_in_quotation_marks_is_nothing_to_be_said() -> None:
    (demand,) = asked("1、实行“三米微笑”服务，微笑迎客。")
    assert demand.quotes == ()


@pytest.mark.parametrize(
    ("clause", "condition", "fact"),
    [
        ("1、因故迟到时，应向用户道歉。", "因故迟到时", "late"),
        ("1、如需更换零件，应先征得用户同意。", "如需更换零件", "parts_replaced"),
        ("1、若客户再次来访应称呼其姓。", "若客户再次来访", "returning"),
        ("1、遇无法按时上门的，应提前告知用户。", "遇无法按时上门的", "postponed"),
        ("1、如系统故障，应告知旅客等候时间。", "如系统故障", ""),
        ("1、进入病房后，应向病人问好。", "", ""),
    ],
)
def test_conditions_are_known_facts_or_notes_and_routine_is_neither(clause: str, condition: str, fact: str) -> None:
    (demand,) = asked(clause)
    assert (demand.condition, demand.fact) == (condition, fact)


def test_a_ban_has_no_precondition() -> None:
    (demand,) = asked("1、如迟到，不得说“等一会儿怎么了”。")
    assert (demand.guess.kind.value, demand.fact) == ("forbidden", "")


def test_purpose_and_scope_ask_nobody_for_anything() -> None:
    found = asked("第一条 为提高服务质量，制定本规范。\n第二条 见到顾客要问好。\n第三条 本规范自发布之日起施行。")
    assert [d.guess.listed for d in found] == [False, True, False]


def test_every_guess_says_why() -> None:
    for demand in asked("1、见到顾客要问好。\n2、着装整齐。\n3、严禁说“不管”。\n4、随便。"):
        assert demand.guess.reasons[0].endswith("。")
        assert 0 < demand.guess.confidence < 1
