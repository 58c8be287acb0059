"""Seconds spent in each stage of the pipeline, by timing the functions that the pipeline calls.

The pipeline stays as it is: its names are wrapped while the clock runs and given back afterwards. Speakers are told apart
beside the transcription (`BESIDE`): what stages take adds up to more than the whole.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from analyzer import pipeline
from analyzer.audio import open_audio
from analyzer.hearing import channels, hear
from analyzer.progress import Progress
from analyzer.speakers import Diarizer

STAGES = ("decode", "detect", "separate", "transcribe", "recheck", "roles", "judge")
BESIDE = "separate"
_FUNCTIONS = {
    "detect_speech": "detect",
    "channel_turns": "separate",
    "attribute": "roles",
    "attribute_channels": "roles",
    "with_roles": "roles",
    "judged": "judge",
}


@contextmanager
def timed() -> Iterator[dict[str, float]]:
    """Give a table of seconds by stage that fills while recordings are analysed inside the block.

    "recheck" is what hearing does after its last first-pass window: second decodings, guards, audit of coverage.
    """
    spent = dict.fromkeys(STAGES, 0.0)
    with ExitStack() as stack:
        for name, stage in _FUNCTIONS.items():
            stack.enter_context(mock.patch.object(pipeline, name, _clocked(getattr(pipeline, name), stage, spent)))
        stack.enter_context(mock.patch.object(Diarizer, "diarize", _clocked(Diarizer.diarize, "separate", spent)))
        stack.enter_context(mock.patch.object(pipeline, "open_audio", _opened(open_audio, spent)))
        stack.enter_context(mock.patch.object(channels, "hear", _heard(hear, spent)))
        yield spent


def _clocked(function: Callable[..., Any], stage: str, spent: dict[str, float]) -> Callable[..., Any]:
    @functools.wraps(function)
    def clocked(*arguments: Any, **named: Any) -> Any:
        began_s = time.perf_counter()
        try:
            return function(*arguments, **named)
        finally:
            spent[stage] += time.perf_counter() - began_s

    return clocked


def _opened(function: Callable[..., Any], spent: dict[str, float]) -> Callable[..., Any]:
    """Time until the samples are there; what is done with them is not decoding."""

    @contextmanager
    def opened(*arguments: Any, **named: Any) -> Iterator[Any]:
        began_s = time.perf_counter()
        with function(*arguments, **named) as audio:
            spent["decode"] += time.perf_counter() - began_s
            yield audio

    return opened


def _heard(function: Callable[..., Any], spent: dict[str, float]) -> Callable[..., Any]:
    """Split hearing at the last report of a first-pass window."""

    def heard(samples: Any, spans: Any, transcriber: Any, settings: Any, progress: Any, *more: Any) -> Any:
        began_s = last_s = time.perf_counter()

        def listen(report: Progress) -> None:
            nonlocal last_s
            if report.stage == "transcribe":
                last_s = time.perf_counter()
            progress(report)

        result = function(samples, spans, transcriber, settings, listen, *more)
        spent["transcribe"] += last_s - began_s
        spent["recheck"] += time.perf_counter() - last_s
        return result

    return heard
