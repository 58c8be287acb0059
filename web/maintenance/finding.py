"""What the doctor finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """A result: `level` is ok | warning | error."""

    name: str
    level: str
    message: str
    hint: str = ""
