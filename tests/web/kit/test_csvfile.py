"""Tables from and for Excel."""

from __future__ import annotations

import csv
import io

import pytest

from web.kit.csvfile import TableError, csv_lines, read_table

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "⁼", "⁺", "⁻", "₌", "−")
BEFORE = ("", " ", "\u3000", "\u00a0", "\u200b", "\ufeff", "\u202e", "\0", "\n", "\r\n", "\t", " \n ")


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", BEFORE)
def test_no_text_becomes_a_formula_and_all_of_it_comes_back(before: str, sign: str) -> None:
    text = f"x{before}{sign}1+1".removeprefix("x")
    content = b"".join(csv_lines([["工号", "姓名"], ["x", text]]))
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1][1].startswith("'")
    back = text.replace("\0", "")  # no database takes a NUL: it is left at the door
    assert [row["name"] for row in read_table(content, {"name": ("姓名",)}, ("name",))] == [back]


@pytest.mark.parametrize("text", ["王师傅", "3-2 栋", "a=b", "—", "“好”", "…", "1.5", "\u200b", ""])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert b"".join(csv_lines([[text]])).decode("utf-8-sig") == f"{text}\r\n"


@pytest.mark.parametrize("parting", [";", "\t", "\n", "\r\n", "; ", ";\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_whatever_parts_cells_in_a_region_no_text_begins_a_formula(delimiter: str, parting: str) -> None:
    text = f'a{parting}=1+1"{parting}＠x{parting}b'
    content = b"".join(csv_lines([["姓名", "备注"], ["王", text]]))
    parsed = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    assert not [cell for row in parsed for cell in row if cell.strip()[:1] in tuple("=＠")]
    assert [row["note"] for row in read_table(content, {"note": ("备注",)}, ("note",))] == [text]


def test_a_column_that_stands_there_twice_is_refused_and_cells_beyond_the_last_are_told() -> None:
    with pytest.raises(TableError, match="twice"):
        read_table("姓名,名字\n王,李\n".encode(), {"name": ("姓名", "名字")}, ("name",))
    assert [r.spilled for r in read_table("姓名\n王,x\n李,,\n".encode(), {"name": ("姓名",)}, ("name",))] == ["x", ""]


def test_the_file_is_as_excel_writes_it_and_numbers_stay_numbers() -> None:
    assert b"".join(csv_lines([["得分", '王,"师傅"'], [-2.5, None]])) == (
        b"\xef\xbb\xbf" + '得分,"王,""师傅"""\r\n-2.5,\r\n'.encode()
    )


def test_rows_are_written_one_by_one() -> None:
    assert list(csv_lines([["a"], ["bb"], ["c"]])) == [b"\xef\xbb\xbfa\r\n", b"bb\r\n", b"c\r\n"]
