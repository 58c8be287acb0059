"""Tables that people make in Excel: CSV in UTF-8 or GBK, with Chinese or English headings, errors told by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

MAX_ROWS = 100_000


class TableError(Exception):
    """The file as a whole cannot be read; `code` is encoding | empty | columns | rows, `names` what is missing."""

    def __init__(self, code: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(f"{code} {names}")
        self.code, self.names = code, names


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file: its number as Excel shows it, and its cells by column name (absent columns are "")."""

    number: int
    cells: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.cells.get(name, "")


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
            kept = {name: _plain(cell) for name, cell in zip(heads, cells, strict=False) if name}
            rows.append(Row(reader.line_num, kept))
    return rows


def _plain(cell: str) -> str:
    """A cell without what our own exports put before = + - @ to keep Excel from calculating."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@") else cell


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError("encoding")
