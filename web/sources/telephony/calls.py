"""A call as its telephone system recorded it, and which call a recording's name means."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
UNIQUE_ID = re.compile(r"(?<!\d)\d{9,10}\.\d{1,9}(?!\d)")  # seconds since 1970, a dot, a number (Asterisk)


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `ids` name it, `other_ids` its second leg (of the called); `started_at` is aware.

    `caller` and `called` are numbers or extensions as dialled, `extensions` those of the two telephones, "" where unknown.
    `file` is the recording that the record itself names, `place` says where the record stands.
    """

    ids: tuple[str, ...]
    other_ids: tuple[str, ...]
    started_at: datetime
    caller: str
    called: str
    extensions: tuple[str, str]
    answered: bool
    file: str
    place: str


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A row that could not be read: file, line (as an editor counts) and why, for people."""

    place: str
    words: str


class Calls:
    """Calls by their ids and by the files that they name."""

    def __init__(self, calls: Iterable[Call] = ()) -> None:
        self._by_id: dict[str, tuple[Call, bool]] = {}
        self._by_file: dict[str, Call] = {}
        for call in calls:
            for other, ids in ((False, call.ids), (True, call.other_ids)):
                for one in ids:
                    known = self._by_id.get(one)
                    if known is None or (known[1] and not other):
                        self._by_id[one] = (call, other)
                    elif known[1] == other:
                        self._by_id[one] = (_together(known[0], call), other)
            if call.file:
                self._by_file.setdefault(call.file.lower(), call)

    def of(self, name: str) -> tuple[Call, bool] | None:
        """The call that a recording of this name is of, and whether the id is that of its second leg; None: nobody knows."""
        for one in ids_in(name):
            if one in self._by_id:
                return self._by_id[one]
        named = self._by_file.get(PurePosixPath(name).name.lower())
        return None if named is None else (named, False)

    def __len__(self) -> int:
        return len({id(call) for call, _ in self._by_id.values()} | {id(call) for call in self._by_file.values()})


def ids_in(text: str) -> tuple[str, ...]:
    """The ids of calls that stand in a name."""
    return tuple(found.lower() for pattern in (UUID, UNIQUE_ID) for found in pattern.findall(text))


def _together(a: Call, b: Call) -> Call:
    """Two records of one call (a queue tries several telephones): answered if one was, from the first one's beginning."""
    first, then = (a, b) if a.started_at <= b.started_at else (b, a)
    told = then if then.answered and not first.answered else first
    return replace(told, started_at=first.started_at, answered=a.answered or b.answered, file=a.file or b.file)
