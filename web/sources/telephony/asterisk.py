"""Asterisk's Master.csv (cdr_csv): no headings, columns by place (`main/cdr.c`, `cdr/cdr_csv.c`).

accountcode, src, dst, dcontext, clid, channel, dstchannel, lastapp, lastdata, start, answer, end, duration, billsec,
disposition, amaflags; then uniqueid and userfield where cdr.conf logs them, then peeraccount, linkedid, sequence. FreeSWITCH's
own template "asterisk" writes the same columns, with its hangup cause in place of the disposition.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from web.sources.telephony.calls import UNIQUE_ID, UUID, BadRecord, Call

COLUMNS = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer", "end",
    "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield", "peeraccount", "linkedid", "sequence",
)  # fmt: skip
START, LEAST = 9, 16
STAMP = "%Y-%m-%d %H:%M:%S"
_CHANNEL = re.compile(r"(?:SIP|PJSIP|IAX2?|SCCP|DAHDI|Local|user|sofia/[\w.-]+)/([^-@/]+)", re.IGNORECASE)
_SOUND = re.compile(r"[^,|:\s\"']+\.(?:wav|wav49|gsm|mp3|ogg|opus|ulaw|alaw|sln\d*)\b", re.IGNORECASE)


def is_asterisk(text: str) -> bool:
    """Whether a CSV text is one of these, by its first line."""
    first = next(csv.reader(io.StringIO(text)), [])
    names = {cell.strip().lower() for cell in first}
    return {"disposition", "dst", "start"} <= names or (len(first) >= LEAST and _moment(first[START]) is not None)


def read_asterisk(text: str, name: str, zone: ZoneInfo) -> tuple[list[Call], list[BadRecord]]:
    """The calls of a file, and what could not be read. `zone` is that of its times (`usegmtime=yes`: UTC)."""
    reader = csv.reader(io.StringIO(text))
    columns: tuple[str, ...] = COLUMNS
    calls: list[Call] = []
    bad: list[BadRecord] = []
    try:
        for row in reader:
            place = f"{name} 第 {reader.line_num} 行"
            if not any(cell.strip() for cell in row):
                continue
            heads = tuple(cell.strip().lower() for cell in row)
            if reader.line_num == 1 and "disposition" in heads:
                columns = heads
                continue
            if len(row) < min(LEAST, len(columns)):
                bad.append(BadRecord(place, f"只有 {len(row)} 列，话单至少有 {LEAST} 列"))
                continue
            try:
                calls.append(_call(dict(zip(columns, row, strict=False)), place, zone))
            except ValueError as error:
                bad.append(BadRecord(place, str(error)))
    except csv.Error as error:
        bad.append(BadRecord(f"{name} 第 {reader.line_num} 行", f"读不下去（{error}），多半是少了一个引号"))
    return calls, bad


def _call(cells: dict[str, str], place: str, zone: ZoneInfo) -> Call:
    start = _moment(cells.get("start", ""))
    if start is None:
        raise ValueError(f"开始时间“{cells.get('start', '')[:40]}”看不懂，应为 2026-01-05 14:03:00")
    uniqueid, field = cells.get("uniqueid", ""), cells.get("userfield", "")
    if uniqueid and not field and not (UNIQUE_ID.search(uniqueid) or UUID.search(uniqueid)):
        uniqueid, field = "", uniqueid  # loguniqueid=no, loguserfield=yes
    ids = [found for text in (uniqueid, cells.get("linkedid", "")) for found in _ids(text)]
    billed = cells.get("billsec", "").strip()
    said = cells.get("disposition", "").strip().upper()
    if said in ("ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION"):
        answered = said == "ANSWERED"
    else:  # a hangup cause of FreeSWITCH says how it ended, not whether somebody answered
        answered = _moment(cells.get("answer", "")) is not None and billed not in ("", "0")
    return Call(
        ids=tuple(dict.fromkeys(ids)),
        other_ids=(),
        started_at=start.replace(tzinfo=zone),
        caller=cells.get("src", "").strip(),
        called=cells.get("dst", "").strip(),
        extensions=(_extension(cells.get("channel", "")), _extension(cells.get("dstchannel", ""))),
        answered=answered,
        file=_file(field)
        or (_file(cells.get("lastdata", "")) if "monitor" in cells.get("lastapp", "").lower() else ""),
        place=place,
    )


def _ids(text: str) -> list[str]:
    return [found.lower() for pattern in (UUID, UNIQUE_ID) for found in pattern.findall(text)]


def _extension(channel: str) -> str:
    found = _CHANNEL.match(channel.strip())
    return found[1] if found else ""


def _file(text: str) -> str:
    found = _SOUND.search(text)
    return PurePosixPath(found[0]).name if found else ""


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip(), STAMP)  # the caller puts the zone in
    except ValueError:
        return None
