"""How the stages tell how far they are: a callable, so that the terminal, the worker and tests can listen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """One report: `stage` is decode | detect | diarize | transcribe | recheck | rehear | judge; seconds of audio done of total."""

    stage: str
    done_s: float
    total_s: float


Listener = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """The listener that does not listen."""


def of_channel(progress: Listener, channel: int, channels: int) -> Listener:
    """The listener for one of several channels: together they go once through the recording's seconds."""

    def listen(now: Progress) -> None:
        progress(Progress(now.stage, (channel * now.total_s + now.done_s) / channels, now.total_s))

    return listen
