"""Numbered clauses of any style are found, each with how it is cited and its place in the text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.drafting.limits import MAX_CHARS, DocumentError
from analyzer.drafting.lines import simplified_line
from analyzer.drafting.markers import value_of
from analyzer.drafting.numbering import chinese
from analyzer.drafting.outline import outline
from analyzer.drafting.propose import read_documents

# A fifth document, tiny, whose numbers are written as in none of the others.
OTHER_NUMBERS = """
理发店接待要点
甲、迎客
  ① 顾客进门说“欢迎光临”；
  ② 递上毛巾。
乙、剪发
A. 剪发前询问长短；
   a) 不得催促顾客
   b) 边剪边征求意见
B. 剪完请顾客照镜子
丙、收银
1.1 报出价格
1.2 收款后道谢。
1.5米以内不准放杂物。
丁、打烊
Ⅰ. 送客
Ⅱ. 关门
"""


def refs(text: str) -> list[str]:
    return [clause.ref for document in outline(text) for clause in document.clauses]


def test_numbers_of_other_styles_are_found_and_nested() -> None:
    (document,) = outline(OTHER_NUMBERS)
    assert document.title == "理发店接待要点"
    assert [(c.ref, c.text) for c in document.clauses] == [
        ("甲①", "顾客进门说“欢迎光临”；"),
        ("甲②", "递上毛巾。"),
        ("乙.A", "剪发前询问长短；"),
        ("乙.A.a", "不得催促顾客"),
        ("乙.A.b", "边剪边征求意见"),
        ("乙.B", "剪完请顾客照镜子"),
        ("1.1", "报出价格"),
        ("1.2", "收款后道谢。"),
        ("1.2", "1.5米以内不准放杂物。"),
        ("丁.Ⅰ", "送客"),
        ("丁.Ⅱ", "关门"),
    ]
    assert document.clauses[3].headings == ("剪发",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一、甲甲。\n二、乙乙。", ["一", "二"]),
        ("（一）甲甲。\n（二）乙乙。", ["(一)", "(二)"]),
        ("(1)甲甲。\n⑵乙乙。", ["(1)", "(2)"]),
        ("１．甲甲。\n２、乙乙。", ["1", "2"]),
        ("第一条　甲甲。\n第二条　乙乙。", ["第一条", "第二条"]),
        ("第一章 总则\n第一条 甲甲。\n第二章 细则\n第二条 乙乙。", ["第一条", "第二条"]),
        ("一、总则\n1、甲甲。\n2、乙乙。\n二、细则\n1、丙丙。", ["一.1", "一.2", "二.1"]),
        ("1 甲甲好。\n1.1 乙乙好。\n1.2 丙丙好。\n2 丁丁好。", ["1", "1.1", "1.2", "2"]),
        ("1、甲甲。2、乙乙。3、丙丙。", ["1", "2", "3"]),
        ("1、甲甲“一、二、三”好。", ["1"]),
    ],
)
def test_clauses_are_cited_as_the_document_numbers_them(text: str, expected: list[str]) -> None:
    assert refs(text) == expected


def test_a_line_that_was_wrapped_belongs_to_its_clause() -> None:
    (document,) = outline("1、上门维修时要严格按照公司的要求穿着工作服，佩\n带工牌。\n2、不得迟到。")
    assert document.clauses[0].text == "上门维修时要严格按照公司的要求穿着工作服，佩带工牌。"


def test_a_second_document_begins_where_its_title_and_its_numbers_begin_anew() -> None:
    text = "甲公司服务规范\n1、问好。\n2、道别。\n\n乙公司服务守则\n1、敲门。\n2、穿鞋套。"
    assert [(d.title, len(d.clauses)) for d in outline(text)] == [("甲公司服务规范", 2), ("乙公司服务守则", 2)]


def test_traditional_writing_is_read_as_simplified_and_its_places_stay() -> None:
    text = "一、統一著裝，向顧客問好。"
    (document,) = outline(text)
    assert document.clauses[0].text == "统一着装，向顾客问好。"
    assert text[document.clauses[0].start : document.clauses[0].end] == "統一著裝，向顧客問好。"


def test_a_text_without_numbers_is_cut_by_lines() -> None:
    (document,) = outline("服务规范\n见到顾客要问好。\n离开时要道别。")
    assert [c.text for c in document.clauses] == ["见到顾客要问好。", "离开时要道别。"]
    assert document.numbered == 0


@pytest.mark.parametrize("text", ["", " \n\t", "……\n——", "1007\n12"])
def test_a_text_without_clauses_is_refused_in_chinese(text: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read_documents(text)
    assert refused.value.code in {"empty", "no-clauses"}
    assert refused.value.advice


def test_a_paste_of_five_megabytes_is_refused_at_once_with_its_length() -> None:
    with pytest.raises(DocumentError) as refused:
        read_documents("一、问好。" * 1_000_000)
    assert refused.value.code == "too-long"
    assert str(MAX_CHARS) in refused.value.message


def test_far_too_many_clauses_are_refused_with_their_number() -> None:
    with pytest.raises(DocumentError) as refused:
        read_documents("\n".join(f"{n}、问好。" for n in range(1, 999)))
    assert refused.value.code == "too-many-clauses"
    assert "998" in refused.value.message


@given(st.integers(1, 99))
def test_chinese_numbers_are_read_as_they_are_written(number: int) -> None:
    assert value_of(chinese(number)) == number


_PIECES = st.sampled_from(
    [
        "一、",
        "1.",
        "（1）",
        "①",
        "第三条",
        "1.1 ",
        "• ",
        "篇2：",
        "“",
        "”",
        "「",
        "」",
        '"',
        "：",
        "，",
        "。",
        "\n",
        "\r\n",
        " ",
        "　",
        "您好",
        "严禁",
        "说",
        "如果",
        "时",
        "不得",
        "用户",
        "询问",
        "进门语",
        "（",
        "）",
        "****",
        "著",
        "X",
        "\t",
        "\x00",
        "\ud800",
        "<hello>",
    ]
)
_TEXT = st.one_of(st.text(max_size=300), st.lists(_PIECES, max_size=80).map("".join))


@given(_TEXT)
@settings(max_examples=400, deadline=None)
def test_whatever_the_text_every_place_lies_in_it_and_holds_the_demand(text: str) -> None:
    try:
        documents = read_documents(text)
    except DocumentError as error:
        assert error.message
        return
    for whole, _, asked in documents:
        assert asked
        for demand in asked:
            assert 0 <= demand.start < demand.end <= len(whole)
            written = simplified_line(whole[demand.start : demand.end])
            assert re.sub(r"\s", "", written) == re.sub(r"\s", "", demand.text)
