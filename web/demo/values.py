"""What the demo archive consists of: plain values, no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from web.demo.people import Persona

KINDS = {"property-visit": "上门", "property-appointment": "预约", "property-followup": "回访"}


@dataclass(frozen=True, slots=True)
class DemoTechnician:
    """A technician of the archive; `what` says which character he has."""

    staff_no: str
    name: str
    team: str
    example_consent: bool
    what: str


@dataclass(frozen=True, slots=True)
class DemoOrder:
    """A work order; times are aware. `facts` are what it states."""

    order_no: str
    staff_no: str
    job_kind: str
    address_note: str
    appointment_at: dt.datetime | None
    finished_at: dt.datetime | None
    facts: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording's sound as the package ships it, and its waveform."""

    path: Path
    peaks: Path
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class DemoTranscript:
    """A transcript document of schema 1, what it belongs to, the verdicts that its templates intend; few have sound."""

    document: Mapping[str, Any]
    standard_id: str
    staff_no: str
    order_no: str
    recorded_at: dt.datetime
    original_name: str
    week: int
    intended: Mapping[str, str]
    sound: Sound | None = None


@dataclass(frozen=True, slots=True)
class DemoArchive:
    """Everything that `generate` made; orders and transcripts in order of time."""

    teams: tuple[str, ...]
    technicians: tuple[DemoTechnician, ...]
    orders: tuple[DemoOrder, ...]
    transcripts: tuple[DemoTranscript, ...]


@dataclass(frozen=True, slots=True)
class Booking:
    """A booked visit before anything has happened."""

    who: Persona
    week: int
    at: dt.datetime
    order_no: str
