"""CSV to and from Excel: UTF-8 with a mark or GBK, Chinese or English headings, nothing that it would calculate."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from web.kit.values import plain_text

if TYPE_CHECKING:
    from _csv import Reader

MAX_ROWS = 100_000
FORMULA_STARTS = frozenset("=+-@\t\r\n")  # OWASP, "CSV injection" (CWE-1236); other widths and heights: see below
_SIGNS = frozenset("=+-@\N{MINUS SIGN}")  # the last one is what NFKC makes of a raised minus
_PARTED = re.compile(r"([;\t\r\n]+)([^;\t\r\n]+)")
_QUOTED = frozenset('",;\t\r\n')  # a semicolon or tab parts cells where Excel's region says so


class TableError(Exception):
    """The file as a whole cannot be read; `code` is encoding | empty | columns | twice | rows | cell, `names` the columns meant.

    `cell`: one is too long; `names` is the line.
    """

    def __init__(self, code: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(f"{code} {names}")
        self.code, self.names = code, names


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet might calculate the text: its first sign, in any width, with nothing visible before it."""
    if text[:1] in FORMULA_STARTS and text:
        return True
    first = next((c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc")), "")
    return unicodedata.normalize("NFKC", first)[:1] in _SIGNS


def guarded(cell: object) -> object:
    """Text that a spreadsheet might run gets an apostrophe before it; numbers stay numbers, negative ones too.

    So does what follows a line break, a semicolon or a tab in it: where the spreadsheet's region has another separator than
    the comma, quotation marks do not hold a cell together, and a new one begins there.
    """
    if not isinstance(cell, str):
        return cell
    text = _PARTED.sub(_guard, cell)
    return f"'{text}" if is_formula_like(cell) else text


def unguarded(cell: str) -> str:
    text = _PARTED.sub(_unguard, cell)
    return text[1:] if text.startswith("'") and is_formula_like(text[1:]) else text


def _guard(found: re.Match[str]) -> str:
    return f"{found[1]}'{found[2]}" if is_formula_like(found[2]) else found[0]


def _unguard(found: re.Match[str]) -> str:
    kept = found[2].removeprefix("'")
    return f"{found[1]}{kept}" if is_formula_like(kept) else found[0]


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    """The file row by row: RFC 4180 (CRLF), UTF-8 with the mark without which Excel shows mojibake; None is empty."""
    mark = "\ufeff"
    for row in rows:
        yield (mark + ",".join(_cell(guarded(cell)) for cell in row) + "\r\n").encode("utf-8", "replace")
        mark = ""


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if _QUOTED & set(text) else text


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file: its number as Excel shows it, and its cells by column name; `row[name]` of a column
    that the file does not have is "", but `cells` has no such name. `spilled`: what stands beyond the last column."""

    number: int
    cells: dict[str, str]
    spilled: str = ""

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
    try:
        return _rows(reader, columns, required)
    except csv.Error:  # a cell over 131,072 characters: a quotation mark that nobody closed, or no CSV at all
        raise TableError("cell", (str(reader.line_num),)) from None


def unknown_headings(content: bytes, columns: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The headings of a file that `read_table` leaves out, as written. Raises TableError."""
    lines = _text(content).splitlines()
    heads = next(csv.reader(lines[:1], delimiter=max(",;\t", key=lines[0].count)), []) if lines else []
    known = {_heading(heading) for name, headings in columns.items() for heading in (name, *headings)}
    return tuple(cell.strip() for cell in heads if cell.strip() and _heading(cell) not in known)


def text_of(content: bytes) -> str:
    """A text file of people or of their systems: UTF-8 or GBK. Raises TableError ("encoding")."""
    return _text(content)


def _rows(reader: Reader, columns: Mapping[str, tuple[str, ...]], required: tuple[str, ...]) -> list[Row]:
    names = {_heading(heading): name for name, headings in columns.items() for heading in (name, *headings)}
    heads = [names.get(_heading(cell)) for cell in next(reader)]
    twice = tuple(columns[name][0] for name in columns if heads.count(name) > 1)
    if twice:  # which of the two holds, nobody can tell
        raise TableError("twice", twice)
    missing = tuple(columns[name][0] for name in required if name not in heads)
    if missing:
        raise TableError("columns", missing)
    rows: list[Row] = []
    for cells in reader:
        if len(rows) >= MAX_ROWS:
            raise TableError("rows")
        if any(cell.strip() for cell in cells):
            kept = {name: unguarded(cell.strip()) for name, cell in zip(heads, cells, strict=False) if name}
            spilled = next((cell.strip() for cell in cells[len(heads) :] if cell.strip()), "")
            rows.append(Row(reader.line_num, kept, spilled))
    return rows


def _heading(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return plain_text(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise TableError("encoding")
