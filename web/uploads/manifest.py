"""The list that comes with the files: a CSV whose rows say what each recording is, errors told by row."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from web.kit.csvfile import Row, read_table
from web.kit.standards import FactInfo, StandardInfo
from web.staff.registry import FieldError, boolean
from web.uploads.names import NameParts, standard_of
from web.uploads.sheet import SheetRow, moment_or_day, people, row_of

COLUMNS = {
    "file": ("文件名", "文件", "录音文件", "录音", "filename", "name_of_file"),
    "standard": ("标准", "类型", "类别", "kind", "standard_id"),
    "staff_no": ("工号", "员工号"),
    "person": ("工程师", "姓名", "技师", "name"),
    "order_no": ("工单号", "单号", "工单"),
    "recorded_at": ("录音时间", "时间", "日期", "date", "time"),
    "technician_channel": ("技师声道", "声道", "channel"),
    "note": ("备注", "说明"),
}
_CHANNELS = {"左": 0, "左声道": 0, "left": 0, "1": 0, "右": 1, "右声道": 1, "right": 1, "2": 1}
_MAX = {"staff_no": 32, "order_no": 64, "note": 500}


@dataclass(frozen=True, slots=True)
class BadCell:
    """A row that says something unreadable: its number as Excel shows it, the column, a code and the value."""

    number: int
    column: str
    code: str
    value: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The rows by file name (as `key_of` writes it), and what could not be read."""

    rows: Mapping[str, SheetRow]
    bad: tuple[BadCell, ...]


def key_of(name: str) -> str:
    """Return a file name as lists and folders agree on it: without folders, composed, in small letters."""
    return unicodedata.normalize("NFC", name.strip().replace("\\", "/").rsplit("/", 1)[-1]).lower()


def read_manifest(
    session: Session, content: bytes, standards: Sequence[StandardInfo], facts: Sequence[FactInfo], zone: ZoneInfo
) -> Manifest:
    """Return what a list says. A bad row is left out and told; the others hold. Raises TableError."""
    columns = COLUMNS | {f.name: (f.title, f.short) for f in facts}
    table = read_table(content, columns, ("file",))
    found = people(session, [row["order_no"] for row in table if row["order_no"]])
    known = {s.id for s in standards}
    by_title = {s.title: s.id for s in standards}
    rows: dict[str, SheetRow] = {}
    bad: list[BadCell] = []
    for row in table:
        try:
            key = key_of(row["file"])
            if not key:
                raise FieldError("file", "missing")
            if key in rows:
                raise FieldError("file", "twice", row["file"])
            standard_id = by_title.get(row["standard"]) or standard_of(row["standard"], known)
            if row["standard"] and standard_id is None:
                raise FieldError("standard", "unknown", row["standard"])
            for name, most in _MAX.items():
                if len(row[name]) > most:
                    raise FieldError(name, "long", row[name])
            when = moment_or_day("recorded_at", row["recorded_at"], zone)
            parts = NameParts(
                when, row["staff_no"] or None, row["person"] or None, row["order_no"] or None, standard_id
            )
            read = row_of(parts, found, known)
            if "staff_no" in read.problems:
                raise FieldError("staff_no", read.problems["staff_no"], row["staff_no"] or row["person"])
            if "order_no" in read.problems:
                raise FieldError("order_no", "unknown", row["order_no"])
            given = {f.name: boolean(f.name, row[f.name], False) for f in facts if row[f.name]}
            rows[key] = replace(read, facts=given, technician_channel=_channel(row), note=row["note"])
        except FieldError as error:
            bad.append(BadCell(row.number, _heading(error.field, facts), error.code, error.value))
    return Manifest(rows, tuple(bad))


def _channel(row: Row) -> int | None:
    text = row["technician_channel"].lower()
    if text and text not in _CHANNELS:
        raise FieldError("technician_channel", "channel", text)
    return _CHANNELS.get(text)


def _heading(name: str, facts: Sequence[FactInfo]) -> str:
    return COLUMNS[name][0] if name in COLUMNS else next((f.short for f in facts if f.name == name), name)
