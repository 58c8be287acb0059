"""The workbook read back by openpyxl, the CSV by the csv module."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from openpyxl import load_workbook

from web.scorecards.export.comma import comma_separated
from web.scorecards.export.sheets import CellKind, Column, Sheet, table
from web.scorecards.export.workbook import workbook

QUOTE = "=您好，我是维修师傅"
EVIDENCE = table(
    "证据清单",
    [
        {
            "no": "00123", "at": dt.datetime(2026, 11, 5, 9, 30), "count": 36, "change": -2.5, "share": 0.75,
            "start_s": 75.0, "quote": QUOTE, "link": ("https://t.example/recordings/42?t=75", "1:15"),
        }
    ],
    (Column("工单号"), lambda row: row["no"]),
    (Column("录音时间", CellKind.TIME), lambda row: row["at"]),
    (Column("录音数", CellKind.COUNT), lambda row: row["count"]),
    (Column("较上期(分)", CellKind.NUMBER), lambda row: row["change"]),
    (Column("评分覆盖率", CellKind.SHARE), lambda row: row["share"]),
    (Column("位置", CellKind.CLOCK), lambda row: row["start_s"]),
    (Column("原话"), lambda row: row["quote"]),
    (Column("打开录音", CellKind.LINK), lambda row: row["link"]),
)  # fmt: skip
DANGEROUS = ["=1+1", "+8613800000000", "-2+3", "@SUM(A1)", "\tx", "\rx", "＝1"]


def read(*sheets: Sheet):  # type: ignore[no-untyped-def]
    return load_workbook(io.BytesIO(workbook(sheets)))


def test_sheets_have_types_that_excel_understands() -> None:
    book = read(Sheet("汇总", (Column("项目"),), [("期间",)]), EVIDENCE)
    assert book.sheetnames == ["汇总", "证据清单"]
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref.startswith("A1:")
    proof = {c.value: cell for c, cell in zip(book["证据清单"][1], book["证据清单"][2], strict=True)}
    assert (proof["工单号"].value, proof["工单号"].data_type) == ("00123", "s")
    assert (proof["评分覆盖率"].value, proof["评分覆盖率"].number_format) == (0.75, "0.0%")
    assert (proof["录音数"].value, proof["较上期(分)"].value) == (36, -2.5)
    assert proof["录音时间"].value == dt.datetime(2026, 11, 5, 9, 30)
    assert proof["录音时间"].number_format == "yyyy-mm-dd hh:mm"
    assert proof["位置"].value in (dt.time(0, 1, 15), dt.timedelta(seconds=75))
    assert proof["打开录音"].hyperlink.target == "https://t.example/recordings/42?t=75"
    assert (proof["原话"].value, proof["原话"].data_type, proof["原话"].quotePrefix) == (QUOTE, "s", True)
    assert book["证据清单"].column_dimensions["G"].width >= 2 * len("您好，我是维修师傅")


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula(text: str) -> None:
    sheet = Sheet("表", (Column("话"),), [(text,)])
    cell = read(sheet)["表"]["A2"]
    assert cell.data_type == "s" and cell.quotePrefix
    assert comma_separated(sheet).decode("utf-8-sig").split("\r\n", 1)[1].lstrip('"').startswith("'")


def test_csv_opens_in_excel_and_reads_back() -> None:
    columns = (
        Column("姓名"),
        Column("变化", CellKind.NUMBER),
        Column("日期", CellKind.DATE),
        Column("位置", CellKind.CLOCK),
    )
    data = comma_separated(Sheet("表", columns, [('王,"师傅"', -2.5, dt.date(2026, 11, 5), 3723.9), (None,) * 4]))
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[1:] == [['王,"师傅"', "-2.5", "2026-11-05", "1:02:03"], ["", "", "", ""]]


def test_empty_tables_still_open() -> None:
    book = read(Sheet("表", EVIDENCE.columns, []), Sheet("空", (Column("话"),), []))
    assert [sheet.max_row for sheet in book] == [1, 1]


def test_a_link_that_excel_would_refuse_stays_as_text() -> None:
    address = "https://t.example/" + "a" * 3000
    cell = read(Sheet("表", (Column("链接", CellKind.LINK),), [((address, "听"),)]))["表"]["A2"]
    assert (cell.value, cell.hyperlink) == (address, None)


def test_a_time_with_a_zone_is_refused() -> None:
    sheet = Sheet("表", (Column("时间", CellKind.TIME),), [(dt.datetime(2026, 1, 1, tzinfo=dt.UTC),)])
    with pytest.raises(ValueError, match="local time"):
        comma_separated(sheet)
    with pytest.raises(ValueError, match="local time"):
        workbook([sheet])


def test_a_row_of_the_wrong_length_is_named() -> None:
    with pytest.raises(ValueError, match="row 1: 2 values for 1 columns"):
        Sheet("表", (Column("a"),), [(1, 2)])


def test_the_same_rows_give_the_same_bytes() -> None:
    day = dt.datetime(2026, 12, 1)
    assert workbook([EVIDENCE], created=day) == workbook([EVIDENCE], created=day)
