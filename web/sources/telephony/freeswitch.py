"""FreeSWITCH's call records: mod_cdr_csv (template "example"), mod_json_cdr and mod_xml_cdr.

The CSV has no headings: caller_id_name, caller_id_number, destination_number, context, start_stamp, answer_stamp, end_stamp,
duration, billsec, hangup_cause, uuid, bleg_uuid, accountcode, …; other columns may stand before, so that places are counted from
the first time. JSON and XML hold the channel's variables, whose values may be URL-encoded.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from web.sources.telephony.calls import UUID, BadRecord, Call

STAMP = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")
BEFORE, BEHIND = 3, 7  # columns before and behind start_stamp
_EXTENSION = re.compile(r"(?:sofia/[^/]+|user|loopback)/([^@/]+)", re.IGNORECASE)


def is_freeswitch(text: str) -> bool:
    """Whether a CSV text is one of these, by its first line."""
    return _start(next(csv.reader(io.StringIO(text)), [])) is not None


def read_csv(text: str, name: str, zone: ZoneInfo) -> tuple[list[Call], list[BadRecord]]:
    """The calls of a Master.csv, and what could not be read; `zone` is that of its times."""
    calls: list[Call] = []
    bad: list[BadRecord] = []
    reader = csv.reader(io.StringIO(text), skipinitialspace=True)
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            place, at = f"{name} 第 {reader.line_num} 行", _start(row)
            if at is None:
                bad.append(BadRecord(place, "不像 FreeSWITCH 的话单：要有开始时间，后面第 6 列是 uuid"))
                continue
            start = datetime.strptime(row[at], "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone)
            talked = STAMP.fullmatch(row[at + 1].strip()) is not None and row[at + 4].strip() not in ("", "0")
            own, other = (
                tuple(u.lower() for u in UUID.findall(cell)) for cell in (row[at + 6], "".join(row[at + 7 : at + 8]))
            )
            numbers = row[at - 3].strip(), row[at - 2].strip()
            calls.append(Call(own, other, start, *numbers, ("", ""), talked, "", place))
    except (csv.Error, ValueError) as error:
        bad.append(BadRecord(f"{name} 第 {reader.line_num} 行", f"读不下去（{error}）"))
    return calls, bad


def _start(row: list[str]) -> int | None:
    """Where start_stamp stands: numbers before it, its uuid behind it."""
    for at in range(BEFORE, len(row) - BEHIND + 1):
        if STAMP.fullmatch(row[at].strip()):
            return at if UUID.fullmatch(row[at + 6].strip()) else None
    return None


def read_json(content: bytes, name: str, zone: ZoneInfo) -> tuple[list[Call], list[BadRecord]]:
    """The call of a `.cdr.json`."""
    try:
        body = json.loads(content)
        return [_of_variables(_flat(body), name, zone)], []
    except (ValueError, RecursionError, TypeError, AttributeError) as error:
        return [], [BadRecord(name, f"不像 FreeSWITCH 的 JSON 话单（{str(error)[:80]}）")]


def read_xml(content: bytes, name: str, zone: ZoneInfo) -> tuple[list[Call], list[BadRecord]]:
    """The call of a `.cdr.xml`. One with a document type is refused: nobody's entities are expanded."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        return [], [BadRecord(name, "带有 DOCTYPE 的 XML 不读")]
    try:
        root = ElementTree.fromstring(content)  # noqa: S314  # without a document type there is nothing to expand
        body = {part.tag: {one.tag: one.text or "" for one in part} for part in root if part.tag != "callflow"}
        body["callflow"] = {one.tag: one.text or "" for one in root.iterfind("callflow/caller_profile/*")}
        return [_of_variables(_flat(body), name, zone)], []
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        return [], [BadRecord(name, f"不像 FreeSWITCH 的 XML 话单（{str(error)[:80]}）")]


def _flat(body: Mapping[str, Any]) -> dict[str, str]:
    """The variables of a record, over what the caller's profile says."""
    flow = body.get("callflow")
    profile = flow[0].get("caller_profile", {}) if isinstance(flow, list) and flow else flow
    parts = [part for part in (profile, body.get("channel_data"), body.get("variables")) if isinstance(part, dict)]
    return {key: unquote(value) for part in parts for key, value in part.items() if isinstance(value, str)}


def _of_variables(told: Mapping[str, str], place: str, zone: ZoneInfo) -> Call:
    own = UUID.fullmatch(told.get("uuid", ""))
    if own is None:
        raise ValueError("没有 uuid")
    whole = told.get("start_uepoch", ""), told.get("start_epoch", "")
    if re.fullmatch(r"\d{1,17}", whole[0]) and whole[0] != "0":
        start = datetime.fromtimestamp(int(whole[0]) / 1e6, UTC)
    elif re.fullmatch(r"\d{1,11}", whole[1]) and whole[1] != "0":
        start = datetime.fromtimestamp(int(whole[1]), UTC)
    elif STAMP.fullmatch(told.get("start_stamp", "")):
        start = datetime.strptime(told["start_stamp"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone)
    else:
        raise ValueError("没有开始时间")
    answered = (
        told.get("answer_epoch", "") not in ("", "0") or STAMP.fullmatch(told.get("answer_stamp", "")) is not None
    )
    other = told.get("bridge_uuid", "") or told.get("signal_bond", "") or told.get("originator", "")
    ids, others = (own[0].lower(),), tuple(u.lower() for u in UUID.findall(other))
    if told.get("originator"):  # a record of the second leg: the first one made it
        ids, others = others, ids
    caller = told.get("caller_id_number") or told.get("sip_from_user", "")
    called = told.get("destination_number") or told.get("sip_to_user", "")
    extensions = _telephone(told.get("channel_name", "")), _telephone(told.get("bridge_channel", ""))
    return Call(ids, others, start, caller.strip(), called.strip(), extensions, answered, "", place)


def _telephone(channel: str) -> str:
    found = _EXTENSION.match(channel)
    return found[1] if found else ""
