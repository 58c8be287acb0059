"""The door to `analyzer.audio.legs`: the two files of one call as one recording."""

from __future__ import annotations

import os
from pathlib import Path

from analyzer.audio import legs
from web.config import Settings


def join_legs(first: Path, second: Path, target: Path, settings: Settings, later_s: float) -> Path:
    """Write both as the channels of `target`, which gets the first one's time, and return it. Raises AudioError, OSError."""
    legs.join_legs(first, second, target, settings, later_s)
    changed_s = first.stat().st_mtime
    os.utime(target, (changed_s, changed_s))
    return target
