"""CSV that Excel opens without mojibake (UTF-8 with BOM) and without running anything."""

from __future__ import annotations

import csv
import datetime as dt
import io

from web.scorecards.export.sheets import Kind, Sheet, Value, is_formula_like, local_naive

BOM = b"\xef\xbb\xbf"


def comma_separated(sheet: Sheet) -> bytes:
    """Return the sheet as CSV: RFC 4180 (CRLF), YYYY-MM-DD HH:mm, shares as 0..1, seconds as h:mm:ss, None empty.

    Text that a spreadsheet might run gets an apostrophe before it (OWASP); numbers stay numbers, negative ones too.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_cell(column.title, Kind.TEXT) for column in sheet.columns])
    kinds = [column.kind for column in sheet.columns]
    for row in sheet.rows:
        writer.writerow([_cell(value, kind) for value, kind in zip(row, kinds, strict=True)])
    return BOM + out.getvalue().encode("utf-8")


def _cell(value: Value, kind: Kind) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        value = value[0]
    if isinstance(value, dt.datetime):
        return local_naive(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, (str, bool)) or kind is Kind.TEXT:
        text = str(value)
        return f"'{text}" if is_formula_like(text) else text
    if kind is Kind.CLOCK:
        minutes, seconds = divmod(int(value), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    return repr(value)  # the shortest text that reads back as the same number
