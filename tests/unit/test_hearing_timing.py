"""Character times are lawful whatever the engine says, and every character of the text has one."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.hearing.script import is_spoken, spoken, to_chinese_marks, to_model_marks, to_simplified
from analyzer.hearing.timing import repaired, spread, token_characters

TIMES = st.floats(-5.0, 40.0, allow_nan=False)


@given(st.lists(st.tuples(TIMES, TIMES), max_size=60), st.floats(0.1, 30.0))
def test_repaired_times_rise_lie_inside_and_are_never_of_zero_length(
    pairs: list[tuple[float, float]], duration_s: float
) -> None:
    starts, ends = repaired([a for a, _ in pairs], [b for _, b in pairs], duration_s)
    assert len(starts) == len(ends) == len(pairs)
    assert all(-1e-9 <= start < end <= duration_s + 1e-9 for start, end in zip(starts, ends, strict=True))
    assert all(a < b for a, b in pairwise(starts))
    assert all(end <= after + 1e-9 for end, after in zip(ends, starts[1:], strict=False))


def test_lawful_times_are_left_as_they_are() -> None:
    assert repaired([0.0, 0.2, 0.5], [0.2, 0.5, 0.8], 1.0) == ((0.0, 0.2, 0.5), (0.2, 0.5, 0.8))


def test_repairing_a_time_that_is_no_number_gives_one() -> None:
    starts, _ = repaired([float("nan"), 0.3], [0.1, float("nan")], 1.0)
    assert starts == (0.0, 0.3)


def test_a_character_of_three_tokens_is_one_group_and_a_broken_ending_is_dropped() -> None:
    raw = "修好".encode()
    groups = token_characters([*raw, 0xE4], lambda ids: bytes(ids).decode("utf-8", "replace"))
    assert groups == [("修", 0, 3), ("好", 3, 6)]


def test_characters_of_one_token_share_its_time_evenly() -> None:
    text, starts, ends, sure = spread([("您好", 0, 1), ("吗", 1, 3)], [0.0, 1.0, 1.2], [1.0, 1.2, 1.4], [0.9, 0.4, 0.6])
    assert text == "您好吗"
    assert starts == [0.0, 0.5, 1.0]
    assert ends == [0.5, 1.0, 1.4]
    assert sure == pytest.approx([0.9, 0.9, 0.5])


def test_the_first_character_of_a_window_borrows_the_confidence_of_the_second() -> None:
    assert spread([("没", 0, 1), ("有", 1, 2)], [0, 0.2], [0.2, 0.4], [0.02, 0.8])[3] == [0.8, 0.8]


@pytest.mark.parametrize(
    ("heard", "simplified"),
    [("請問水龍頭壞了嗎", "请问水龙头坏了吗"), ("乾燥的空調", "干燥的空调"), ("35块,OK", "35块,OK"), ("", "")],
)
def test_simplified_text_keeps_its_length_so_that_times_stay_true(heard: str, simplified: str) -> None:
    assert to_simplified(heard) == simplified
    assert len(to_simplified(heard)) == len(heard)


@given(st.text(alphabet="請問後麵發著乾淨台灣麼,.? 修aB1", max_size=40))
def test_simplifying_never_changes_the_length_and_twice_is_once(text: str) -> None:
    once = to_simplified(text)
    assert len(once) == len(text)
    assert to_simplified(once) == once


def test_marks_and_spaces_are_not_spoken() -> None:
    assert spoken("您好，我姓王。 OK!") == "您好我姓王ok"
    assert [is_spoken(char) for char in "好， 1"] == [True, False, False, True]


@pytest.mark.parametrize(
    ("heard", "read"),
    [
        ("你好,我是物业的!", "你好，我是物业的！"),
        ("一共3,000块?对,10:30来", "一共3,000块？对，10:30来"),
        ("OK,好的;再见", "OK，好的；再见"),
        ("It's 3:15, OK", "It's 3:15, OK"),
    ],
)
def test_heard_lines_have_the_marks_of_chinese(heard: str, read: str) -> None:
    assert to_chinese_marks(heard) == read


@given(st.text("你好，?？,!！:;；0a A.,", max_size=30))
def test_marks_change_no_length_and_what_is_said_stays(text: str) -> None:
    chinese = to_chinese_marks(text)
    assert len(chinese) == len(text) and spoken(chinese) == spoken(text)
    assert to_chinese_marks(chinese) == chinese
    assert to_model_marks(chinese) == to_model_marks(text)
