"""What name, telephone system, list and sidecar say of a recording, put over each other: the later one holds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from web.config import AnalyzerError
from web.intake.private import hide
from web.kit.csvfile import Row, TableError, read_table, text_of, unknown_headings
from web.kit.forms import plain_number
from web.kit.site import Site
from web.kit.standards import CALL_ANSWERED, all_facts, standards
from web.sources.telephony import asterisk, freeswitch
from web.sources.telephony.calls import BadRecord, Call, Calls
from web.uploads import manifest, sheet, texts
from web.uploads.sheet import SheetRow

MOST_BAD = 200  # lines that are told of one file


class SidecarError(AnalyzerError):
    """A sidecar that cannot be taken: its recording waits until it is mended."""


@dataclass(frozen=True, slots=True)
class Told:
    """A row, and what is to be said about it that is no fault."""

    row: SheetRow
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agents:
    """Who answers at which extension: a list's word, else the staff number where it is the same."""

    by_extension: Mapping[str, str] = field(default_factory=dict)
    staff: frozenset[str] = frozenset()

    def of(self, *numbers: str) -> str:
        """The staff number of the first number that is somebody's, "" where none is."""
        for number in map(plain_number, numbers):
            if number and (staff_no := self.by_extension.get(number) or (number if number in self.staff else "")):
                return staff_no
        return ""


def of_call(call: Call, second_leg: bool, legs: int, agents: Agents, zone: ZoneInfo) -> Told:
    """What a call's record says. Who was called by whom stands in the note, without the customer's number."""
    caller, called = (
        agents.of(number, extension)
        for number, extension in zip((call.caller, call.called), call.extensions, strict=True)
    )
    row = SheetRow(
        recorded_at=call.started_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S"),
        facts={} if call.answered else {CALL_ANSWERED: False},
    )
    if bool(caller) == bool(called):
        words = "双方都是员工的分机" if caller else f"主叫 {call.caller} 和被叫 {call.called}"
        why = "没有说明是谁的录音" if caller else "都不是员工的工号或分机"
        return Told(replace(row, note=hide(f"{call.caller} → {call.called}")), (f"{call.place}：{hide(words)}，{why}",))
    outbound = bool(caller)
    customer = call.called if outbound else call.caller
    own = (call.caller if outbound else call.called) or call.extensions[0 if outbound else 1]
    note = f"{'呼出' if outbound else '呼入'}：分机 {own}，客户 {hide(customer)}" + (
        "" if call.answered else "，没有接通"
    )
    channel = int(outbound is second_leg) if legs == 2 else None
    return Told(replace(row, staff_no=caller or called, technician_channel=channel, note=note, customer_phone=customer))


def read_calls(files: Sequence[tuple[str, bytes]], zone: ZoneInfo) -> tuple[Calls, list[BadRecord]]:
    """The calls of several files of records, and what could not be read; `zone`: of times that name none."""
    calls: list[Call] = []
    bad: list[BadRecord] = []
    for name, content in files:
        made, wrong = _calls(name, content, zone)
        calls += made
        bad += wrong[:MOST_BAD]
        if made and not any(call.ids or call.file for call in made):
            bad.append(
                BadRecord(
                    name, "没有通话编号（uniqueid），认不出是哪段录音；请在 cdr.conf 的 [csv] 里设 loguniqueid=yes"
                )
            )
    return Calls(calls), bad


def _calls(name: str, content: bytes, zone: ZoneInfo) -> tuple[list[Call], list[BadRecord]]:
    if name.lower().endswith(".json"):
        return freeswitch.read_json(content, name, zone)
    if name.lower().endswith(".xml"):
        return freeswitch.read_xml(content, name, zone)
    try:
        text = text_of(content)
    except TableError:
        return [], [BadRecord(name, "编码看不懂，请另存为 UTF-8")]
    if freeswitch.is_freeswitch(text):
        return freeswitch.read_csv(text, name, zone)
    if asterisk.is_asterisk(text):
        return asterisk.read_asterisk(text, name, zone)
    return [], [BadRecord(f"{name} 第 1 行", "不像 Asterisk 或 FreeSWITCH 的话单")]


