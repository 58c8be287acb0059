"""What a person decided about somebody's words. Pure values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """A turn with whether it says a meaning; `before` are the other speaker's words before it, "" where there are none."""

    text: str
    before: str
    said: bool
    role: str
    decision_id: int


@dataclass(frozen=True, slots=True)
class Decided:
    """What stands decided on one clause of a recording."""

    decision_id: int
    recording_id: int
    analysis_id: int
    standard_id: str
    item_id: str
    after: str
    note: str
