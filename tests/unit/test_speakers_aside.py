"""The diarizer beside the hearing: its result, its failure, and that it stops when nobody waits for it any more."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, Future
from typing import Any, cast

import numpy as np
import pytest

from analyzer.domain import Span
from analyzer.progress import Progress
from analyzer.speakers import Diarization, Diarizer, aside

SOUND = np.zeros(16_000, np.int16)
FOUND = Diarization((), 2, 2)


class Told:
    """A diarizer that reports as often as it is let, then finds what it is told to."""

    def __init__(self, reports: int = 1, error: Exception | None = None) -> None:
        self.reports, self.error, self.begun, self.done = reports, error, threading.Event(), 0

    def diarize(self, samples: Any, speech: Any, kind: str, progress: Any) -> Diarization:
        self.begun.set()
        for _ in range(self.reports):
            progress(Progress("diarize", 0.0, 1.0))
            self.done += 1
        if self.error is not None:
            raise self.error
        return FOUND


def beside(told: Told) -> Any:
    return aside(cast(Diarizer, told), SOUND, (Span(0.0, 1.0),), "visit")


def test_what_it_finds_is_there_once_it_is_asked_for() -> None:
    with beside(Told()) as voices:
        assert voices.result(60) is FOUND


def test_what_it_fails_with_is_told_to_who_asks() -> None:
    with beside(Told(error=MemoryError("out"))) as voices, pytest.raises(MemoryError):
        voices.result(60)


def test_it_stops_at_its_next_report_once_nobody_waits_for_it() -> None:
    told = Told(reports=10**9)
    seen: list[Future[Diarization]] = []
    with pytest.raises(KeyboardInterrupt), beside(told) as voices:
        seen.append(voices)
        assert told.begun.wait(60)
        raise KeyboardInterrupt
    with pytest.raises(CancelledError):
        seen[0].result(0)
    assert told.done < 10**9


def test_its_reports_go_to_whoever_listens() -> None:
    heard: list[Progress] = []
    with aside(cast(Diarizer, Told(3)), SOUND, (), "call", heard.append) as voices:
        voices.result(60)
    assert [now.stage for now in heard] == ["diarize"] * 3
