"""What is typed or pasted is read as turns: who says what, and what cannot be read is told."""

from __future__ import annotations

import pytest

from web.kit.refusals import InvalidError
from web.lexicon.dialogue import MOST_CHARACTERS, MOST_TURNS, read
from web.models.vocabulary import Role

T, C = Role.TECHNICIAN, Role.CUSTOMER


def turns(typed: str) -> list[tuple[Role, str]]:
    return [(turn.role, turn.text) for turn in read(typed).turns]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("您好", [(T, "您好")]),
        ("技师：您好\n客户：怎么才来", [(T, "您好"), (C, "怎么才来")]),
        ("师傅: 您好\n业主 ：怎么才来\nA：来了\nb：好", [(T, "您好"), (C, "怎么才来"), (T, "来了"), (C, "好")]),
        ("客户：几点了\n不知道", [(C, "几点了"), (T, "不知道")]),
        ("客：怎么才来／技：让您久等了", [(C, "怎么才来"), (T, "让您久等了")]),
        ("[00:12] 客户：怎么才来\n0:15　技师：来了", [(C, "怎么才来"), (T, "来了")]),
        ("技师：\n\n  \n客户：喂", [(C, "喂")]),
        ("", []),
    ],
)
def test_lines_are_turns_of_whom_they_name(typed: str, told: list[tuple[Role, str]]) -> None:
    assert turns(typed) == told


def test_a_time_of_day_within_a_sentence_and_a_slash_are_said() -> None:
    assert turns("技师：下午3:30到/四点走") == [(T, "下午3:30到/四点走")]


def test_a_name_that_nobody_knows_is_told_with_its_line_and_counts_as_said() -> None:
    dialogue = read("技师：您好\n王经理：你们怎么回事")
    assert dialogue.strangers == ((2, "王经理"),)
    assert dialogue.turns[1].role is T
    assert dialogue.turns[1].text == "王经理：你们怎么回事"


def test_what_is_too_long_is_refused_with_the_bound_and_the_size() -> None:
    assert len(read("好" * MOST_CHARACTERS).turns) == 1
    with pytest.raises(InvalidError, match=r"20,000.*20,001"):
        read("好" * (MOST_CHARACTERS + 1))


def test_too_many_turns_are_refused_with_the_bound_and_the_number() -> None:
    assert len(read("您好\n" * MOST_TURNS).turns) == MOST_TURNS
    with pytest.raises(InvalidError, match=r"500.*501"):
        read("您好\n" * (MOST_TURNS + 1))
