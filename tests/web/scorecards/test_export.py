"""The workbook read back by openpyxl, the CSV by the csv module."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from openpyxl import load_workbook

from web.scorecards.export.comma import comma_separated
from web.scorecards.export.scorecard import EvidenceLine, ItemLine, PersonLine, scorecard_sheets
from web.scorecards.export.sheets import Column, Kind, Sheet
from web.scorecards.export.workbook import workbook

PERSON = PersonLine(
    "0007", "王师傅", "东区", 40, 36, 10, 30, 0.75, 86.5, 83.0, 90.0, -2.5, "否", "1–3 / 8", 2, 5.6, 0.7, 20.1, 0.2
)
ITEM = ItemLine("0007", "王师傅", "上门服务", "3.1", "问候", 8, 2, 1, 0, 0, 0.8, 0.49, 0.943)
EVIDENCE = EvidenceLine(
    "42", "00123", "0007", "王师傅", dt.datetime(2026, 11, 5, 9, 30), "上门服务", "3.1", "问候", "达标", "机器",
    "=您好，我是维修师傅", 75.0, ("https://t.example/recordings/42?t=75", "1:15"),
)  # fmt: skip
DANGEROUS = ["=1+1", "+8613800000000", "-2+3", "@SUM(A1)", "\tx", "\rx", "＝1"]


def read(*sheets: Sheet):  # type: ignore[no-untyped-def]
    return load_workbook(io.BytesIO(workbook(sheets)))


def test_four_sheets_with_types_that_excel_understands() -> None:
    book = read(*scorecard_sheets([("期间", "2026-11")], [PERSON], [ITEM], [EVIDENCE]))
    assert book.sheetnames == ["汇总", "按人员", "按条目", "证据清单"]
    for page in book:
        assert page.freeze_panes == "A2"
        assert page.auto_filter.ref.startswith("A1:")
    people = {c.value: page_cell for c, page_cell in zip(book["按人员"][1], book["按人员"][2], strict=True)}
    assert (people["工号"].value, people["工号"].data_type) == ("0007", "s")
    assert (people["评分覆盖率"].value, people["评分覆盖率"].number_format) == (0.75, "0.0%")
    assert (people["平均分"].value, people["较上期(分)"].value) == (86.5, -2.5)
    proof = {c.value: cell for c, cell in zip(book["证据清单"][1], book["证据清单"][2], strict=True)}
    assert (proof["工单号"].value, proof["录音编号"].value) == ("00123", "42")
    assert proof["录音时间"].value == dt.datetime(2026, 11, 5, 9, 30)
    assert proof["录音时间"].number_format == "yyyy-mm-dd hh:mm"
    assert proof["位置"].value in (dt.time(0, 1, 15), dt.timedelta(seconds=75))
    assert proof["打开录音"].hyperlink.target == "https://t.example/recordings/42?t=75"
    assert (proof["原话"].value, proof["原话"].data_type, proof["原话"].quotePrefix) == (EVIDENCE.quote, "s", True)
    assert book["证据清单"].column_dimensions["K"].width >= 2 * len("您好，我是维修师傅")


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula(text: str) -> None:
    sheet = Sheet("表", (Column("话"),), [(text,)])
    cell = read(sheet)["表"]["A2"]
    assert cell.data_type == "s" and cell.quotePrefix
    assert comma_separated(sheet).decode("utf-8-sig").split("\r\n", 1)[1].lstrip('"').startswith("'")


def test_csv_opens_in_excel_and_reads_back() -> None:
    columns = (Column("姓名"), Column("变化", Kind.NUMBER), Column("日期", Kind.DATE), Column("位置", Kind.CLOCK))
    data = comma_separated(Sheet("表", columns, [('王,"师傅"', -2.5, dt.date(2026, 11, 5), 3723.9), (None,) * 4]))
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[1:] == [['王,"师傅"', "-2.5", "2026-11-05", "1:02:03"], ["", "", "", ""]]


def test_empty_tables_still_open() -> None:
    book = read(*scorecard_sheets([], [], [], []))
    assert [page.max_row for page in book] == [1, 1, 1, 1]


def test_titles_can_be_translated() -> None:
    assert scorecard_sheets([], [], [], [], translate=lambda text: f"<{text}>")[0].title == "<汇总>"


def test_a_link_that_excel_would_refuse_stays_as_text() -> None:
    address = "https://t.example/" + "a" * 3000
    cell = read(Sheet("表", (Column("链接", Kind.LINK),), [((address, "听"),)]))["表"]["A2"]
    assert (cell.value, cell.hyperlink) == (address, None)


def test_a_time_with_a_zone_is_refused() -> None:
    sheet = Sheet("表", (Column("时间", Kind.TIME),), [(dt.datetime(2026, 1, 1, tzinfo=dt.UTC),)])
    with pytest.raises(ValueError, match="local time"):
        comma_separated(sheet)
    with pytest.raises(ValueError, match="local time"):
        workbook([sheet])


def test_a_row_of_the_wrong_length_is_named() -> None:
    with pytest.raises(ValueError, match="row 1: 2 values for 1 columns"):
        Sheet("表", (Column("a"),), [(1, 2)])


def test_the_same_rows_give_the_same_bytes() -> None:
    sheets, day = scorecard_sheets([], [PERSON], [ITEM], [EVIDENCE]), dt.datetime(2026, 12, 1)
    assert workbook(sheets, created=day) == workbook(sheets, created=day)
