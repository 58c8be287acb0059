"""What a file name says: `{date}_{staff_no}_{order_no}_{kind}` and its like, as TINGJIAN_WEB_FILE_NAME_PATTERN states.

Placeholders: {date} (20260105, 2026-01-05, 2026.01.05, with a time behind it 20260105-1403), {time} (1403, 14-03,
140355), {staff_no}, {name} (the technician's), {order_no}, {kind} (a word of `KINDS` or a standard's id), {any}.
Several patterns are separated by `|`; the first that fits counts. A name that fits none says nothing, a part that
cannot be read is left out: guessing would put a recording on the wrong person's account.
"""

from __future__ import annotations

import functools
import os
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from web.kit.calendar import day_named

# words of file names and manifests → the standard that they mean
KINDS = {
    "入户": "property-visit",
    "上门": "property-visit",
    "上门维修": "property-visit",
    "维修": "property-visit",
    "visit": "property-visit",
    "预约": "property-appointment",
    "预约电话": "property-appointment",
    "appointment": "property-appointment",
    "回访": "property-followup",
    "回访电话": "property-followup",
    "followup": "property-followup",
    "学校": "school-works",
    "校园": "school-works",
    "school": "school-works",
    "售楼": "sales-reception",
    "售楼处": "sales-reception",
    "案场": "sales-reception",
    "接待": "sales-reception",
    "sales": "sales-reception",
}
_DAY = r"(?P<y>\d{4})[-.]?(?P<m>\d{2})[-.]?(?P<d>\d{2})"
_CLOCK = r"(?P<{p}h>\d{{2}})[-.:]?(?P<{p}min>\d{{2}})(?:[-.:]?(?P<{p}s>\d{{2}}))?"
_PARTS = {
    "date": _DAY + "(?:[-T]?" + _CLOCK.format(p="d") + ")?",
    "time": _CLOCK.format(p="t"),
    "staff_no": r"(?P<staff_no>[0-9A-Za-z.-]{1,32}?)",
    "name": r"(?P<name>[^\W\d_][^\d_]{0,63}?)",
    "order_no": r"(?P<order_no>[0-9A-Za-z.#-]{1,64}?)",
    "kind": r"(?P<kind>[^_]{1,32}?)",
    "any": r".*?",
}
_COPY = re.compile(r"\s*(?:\(\d{1,3}\)|（\d{1,3}）|- ?副本(?: ?[(（]\d{1,3}[)）])?)$")


@dataclass(frozen=True, slots=True)
class NameParts:
    """What could be read of a file name. `recorded_at` has no zone: it is the site's."""

    recorded_at: datetime | None = None
    staff_no: str | None = None
    name: str | None = None
    order_no: str | None = None
    standard_id: str | None = None

    @property
    def recognised(self) -> tuple[str, ...]:
        """The names of the fields that were read."""
        return tuple(field for field in self.__slots__ if getattr(self, field) is not None)


def readable(name: str) -> str:
    """A file's name as people read it: disks of Windows 98 and recorders hold GBK, which Python shows as half characters."""
    try:
        name.encode()
        return name
    except UnicodeEncodeError:
        written = os.fsencode(name)
    try:
        return written.decode("gb18030")
    except UnicodeDecodeError:
        return written.decode("utf-8", "replace")


def read_name(name: str, pattern: str, known: Collection[str] = ()) -> NameParts:
    """Return what a file name tells; `known`: ids of further standards that {kind} may name."""
    stem = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    stem = stem.rsplit(".", 1)[0] if "." in stem[1:] else stem
    for stripped in dict.fromkeys((_COPY.sub("", stem), stem)):
        for compiled in _compiled(pattern):
            if found := compiled.fullmatch(stripped):
                return _parts(found.groupdict(), known)
    return NameParts()


def standard_of(word: str, known: Collection[str] = ()) -> str | None:
    """Return the standard that a word means: one of `KINDS`, or an id among `known`."""
    plain = word.strip().lower()
    return KINDS.get(plain) or (plain if plain in known or plain in KINDS.values() else None)


@functools.lru_cache(maxsize=16)
def _compiled(pattern: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_regex(one.strip())) for one in pattern.split("|") if one.strip())


def _regex(pattern: str) -> str:
    """Return the expression of one pattern; a placeholder that stands there twice or is unknown is any text."""
    used: set[str] = set()
    built = ""
    for piece in re.split(r"(\{\w+\})", pattern):
        word = piece[1:-1]
        if not piece.startswith("{"):
            built += re.escape(piece)
        elif word in used:
            built += _PARTS["any"]
        else:
            built += _PARTS.get(word, _PARTS["any"])
            used.add(word)
    return built


def _parts(found: dict[str, str | None], known: Collection[str]) -> NameParts:
    return NameParts(
        _moment(found),
        found.get("staff_no"),
        (found.get("name") or "").strip() or None,
        found.get("order_no"),
        standard_of(found.get("kind") or "", known),
    )


def _moment(found: dict[str, str | None]) -> datetime | None:
    """The date with its time; a time without a date says nothing."""
    year, month, day = (found.get(key) for key in "ymd")
    if not (year and month and day):
        return None
    prefix = "t" if found.get("th") else "d"
    try:
        hour, minute, second = (int(found.get(prefix + key) or 0) for key in ("h", "min", "s"))
        day_named(f"{year}-{month}-{day}")
        return datetime(int(year), int(month), int(day), hour, minute, second)  # the site's zone is put in later
    except ValueError:
        return None
