"""What is heard in a recording without anybody saying it: announcements, menus, tones."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MACHINE = "machine"  # the speaker of announcements: nobody's words, judged as nobody's


class SoundKind(StrEnum):
    """UNREACHABLE, VOICEMAIL and MENU are told from words, the others from the sound."""

    UNREACHABLE = "unreachable"
    VOICEMAIL = "voicemail"
    MENU = "menu"
    RINGING = "ringing"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Sound:
    """A stretch [start_s, end_s) of such a sound."""

    start_s: float
    end_s: float
    kind: SoundKind

    def __post_init__(self) -> None:
        if not 0.0 <= self.start_s <= self.end_s:
            raise ValueError(f"sound must satisfy 0 <= start <= end, got {self.start_s} .. {self.end_s}")
