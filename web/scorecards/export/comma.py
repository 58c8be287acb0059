"""A sheet as CSV."""

from __future__ import annotations

import datetime as dt

from web.kit.csvfile import csv_lines
from web.scorecards.export.sheets import CellKind, Sheet, Value, local_naive

DECIMALS = {CellKind.NUMBER: 1, CellKind.SHARE: 4}  # as the page and the workbook show them: 85.3, 0.8531 (85.31 %)


def comma_separated(sheet: Sheet) -> bytes:
    """YYYY-MM-DD HH:mm, shares as 0..1 with four decimals, numbers with one, seconds as h:mm:ss, None empty.

    What else is so is `csv_lines`' doing.
    """
    kinds = [column.kind for column in sheet.columns]
    heads = [column.title for column in sheet.columns]
    rows = ([_cell(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in sheet.rows)
    return b"".join(csv_lines([heads, *rows]))


def _cell(value: Value, kind: CellKind) -> object:
    if value is None:
        return None
    if isinstance(value, tuple):
        value = value[0]
    if isinstance(value, dt.datetime):
        return local_naive(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, (str, bool)) or kind is CellKind.TEXT:
        return str(value)
    if kind is CellKind.CLOCK:
        minutes, seconds = divmod(int(value), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    return round(value, DECIMALS[kind]) if kind in DECIMALS else value
