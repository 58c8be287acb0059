"""The orders of the archive that can be heard: spoken once by synthetic voices (`python -m benchmarks demo`), shipped in samples/demo.

They are no part of what chance makes: they take the place of as many visits of their technician, on the same weekday and
hour as they were spoken for, so that "明天下午三点" stays true whatever day the archive ends on.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from web.config import ROOT
from web.demo.people import WEEKS
from web.demo.values import KINDS, Booking, DemoOrder, DemoTranscript, Sound

FOLDER = ROOT / "samples" / "demo"
ORDER_FILE = "order.json"
SOUND, PEAKS = ".opus", ".peaks.json"  # of a recording, beside its words in <name>.json


@dataclass(frozen=True, slots=True)
class RecordedOrder:
    """An order as it was spoken: everything of it but its days. Times are those of the site's clock."""

    staff_no: str
    weeks_ago: int
    weekday: int  # 1 is Monday
    appointment_at: dt.time
    finished_at: dt.time
    job_kind: str
    address_note: str
    facts: Mapping[str, bool]
    recordings: tuple[Recorded, ...]

    @property
    def week(self) -> int:
        """Its week in the archive, 0 is the first."""
        return WEEKS - 1 - self.weeks_ago

    def appointment(self, first: dt.date, zone: ZoneInfo) -> dt.datetime:
        """When it is visited in an archive whose first day is `first`."""
        begins = first + dt.timedelta(days=7 * self.week)
        day = begins + dt.timedelta(days=(self.weekday - begins.isoweekday()) % 7)
        return dt.datetime.combine(day, self.appointment_at, zone)

    def placed(self, booking: Booking, until: dt.datetime) -> tuple[DemoOrder, list[DemoTranscript]]:
        """The order and what was recorded of it before `until`."""
        done = booking.at < until
        order = DemoOrder(
            booking.order_no,
            self.staff_no,
            self.job_kind,
            self.address_note,
            booking.at,
            dt.datetime.combine(booking.at.date(), self.finished_at, booking.at.tzinfo) if done else None,
            self.facts if done else {},
        )
        made = [one.placed(booking) for one in self.recordings]
        return order, [t for t in made if t.recorded_at < until]


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recording of an order: `days` after the visit's (before: negative), what is said, and where its sound lies."""

    standard_id: str
    days: int
    recorded_at: dt.time
    intended: Mapping[str, str]
    document: Mapping[str, Any]
    sound: Sound

    def placed(self, booking: Booking) -> DemoTranscript:
        day = booking.at.date() + dt.timedelta(days=self.days)
        at = dt.datetime.combine(day, self.recorded_at, booking.at.tzinfo)
        name = f"演示_{at:%Y%m%d}_{booking.who.staff_no}_{booking.order_no}_{KINDS[self.standard_id]}{SOUND}"
        return DemoTranscript(
            {"file": name, **self.document},
            self.standard_id,
            booking.who.staff_no,
            booking.order_no,
            at,
            name,
            booking.week,
            self.intended,
            self.sound,
        )


@cache
def recorded_orders(folder: Path = FOLDER) -> tuple[RecordedOrder, ...]:
    """All orders of the package, by the names of their folders; none where it was not shipped."""
    return tuple(_order(path.parent) for path in sorted(folder.glob(f"*/{ORDER_FILE}")))


def _order(folder: Path) -> RecordedOrder:
    body = _read(folder / ORDER_FILE)
    body |= {name: dt.time.fromisoformat(body[name]) for name in ("appointment_at", "finished_at")}
    return RecordedOrder(**body, recordings=tuple(_recording(path) for path in sorted(folder.glob(f"*{SOUND}"))))


def _recording(path: Path) -> Recorded:
    body = _read(path.with_suffix(".json"))
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    sound = Sound(path, path.with_suffix(PEAKS), sha256, path.stat().st_size)
    body["recorded_at"] = dt.time.fromisoformat(body["recorded_at"])
    return Recorded(**body, sound=sound)


def _read(path: Path) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return body
