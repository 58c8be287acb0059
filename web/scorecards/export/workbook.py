"""XLSX through XlsxWriter: frozen header, filter, widths for Chinese, nothing that can become a formula."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from web.kit.csvfile import is_formula_like
from web.scorecards.export.sheets import (
    CELL_CHARACTERS,
    LINK_CHARACTERS,
    SHEET_LINKS,
    CellKind,
    Sheet,
    Value,
    local_naive,
    shown_width,
)

FORMATS = {
    CellKind.TEXT: "@",
    CellKind.COUNT: "#,##0",
    CellKind.NUMBER: "0.0",
    CellKind.SHARE: "0.0%",
    CellKind.DATE: "yyyy-mm-dd",
    CellKind.TIME: "yyyy-mm-dd hh:mm",
    CellKind.CLOCK: "[h]:mm:ss",
    CellKind.LINK: "@",
}
SECONDS_A_DAY = 86_400.0  # Excel's unit of time is the day
NARROWEST, WIDEST = 8.0, 60.0
FILTER_ARROW = 3.0
MEASURED_ROWS = 200  # enough to find a column's width; the rest would only take time


def workbook(sheets: Sequence[Sheet], title: str = "", created: dt.datetime | None = None) -> bytes:
    """Return the XLSX file of these sheets, in order. With the same `created` (naive), the same rows give the same bytes."""
    if not sheets:
        raise ValueError("a workbook needs at least one sheet")
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    properties: dict[str, object] = {"title": title}
    if created is not None:
        properties["created"] = local_naive(created)
    book.set_properties(properties)
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 1, "bg_color": "#E9EEF5"})
    formats = {kind: book.add_format({"num_format": form, "valign": "top"}) for kind, form in FORMATS.items()}
    quoted = book.add_format({"num_format": "@", "valign": "top", "quote_prefix": True})
    link = book.add_format({"font_color": "#0B5CAD", "underline": 1, "valign": "top"})
    for sheet in sheets:
        page = book.add_worksheet(sheet.title)
        for column, one in enumerate(sheet.columns):
            page.write_string(0, column, one.title, head)
            page.set_column(column, column, one.width or _width(sheet, column))
        links = 0
        for number, row in enumerate(sheet.rows, 1):
            for column, value in enumerate(row):
                links += _write(page, number, column, value, sheet.columns[column].kind, formats, quoted, link, links)
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(1, len(sheet.rows)), len(sheet.columns) - 1)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
    book.close()
    return buffer.getvalue()


def _write(
    page: Worksheet,
    row: int,
    column: int,
    value: Value,
    kind: CellKind,
    formats: dict[CellKind, Format],
    quoted: Format,
    link: Format,
    links: int,
) -> int:
    """Write one cell; return how many links it took (0 or 1)."""
    form = formats[kind]
    if value is None:
        page.write_blank(row, column, None, form)
    elif isinstance(value, tuple):
        address, text = value
        web = address.startswith(("http://", "https://")) and len(address) <= LINK_CHARACTERS
        if web and links < SHEET_LINKS:
            page.write_url(row, column, address, link, text[:CELL_CHARACTERS])
            return 1
        _text(page, row, column, address, form, quoted)  # still to be read and copied
    elif kind is CellKind.TEXT or isinstance(value, (str, bool)):
        _text(page, row, column, str(value), form, quoted)
    elif isinstance(value, dt.datetime):
        page.write_datetime(row, column, local_naive(value), form)
    elif isinstance(value, dt.date):
        page.write_datetime(row, column, value, form)
    else:
        page.write_number(row, column, value / SECONDS_A_DAY if kind is CellKind.CLOCK else value, form)
    return 0


def _text(page: Worksheet, row: int, column: int, text: str, plain: Format, quoted: Format) -> None:
    # The quote prefix is a cell's property: the text stays as it was said, and editing the cell makes no formula of it.
    page.write_string(row, column, text[:CELL_CHARACTERS], quoted if is_formula_like(text) else plain)


def _width(sheet: Sheet, column: int) -> float:
    widest = float(shown_width(sheet.columns[column].title)) + FILTER_ARROW
    for row in sheet.rows[:MEASURED_ROWS]:
        value = row[column]
        text = value[1] if isinstance(value, tuple) else value
        if isinstance(text, str):
            widest = max(widest, float(shown_width(text)) + 1)
        elif isinstance(text, dt.datetime):
            widest = max(widest, 17.0)
        elif isinstance(text, dt.date):
            widest = max(widest, 11.0)
    return min(WIDEST, max(NARROWEST, widest))
