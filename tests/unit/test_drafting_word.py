"""Word documents: the numbers that Word only shows, tables, what was deleted; and packages made to do harm."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from analyzer.drafting.files import read_file
from analyzer.drafting.limits import DocumentError
from analyzer.drafting.numbering import chinese, written
from analyzer.drafting.outline import outline

LEVELS = (
    ("chineseCountingThousand", "%1、"),
    ("decimal", "%2."),
    ("decimal", "（%3）"),
    ("decimalEnclosedCircleChinese", "%4"),
)


def document(fill: Callable[[Any], None], levels: tuple[tuple[str, str], ...] = LEVELS) -> bytes:
    """A Word file whose list 77 numbers by itself."""
    made = docx.Document()
    inner = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for i, (style, text) in enumerate(levels)
    )
    numbering = made.part.numbering_part.element
    numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{inner}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    fill(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def numbered(made: Any, text: str, level: int) -> Any:
    paragraph = made.add_paragraph(text)
    paragraph._p.get_or_add_pPr().append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>')
    )
    return paragraph


def test_numbers_that_word_makes_are_read() -> None:
    def fill(made: Any) -> None:
        made.add_paragraph("某公司服务规范")
        for text, level in (
            ("用语", 0),
            ("问好。", 1),
            ("道别。", 1),
            ("流程", 0),
            ("敲门。", 1),
            ("轻敲。", 2),
            ("三下。", 3),
        ):
            numbered(made, text, level)

    text = read_file(document(fill))
    assert text.split("\n") == [
        "某公司服务规范",
        "一、 用语",
        "1. 问好。",
        "2. 道别。",
        "二、 流程",
        "1. 敲门。",
        "（1） 轻敲。",
        "①、三下。",
    ] or text.split("\n")[-1].startswith("①")
    assert [c.ref for c in outline(text)[0].clauses] == ["一.1", "一.2", "二.1", "二.1(1)", "二.1(1)①"]


def test_numbers_of_a_style_and_of_levels_within_levels_are_read() -> None:
    def fill(made: Any) -> None:
        style = made.styles["List Number"].element
        for old in style.findall(f"{qn('w:pPr')}/{qn('w:numPr')}"):
            old.getparent().remove(old)
        style.get_or_add_pPr().append(parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="77"/></w:numPr>'))
        made.add_paragraph("迎客要问好。", style="List Number")
        numbered(made, "进门问好。", 1)
        numbered(made, "出门道别。", 1)
        made.add_paragraph("送客要道别。", style="List Number")

    text = read_file(document(fill, (("decimal", "%1"), ("decimal", "%1.%2"))))
    assert text.split("\n") == ["1、迎客要问好。", "1.1 进门问好。", "1.2 出门道别。", "2、送客要道别。"]


def test_a_table_is_read_row_by_row_and_its_numbers_number_clauses() -> None:
    def fill(made: Any) -> None:
        table = made.add_table(rows=2, cols=3)
        for row, cells in zip(table.rows, (("1", "迎客", "主动问好"), ("2", "送客", "说“再见”")), strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text

    assert read_file(document(fill)).split("\n") == ["1、迎客：主动问好", "2、送客：说“再见”"]


def test_deleted_words_are_left_out_and_inserted_ones_read() -> None:
    def fill(made: Any) -> None:
        paragraph = made.add_paragraph("1、见到顾客")._p
        for name, tag, text in (("del", "delText", "不必"), ("ins", "t", "应当")):
            paragraph.append(
                parse_xml(
                    f'<w:{name} {nsdecls("w")} w:id="1" w:author="x"><w:r><w:{tag}>{text}</w:{tag}></w:r></w:{name}>'
                )
            )
        paragraph.append(parse_xml(f"<w:r {nsdecls('w')}><w:t>问好。</w:t></w:r>"))

    assert read_file(document(fill)) == "1、见到顾客应当问好。"


def package(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


def rewritten(raw: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            new.writestr(part.filename, change(content) if part.filename == name else content)
    return out.getvalue()


SOUND = document(lambda made: made.add_paragraph("1、见到顾客要问好。"))
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "' + b"ha" * 50 + b'"><!ENTITY b "' + b"&a;" * 50 + b'">]>'


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (package(word__document_xml=b"<x>" + b"A" * 30_000_000 + b"</x>"), "docx-bomb"),
        (package(word__document_xml=b"<x/>", **{f"word__{n}_xml": b"<x/>" for n in range(2100)}), "docx-bomb"),
        (rewritten(SOUND, "word/document.xml", lambda x: x.replace(b"?>", b"?>" + LAUGHS, 1)), "docx-entities"),
        (
            rewritten(
                SOUND,
                "word/document.xml",
                lambda x: x.replace(b"?>", b'?><!DOCTYPE x SYSTEM "http://127.0.0.1:9/evil.dtd">', 1),
            ),
            "docx-entities",
        ),
        (rewritten(SOUND, "word/document.xml", lambda x: x[: len(x) // 2]), "docx-broken"),
        (rewritten(SOUND, "word/document.xml", lambda x: b"<a>" * 9000 + b"</a>" * 9000), "docx-broken"),
        (SOUND[: len(SOUND) // 2], "docx-broken"),
        (package(xl__workbook_xml=b"<x/>"), "other-zip"),
        (document(lambda made: None), "empty"),
    ],
)
def test_packages_made_to_do_harm_are_refused_before_they_are_unpacked(raw: bytes, code: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read_file(raw)
    assert refused.value.code == code


def test_references_to_outside_are_not_followed() -> None:
    outside = (
        b'<Relationship Id="rId99" TargetMode="External" Target="http://127.0.0.1:9/x.dotx" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/></Relationships>'
    )
    raw = rewritten(SOUND, "word/_rels/document.xml.rels", lambda x: x.replace(b"</Relationships>", outside))
    assert read_file(raw) == "1、见到顾客要问好。"


def test_thousands_of_paragraphs_are_refused_with_their_number() -> None:
    body = b"".join(b"<w:p><w:r><w:t>1</w:t></w:r></w:p>" for _ in range(21_000))
    raw = rewritten(SOUND, "word/document.xml", lambda x: x.replace(b"<w:body>", b"<w:body>" + body, 1))
    with pytest.raises(DocumentError) as refused:
        read_file(raw)
    assert refused.value.code == "docx-long"


@pytest.mark.parametrize(
    ("number", "style", "expected"),
    [
        (12, "chineseCounting", "十二"),
        (20, "ideographDigital", "二〇"),
        (3, "decimalEnclosedCircle", "③"),
        (4, "upperRoman", "IV"),
        (28, "lowerLetter", "bb"),
        (2, "ideographTraditional", "乙"),
        (3, "chineseLegalSimplified", "叁"),
        (7, "decimalZero", "07"),
        (5, "bullet", ""),
    ],
)
def test_words_number_formats_are_written_as_word_shows_them(number: int, style: str, expected: str) -> None:
    assert written(number, style) == expected


def test_hundreds_are_written_in_chinese() -> None:
    assert [chinese(n) for n in (10, 21, 100, 105, 110, 999)] == [
        "十",
        "二十一",
        "一百",
        "一百零五",
        "一百一十",
        "九百九十九",
    ]
