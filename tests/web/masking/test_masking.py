"""What is masked in a text, and what must stay readable. `｛…｝` marks the private words of an example."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from web.masking import MASK, SecretKind, mask, phone_numbers, secrets, secrets_in

HERE = Path(__file__).parent


def _examples(name: str) -> list[str]:
    lines = (HERE / name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


PRIVATE, READABLE = _examples("private.txt"), _examples("readable.txt")
OWN = ["我姓王，您叫我小王就行。", "免贵姓陈。", "您好，我叫张建国，服务中心的。"]  # a technician's duty


@pytest.mark.parametrize("marked", PRIVATE)
def test_private_words_are_masked_and_nothing_else(marked: str) -> None:
    text = re.sub("[｛｝]", "", marked)
    wanted = re.sub("｛(.*?)｝", lambda m: "".join(c if c.isspace() else MASK for c in m.group(1)), marked)
    assert mask(text) == wanted


@pytest.mark.parametrize("text", READABLE)
def test_everyday_numbers_and_words_stay_readable(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("text", OWN)
def test_a_technicians_own_name_stays_where_he_gives_it_and_a_customers_does_not(text: str) -> None:
    assert mask(text, technician=True) == text
    assert mask(text) != text


def test_there_are_enough_examples_of_both() -> None:
    assert len(PRIVATE) >= 50
    assert len(READABLE) >= 60


def test_a_number_dictated_over_several_turns_is_one_number() -> None:
    talk = [
        ("您电话多少？", True),
        ("幺三八，", False),
        ("嗯，", True),
        ("零零幺三", False),
        ("好，您说。", True),
        ("八零零零。", False),
    ]
    found = secrets_in(talk)
    assert [[talk[i][0][p.first : p.last] for p in places] for i, places in enumerate(found)] == [
        [], ["幺三八，"], ["嗯，"], ["零零幺三"], ["好，您说。"], ["八零零零"],
    ]  # fmt: skip
    assert phone_numbers(p for places in found for p in places) == {"13800138000"}


def test_a_question_says_what_the_next_lines_number_is() -> None:
    assert [len(p) for p in secrets_in([("楼下门禁密码是多少？", True), ("二五八零。", False)])] == [0, 1]
    assert [len(p) for p in secrets_in([("这个要多少钱？", True), ("二五八零。", False)])] == [0, 0]


def test_said_and_written_numbers_are_the_same_number() -> None:
    said = ["13800138000", "幺三八零零幺三八零零零", "一三八 零零一三 八零零零", "幺三八，两个零，幺三八，三个零"]
    assert {number for text in said for number in phone_numbers(secrets(text))} == {"13800138000"}


PIECES = st.sampled_from([
    "电话", "密码", "是", "幺三八", "零零", "13800138000", "，", "。", "嗯", "张先生", "三楼", "号楼", "单元", "501", "沪A", "工单",
    "块", "\n",
    "我姓王", "一百二", "身份证", "X", "微信", "井号", "＊", "路", "88号", "２", "个", "八", "小区",
])  # fmt: skip
TEXTS = st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=40)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.booleans())
def test_masking_keeps_the_length_and_masking_twice_is_masking_once(text: str, technician: bool) -> None:
    once = mask(text, technician=technician)
    assert len(once) == len(text)
    assert all(a == b or b == MASK for a, b in zip(text, once, strict=True))
    assert mask(once, technician=technician) == once


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.booleans()), max_size=6))
def test_places_lie_inside_their_lines_in_order_and_apart(lines: list[tuple[str, bool]]) -> None:
    for (text, _), places in zip(lines, secrets_in(lines), strict=True):
        ends = [0, *(p.last for p in places)]
        assert all(end <= p.first < p.last <= len(text) for end, p in zip(ends, places, strict=False))


@settings(max_examples=100, deadline=None)
@given(
    st.integers(13, 19), st.text("0123456789", min_size=9, max_size=9),
    st.lists(st.sampled_from(["", "", "", " ", "，", "嗯", "那个", "-"]), min_size=10, max_size=10), st.booleans(),
)  # fmt: skip
def test_every_mobile_number_is_found_however_it_is_said(
    start: int, rest: str, pauses: list[str], spoken: bool
) -> None:
    digits = f"{start}{rest}"
    shown = [dict(zip("0123456789", "零幺二三四五六七八九", strict=True))[d] if spoken else d for d in digits]
    said = "".join(d + p for d, p in zip(shown, [*pauses, ""], strict=True))
    found = secrets(f"我的电话是{said}，您记一下。")
    assert [p.kind for p in found] == [SecretKind.PHONE]
    assert found[0].value == digits
