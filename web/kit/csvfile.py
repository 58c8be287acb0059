"""CSV to and from Excel: UTF-8 with a mark or GBK, Chinese or English headings, nothing that it would calculate."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

MAX_ROWS = 100_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # OWASP, "CSV injection" (CWE-1236)


class TableError(Exception):
    """The file as a whole cannot be read; `code` is encoding | empty | columns | rows, `names` what is missing."""

    def __init__(self, code: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(f"{code} {names}")
        self.code, self.names = code, names


def is_formula_like(text: str) -> bool:
    return text.startswith(FORMULA_STARTS)


def guarded(cell: object) -> object:
    """Text that a spreadsheet might run gets an apostrophe before it; numbers stay numbers, negative ones too."""
    return f"'{cell}" if isinstance(cell, str) and is_formula_like(cell) else cell


def unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and is_formula_like(cell[1:]) else cell


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    """The file row by row: RFC 4180 (CRLF), UTF-8 with the mark without which Excel shows mojibake; None is empty."""
    out = io.StringIO("\ufeff", newline="")
    out.seek(1)
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
        yield out.getvalue().encode()
        out.seek(out.truncate(0))


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file: its number as Excel shows it, and its cells by column name; `row[name]` of a column
    that the file does not have is "", but `cells` has no such name."""

    number: int
    cells: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")


class BadCell(NamedTuple):
    """What a row says that cannot be taken: its number as Excel shows it, the column, and what is wrong, for users."""

    number: int
    column: str
    words: str


def read_table(content: bytes, columns: Mapping[str, tuple[str, ...]], required: tuple[str, ...]) -> list[Row]:
    """Return the rows of a CSV file.

    `columns`: for each of our names the headings that mean it. Comma, semicolon or tab between cells; unknown
    columns are ignored, empty lines skipped. Raises TableError.
    """
    text = _text(content)
    lines = text.splitlines()
    if not lines or not text.strip():
        raise TableError("empty")
    delimiter = max(",;\t", key=lines[0].count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    names = {heading.lower(): name for name, headings in columns.items() for heading in (name, *headings)}
    heads = [names.get(cell.strip().lower()) for cell in next(reader)]
    missing = tuple(columns[name][0] for name in required if name not in heads)
    if missing:
        raise TableError("columns", missing)
    rows: list[Row] = []
    for cells in reader:
        if len(rows) >= MAX_ROWS:
            raise TableError("rows")
        if any(cell.strip() for cell in cells):
            kept = {name: unguarded(cell.strip()) for name, cell in zip(heads, cells, strict=False) if name}
            rows.append(Row(reader.line_num, kept))
    return rows


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError("encoding")
