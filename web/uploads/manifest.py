"""The list that comes with the files: a CSV whose rows say what each recording is, errors told by row."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from web.kit.csvfile import BadCell, Row, read_table, unknown_headings
from web.kit.forms import ImpossibleError, boolean, plain_number
from web.kit.i18n import gettext as _
from web.kit.refusals import FieldError
from web.kit.standards import FactInfo, StandardInfo
from web.staff.alike import Numbers, lost_words
from web.uploads.names import NameParts, standard_of
from web.uploads.sheet import People, SheetRow, moment_or_day, people, row_of

COLUMNS = {
    "file": ("文件名", "文件", "录音文件", "录音", "filename", "name_of_file"),
    "standard": ("标准", "类型", "类别", "kind", "standard_id"),
    "staff_no": ("工号", "员工号"),
    "person": ("工程师", "姓名", "技师", "name"),
    "order_no": ("工单号", "单号", "工单"),
    "recorded_at": ("录音时间", "时间", "日期", "date", "time"),
    "technician_channel": ("技师声道", "声道", "channel"),
    "note": ("备注", "说明"),
    "customer_phone": ("客户电话", "客户手机", "电话", "手机", "phone"),
}
_CHANNELS = {"左": 0, "左声道": 0, "left": 0, "1": 0, "右": 1, "右声道": 1, "right": 1, "2": 1}
_MAX = {"staff_no": 32, "order_no": 64, "note": 500, "customer_phone": 32}


@dataclass(frozen=True, slots=True)
class Manifest:
    """The rows by path (as `key_of` writes it), what could not be read, and the headings that nobody knows."""

    rows: Mapping[str, SheetRow]
    bad: tuple[BadCell, ...]
    unknown: tuple[str, ...] = ()

    def rows_of(self, paths: Sequence[str]) -> tuple[dict[str, SheetRow], set[str]]:
        """The rows of these files by path, each the one that agrees with most of its folders; and the paths in doubt.

        A row that several files could mean, or a file that several rows could (two folders hold a REC001.WAV, and the
        list names neither), is taken for nobody's.
        """
        by_name: dict[str, list[str]] = {}
        for key in self.rows:
            by_name.setdefault(key.rsplit("/", 1)[-1], []).append(key)
        nearest = {path: _nearest(key_of(path), by_name.get(key_of(path).rsplit("/", 1)[-1], ())) for path in paths}
        meant = Counter(key for keys in nearest.values() for key in keys)
        sure = {path: keys[0] for path, keys in nearest.items() if len(keys) == 1 and meant[keys[0]] == 1}
        return {path: self.rows[key] for path, key in sure.items()}, {
            p for p, keys in nearest.items() if keys
        } - sure.keys()


def _nearest(path: str, keys: Sequence[str]) -> list[str]:
    """The keys that may mean the file at `path` and agree with most of its folders: one, or several in doubt.

    Folders may be left out on either side; those of another machine (an absolute path) may differ, others must not.
    """
    parts = path.strip("/").split("/")[::-1]
    agreeing: dict[int, list[str]] = {}
    for key in keys:
        named = key.strip("/").split("/")[::-1]
        alike = next(
            (i for i, (a, b) in enumerate(zip(parts, named, strict=False)) if a != b), min(len(parts), len(named))
        )
        if alike in (len(parts), len(named)) or _is_absolute(key):
            agreeing.setdefault(alike, []).append(key)
    return agreeing[max(agreeing)] if agreeing else []


def _is_absolute(key: str) -> bool:
    return key.startswith("/") or key[1:2] == ":"


def key_of(path: str) -> str:
    """A path as lists and folders agree on it: composed, in small letters, `/` between folders."""
    plain = unicodedata.normalize("NFC", path.strip().replace("\\", "/")).lower()
    parts = [part for part in plain.split("/") if part not in ("", ".")]
    return ("/" if plain.startswith("/") else "") + "/".join(parts)


def read_manifest(
    session: Session, content: bytes, standards: Sequence[StandardInfo], facts: Sequence[FactInfo], zone: ZoneInfo
) -> Manifest:
    """A bad row is left out and told; the others hold. Raises TableError."""
    columns = columns_of(facts)
    table = read_table(content, columns, ("file",))
    return replace(read_rows(session, table, standards, facts, zone), unknown=unknown_headings(content, columns))


def columns_of(facts: Sequence[FactInfo]) -> dict[str, tuple[str, ...]]:
    """The columns of a list, each with the headings that mean it."""
    return COLUMNS | {f.name: (f.title, f.short) for f in facts}


def read_rows(
    session: Session, table: Sequence[Row], standards: Sequence[StandardInfo], facts: Sequence[FactInfo], zone: ZoneInfo
) -> Manifest:
    """The rows of a list that was taken apart already."""
    staff = people(session, [plain_number(row["order_no"]) for row in table if row["order_no"]])
    known = {s.id for s in standards}
    words = {s.title: s.id for s in standards}
    rows: dict[str, SheetRow] = {}
    bad: list[BadCell] = []
    for row in table:
        try:
            key = key_of(row["file"])
            if not key:
                raise FieldError("file", _("没有填写"))
            if key in rows:
                raise FieldError("file", _("“%(value)s”在清单里出现了两次，只用第一行", value=row["file"]))
            standard_id = words.get(row["standard"]) or standard_of(row["standard"], known)
            if row["standard"] and standard_id is None:
                raise _unknown("standard", row["standard"])
            stated = row_of(_parts(row, standard_id, zone), staff, known)
            _refuse_doubts(row, stated, staff)
            given = {f.name: _fact(f.name, row[f.name]) for f in facts if row[f.name]}
            rows[key] = replace(
                stated,
                facts=given,
                technician_channel=_channel(row),
                note=row["note"],
                customer_phone=row["customer_phone"],
            )
        except FieldError as error:
            bad.append(BadCell(row.number, _heading(error.field, facts), error.words))
    return Manifest(rows, tuple(bad))


def _parts(row: Row, standard_id: str | None, zone: ZoneInfo) -> NameParts:
    for name, most in _MAX.items():
        if len(row[name]) > most:
            raise FieldError(name, _("内容太长"))
    try:
        recorded_at = moment_or_day(row["recorded_at"], zone)
    except ImpossibleError as error:
        raise FieldError("recorded_at", str(error)) from None
    except ValueError:
        sentence = _("时间“%(value)s”看不懂，请写成 2026-01-05 14:03", value=row["recorded_at"])
        raise FieldError("recorded_at", sentence) from None
    number, order = plain_number(row["staff_no"]), plain_number(row["order_no"])
    return NameParts(recorded_at, number or None, row["person"] or None, order or None, standard_id)


def _refuse_doubts(row: Row, stated: SheetRow, staff: People) -> None:
    whom = plain_number(row["staff_no"]) or row["person"]
    if row.spilled:
        raise FieldError("note", _("“%(v)s”超出了最后一列，可能有的单元格里有没加引号的逗号。", v=row.spilled[:40]))
    if stated.problems.get("staff_no") == "differs":
        sentence = _(
            "工号 %(v)s 是“%(name)s”，和写的“%(told)s”不是一个人", v=whom, name=staff.numbers[whom], told=row["person"]
        )
        raise FieldError("staff_no", sentence)
    if stated.problems.get("staff_no") == "several":
        raise FieldError("staff_no", _("有多位人员叫“%(value)s”，请改填工号", value=whom))
    if "staff_no" in stated.problems:
        alike_ones = Numbers(staff.numbers.items()).resembling(whom)
        if alike_ones:
            number, name = alike_ones[0]
            raise FieldError("staff_no", lost_words(whom, number, f"{number} {name}"))
        raise _unknown("staff_no", whom)
    if "order_no" in stated.problems:
        raise _unknown("order_no", row["order_no"])


def _unknown(name: str, value: str) -> FieldError:
    return FieldError(name, _("没有找到“%(value)s”", value=value))


def _fact(name: str, text: str) -> bool:
    try:
        return boolean(text) is True
    except ValueError:
        raise FieldError(name, _("“%(value)s”看不懂，请填“是”或“否”", value=text)) from None


def _channel(row: Row) -> int | None:
    text = row["technician_channel"].lower()
    if text and text not in _CHANNELS:
        raise FieldError("technician_channel", _("声道“%(value)s”看不懂，请填“左”或“右”", value=text))
    return _CHANNELS.get(text)


def _heading(name: str, facts: Sequence[FactInfo]) -> str:
    return COLUMNS[name][0] if name in COLUMNS else next((f.short for f in facts if f.name == name), name)
