"""What an entry of the audit log is about, by the name that people know it by, and where it is to be seen.

Looked up for one page at a time, one question a kind; what is deleted since keeps the number that the log has.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.kit.standards import StandardInfo
from web.kit.values import whole
from web.models import AuditEntry, CalibrationSession, Clip, Hook, Recording, Technician, User, WorkOrder

BY_STAFF_NO = frozenset({"staff-changed"})  # actions on a technician that note his number, not his id


@dataclass(frozen=True, slots=True)
class Named:
    """An object's name, the page that shows it ("": none) and that page's arguments; the standard of a recording."""

    words: str
    endpoint: str = ""
    arguments: dict[str, int | str] = field(default_factory=dict)
    standard_id: str = ""


class Names:
    """The objects of some entries."""

    def __init__(self, session: Session, entries: Iterable[AuditEntry], standards: Iterable[StandardInfo] = ()) -> None:
        self._standards = {info.id: info.title for info in standards}
        self._session = session
        entries = tuple(entries)
        self._recordings = self._found(select(Recording), Recording.id, _ids(entries, "recording"))
        self._users = self._found(select(User), User.id, _ids(entries, "user"))
        self._clips = self._found(select(Clip), Clip.id, _ids(entries, "clip"))
        sessions = _ids(entries, "calibration")
        self._calibrations = self._found(select(CalibrationSession), CalibrationSession.id, sessions)
        self._hooks = self._found(select(Hook), Hook.id, _ids(entries, "hook"))
        people = [e for e in entries if e.object_kind == "technician"]
        numbers = {e.object_id for e in people if e.action in BY_STAFF_NO}
        ids = _ids([e for e in people if e.action not in BY_STAFF_NO], "technician")
        self._people: dict[Any, Technician] = self._found(select(Technician), Technician.id, ids)
        self._by_number = self._found(select(Technician), Technician.staff_no, numbers)
        orders = {e.object_id for e in entries if e.object_kind == "order"}
        self._orders = self._found(select(WorkOrder), WorkOrder.order_no, orders)

    def of(self, entry: AuditEntry) -> Named:
        """The object of an entry."""
        find = {
            "recording": self._recording,
            "user": self._user,
            "order": self._order,
            "clip": self._clip,
            "calibration": self._calibration,
            "hook": self._hook,
            "standard": self._standard,
        }
        if entry.object_kind == "technician":
            found = self._by_number if entry.action in BY_STAFF_NO else self._people
            return _person(found.get(_key(entry, found is self._people)), entry.object_id)
        named = find.get(entry.object_kind)
        return named(entry.object_id) if named else Named(entry.object_id)

    def _recording(self, number: str) -> Named:
        row = self._recordings.get(whole(number))
        if row is None:
            return Named(number)
        return Named(row.original_name, "recordings.show", {"recording_id": row.id}, row.standard_id)

    def _standard(self, name: str) -> Named:
        title = self._standards.get(name)
        return Named(name) if title is None else Named(title, "standard_reading.show", {"standard_id": name})

    def _user(self, number: str) -> Named:
        row = self._users.get(whole(number))
        return Named(number) if row is None else Named(row.username, "admin.user_edit", {"user_id": row.id})

    def _order(self, number: str) -> Named:
        row = self._orders.get(number)
        return Named(number) if row is None else Named(row.order_no, "staff.order", {"order_id": row.id})

    def _clip(self, number: str) -> Named:
        row = self._clips.get(whole(number))
        return Named(number, "recordings.show", {"recording_id": row.recording_id}) if row else Named(number)

    def _calibration(self, number: str) -> Named:
        row = self._calibrations.get(whole(number))
        return Named(row.title, "calibration.show", {"session_id": row.id}) if row else Named(number)

    def _hook(self, number: str) -> Named:
        row = self._hooks.get(whole(number))
        return Named(row.name, "hooks.show", {"hook_id": row.id}) if row else Named(number)

    def _found(self, statement: Any, column: Any, wanted: set[Any]) -> dict[Any, Any]:
        if not wanted:
            return {}
        rows = self._session.scalars(statement.where(column.in_(wanted)))
        return {getattr(row, column.key): row for row in rows}


def clause_of(standards: Iterable[StandardInfo], standard_id: str, item_id: str) -> str:
    """An item as the standard writes it: clause and words; its id where the standard no longer has it."""
    known = next((s for s in standards if s.id == standard_id), None)
    item = known.item(item_id) if known else None
    return f"{item.clause} {item.text}" if item else item_id


def _ids(entries: Iterable[AuditEntry], kind: str) -> set[int]:
    return {number for e in entries if e.object_kind == kind and (number := whole(e.object_id)) is not None}


def _key(entry: AuditEntry, by_id: bool) -> int | str | None:
    return whole(entry.object_id) if by_id else entry.object_id


def _person(row: Technician | None, number: str) -> Named:
    if row is None:
        return Named(number)
    return Named(f"{row.name}（{row.staff_no}）", "staff.technician", {"technician_id": row.id})
