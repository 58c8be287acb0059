"""A phrase in place of the words that were heard for it."""

from __future__ import annotations

import pytest

from analyzer.matching.placing import place
from analyzer.rubric.notation import parse


@pytest.mark.parametrize(
    ("phrase", "heard", "put"),
    [
        ("跟我们没关系", "耿问了没关系", "跟我们没关系"),
        ("保修期****免费****找", "保修期了这个面非的话找", "保修期了这个免费的话找"),
        ("{您|你}好[阿姨|大爷]", "你号大爷", "你好大爷"),
        ("修不好", "秀部好", "修不好"),
        ("添麻烦", "天马反", "添麻烦"),
        ("一百八十元", "一百八十万", "一百八十元"),
    ],
)
def test_the_phrase_stands_there_and_the_heard_words_stay_in_gaps_and_between(
    phrase: str, heard: str, put: str
) -> None:
    (pieces,) = place(parse(phrase).pattern, heard, 9.0)
    assert len(pieces) == len(heard)
    assert "".join(pieces) == put


@pytest.mark.parametrize(
    ("phrase", "heard"), [("就给您打电话", "给您打电话"), ("给您换了", "给你换"), ("好的吗", "好了吧")]
)
def test_particles_and_pronouns_of_address_stay_as_they_were_heard(phrase: str, heard: str) -> None:
    (pieces,) = place(parse(phrase).pattern, heard, 9.0)
    assert "".join(pieces) == heard


def test_words_that_were_not_heard_are_put_in_only_where_asked() -> None:
    pattern = parse("随时来找我").pattern
    (put,) = place(pattern, "随时找我", 9.0)
    (left,) = place(pattern, "随时找我", 9.0, missing=False)
    assert ("".join(put), "".join(left)) == ("随时来找我", "随时找我")


def test_of_several_readings_the_nearest_come_first_and_each_once() -> None:
    readings = place(parse("跟{我们|物业|我们}没关系").pattern, "耿问了没关系", 9.0, count=2)
    assert ["".join(pieces) for pieces in readings] == ["跟物业没关系", "跟我们没关系"]


def test_words_that_came_between_stay_where_they_were_heard() -> None:
    (pieces,) = place(parse("换个新的").pattern, "换那个新的", 9.0, missing=False)
    assert "".join(pieces) == "换那个新的"


def test_what_costs_too_much_is_not_put() -> None:
    assert place(parse("跟我们没关系").pattern, "今天天气不错", 2.0) == ()


def test_nothing_heard_has_no_place_for_a_phrase() -> None:
    assert place(parse("好").pattern, "", 9.0) == ()
