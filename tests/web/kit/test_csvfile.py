"""Tables from and for Excel."""

from __future__ import annotations

import csv
import io

import pytest

from web.kit.csvfile import FORMULA_STARTS, csv_lines, read_table


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_text_becomes_a_formula_and_all_of_it_comes_back(start: str) -> None:
    text = f"{start}1+1"
    content = b"".join(csv_lines([["工号", "姓名"], ["x", text]]))
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1] == ["x", f"'{text}"]
    assert [row["name"] for row in read_table(content, {"name": ("姓名",)}, ("name",))] == [text]


def test_the_file_is_as_excel_writes_it_and_numbers_stay_numbers() -> None:
    assert b"".join(csv_lines([["得分", '王,"师傅"'], [-2.5, None]])) == (
        b"\xef\xbb\xbf" + '得分,"王,""师傅"""\r\n-2.5,\r\n'.encode()
    )


def test_rows_are_written_one_by_one() -> None:
    assert list(csv_lines([["a"], ["bb"], ["c"]])) == [b"\xef\xbb\xbfa\r\n", b"bb\r\n", b"c\r\n"]
