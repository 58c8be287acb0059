"""Clauses stand in the order of the written document, whatever way it counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.settings import ROOT
from web.kit.written import written_standard
from web.standards.reading.clauses import clauses
from web.standards.reading.order import place


@pytest.mark.parametrize(
    "in_order",
    [
        ["一、三.1", "二.1、三.4(5)", "二.2", "二.10", "三.4", "三.4(9)", "三.4(10)", "十一.1", "二十"],
        ["1", "2", "4, 5", "6", "10"],
        ["第一条", "第二条", "第十条", "第十七条"],
        ["（一）", "（二）", "（十）"],
        ["①", "②", "⑪"],
        ["1.1", "1.2.1", "1.2.10", "1.3"],
        ["9", "个人信息保护法 第十七条"],
    ],
)
def test_numbers_of_every_kind_are_in_order(in_order: list[str]) -> None:
    assert sorted(set(in_order), key=place) == in_order


@given(st.text(max_size=20))
def test_any_number_has_its_place(clause: str) -> None:
    assert place(clause)


def test_a_whole_standard_is_in_the_order_of_its_source() -> None:
    read = written_standard(ROOT / "lexicons", "property-visit")
    assert read is not None
    numbers = [clause.number for clause in clauses(read)]
    assert numbers[0].startswith("一")
    assert numbers.index("二.2") < numbers.index("二.3") < numbers.index("二.5") < numbers.index("三.1")
    assert numbers.index("三.4(9)") < numbers.index("三.4(10)") < numbers.index("三.4(11)")
    assert len(numbers) == len(read.items) == 24