def read_agents(session: Session, files: Sequence[tuple[str, bytes]]) -> tuple[Agents, list[BadRecord]]:
    """Who answers where: lists with the columns 分机 and 工号, and the staff numbers. Bad rows are told."""
    staff = frozenset(sheet.people(session, ()).numbers)
    known: dict[str, str] = {}
    bad: list[BadRecord] = []
    for name, content in files:
        try:
            rows = read_table(
                content, {"extension": ("分机", "分机号"), "staff_no": ("工号", "员工号")}, ("extension", "staff_no")
            )
        except TableError as error:
            bad.append(BadRecord(name, texts.table_fault(error)))
            continue
        for row in rows:
            extension, staff_no = plain_number(row["extension"]), plain_number(row["staff_no"])
            place = f"{name} 第 {row.number} 行"
            if staff_no not in staff:
                bad.append(BadRecord(place, f"没有工号为“{staff_no}”的人员"))
            elif known.setdefault(extension, staff_no) != staff_no:
                bad.append(BadRecord(place, f"分机“{extension}”前面已写给 {known[extension]}，只用前面的"))
    return Agents(known, staff), bad


def read_sidecar(session: Session, here: Site, name: str, content: bytes) -> Told:
    """What a sidecar says. Raises SidecarError, which names the place."""
    facts = all_facts(here.lexicons)
    columns = manifest.columns_of(facts)
    if PurePosixPath(name).suffix.lower() == ".json":
        row, unknown = _json_row(name, content, columns, here.zone)
    else:
        try:
            rows = read_table(content, columns, ())
        except TableError as error:
            raise SidecarError("sidecar", f"{name}：{texts.table_fault(error)}", "请改正后重试") from None
        if len(rows) != 1:
            raise SidecarError("sidecar", f"{name} 有 {len(rows)} 行数据", "和录音同名的 CSV 里只写这一段录音的一行")
        row, unknown = rows[0], [*unknown_headings(content, columns)]
    if not row.cells:
        raise SidecarError(
            "sidecar", f"{name} 里没有认识的列", f"可用的列：{'、'.join(heads[0] for heads in columns.values())}"
        )
    of_it = Row(row.number, {**row.cells, "file": "recording"}, row.spilled)
    listed = manifest.read_rows(session, [of_it], standards(here.lexicons), facts, here.zone)
    if listed.bad:
        raise SidecarError("sidecar", f"{name}：{texts.bad_cell(listed.bad[0])}", "请改正后重试")
    (told,) = listed.rows.values()
    return Told(told, (f"{name} 里不认识的列没有用：{'、'.join(unknown)}",) if unknown else ())


def is_sidecar(content: bytes) -> bool:
    """Whether a JSON file is what a sidecar is, one object of plain values, and no transcript."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return True  # what is wrong with it is said when it is read
    return isinstance(body, dict) and not any(isinstance(value, dict | list) for value in body.values())


def _json_row(
    name: str, content: bytes, columns: Mapping[str, tuple[str, ...]], zone: ZoneInfo
) -> tuple[Row, list[str]]:
    try:
        body = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        where = f"第 {error.lineno} 行" if isinstance(error, json.JSONDecodeError) else ""
        raise SidecarError("sidecar", f"{name} {where}不是有效的 JSON", "请用 UTF-8 编码的 JSON 对象") from None
    if not isinstance(body, dict):
        raise SidecarError("sidecar", f"{name} 不是一个 JSON 对象", '请写成 {"staff_no": "1001", …}')
    heads = {heading.lower(): column for column, names in columns.items() for heading in (column, *names)}
    cells: dict[str, str] = {}
    unknown = []
    for key, value in body.items():
        column = heads.get(str(key).strip().lower())
        if column is None:
            unknown.append(str(key)[:40])
        elif isinstance(value, dict | list):
            raise SidecarError("sidecar", f"{name} 的“{key}”应是文字或数字", "请改正后重试")
        else:
            cells[column] = _text(value)
    cells["recorded_at"] = _moment(cells.get("recorded_at", ""), zone)
    return Row(1, {key: value for key, value in cells.items() if value}), unknown


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value).strip()


def _moment(text: str, zone: ZoneInfo) -> str:
    """A time with its own zone as one of the site's; any other is left as it is."""
    try:
        told = datetime.fromisoformat(text)
        return text if told.tzinfo is None else told.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")
    except (ValueError, OverflowError):
        return text
