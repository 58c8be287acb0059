"""What a sheet is: typed columns and plain rows."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

Row = TypeVar("Row")
Value = str | int | float | bool | dt.date | dt.datetime | None | tuple[str, str]

CELL_CHARACTERS = 32_767  # Excel's limits for a cell, a sheet, a link and the links of a sheet
SHEET_ROWS = 1_048_576
LINK_CHARACTERS = 2_079
SHEET_LINKS = 65_530


class CellKind(StrEnum):
    """How a column's values are written."""

    TEXT = "text"  # ids, order numbers and phones too: no leading zero is lost
    COUNT = "count"
    NUMBER = "number"  # one decimal
    SHARE = "share"  # 0..1, shown as %
    DATE = "date"
    TIME = "time"  # date and time, in the site's zone, naive
    CLOCK = "clock"  # seconds within a recording, shown h:mm:ss
    LINK = "link"  # (address, shown text)


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `width` in Latin characters (a Han character takes two), None: as its contents ask."""

    title: str
    kind: CellKind = CellKind.TEXT
    width: float | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A titled table; every row has a value for each column."""

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Value]]

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(self.columns):
                raise ValueError(f"{self.title} row {number}: {len(row)} values for {len(self.columns)} columns")
        if len(self.rows) >= SHEET_ROWS:
            raise ValueError(f"{self.title}: {len(self.rows)} rows do not fit into a sheet of {SHEET_ROWS}")


def table(title: str, rows: Iterable[Row], *fields: tuple[Column, Callable[[Row], Value]]) -> Sheet:
    """A sheet of rows, each column with what it takes from a row."""
    values = [tuple(getter(row) for _column, getter in fields) for row in rows]
    return Sheet(title, tuple(column for column, _getter in fields), values)


def local_naive(value: dt.datetime) -> dt.datetime:
    """Return the time as it is; a time with a zone is refused, for spreadsheets know none and would shift it unseen."""
    if value.tzinfo is not None:
        raise ValueError(f"give the site's local time without zone, got {value.isoformat()}")
    return value


def shown_width(text: str) -> int:
    """Return the width of the longest line in Latin characters; wide and full-width characters count two."""
    return max(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) for line in text.split("\n"))
