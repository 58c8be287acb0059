"""What was heard of a whole recording, in the forms of the interface. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from analyzer.domain import Segment
from analyzer.hearing.remote.wire import FIELD
from analyzer.hearing.types import LEAST_PROBABILITY, compression_ratio


def plain(segments: Sequence[Segment]) -> str:
    """The words alone, a line a segment."""
    return "\n".join(segment.text for segment in segments)


def verbose(segments: Sequence[Segment], duration_s: float, warnings: Sequence[str], *, words: bool) -> dict[str, Any]:
    """`verbose_json`, with what a reader should know of it.

    `avg_logprob` is the mean over characters; a doubt that there is speech is not given, for guards have taken out what is none.
    """
    told: dict[str, Any] = {
        "task": "transcribe",
        "language": "zh",
        "duration": duration_s,
        "text": plain(segments),
        "segments": [_segment(number, segment) for number, segment in enumerate(segments)],
        FIELD: {"warnings": list(warnings)},
    }
    if words:
        told["words"] = [word for segment in segments for word in _words(segment)]
    return told


def _segment(number: int, segment: Segment) -> dict[str, Any]:
    sure = segment.char_confidence
    return {
        "id": number,
        "seek": 0,
        "start": round(segment.start_s, 3),
        "end": round(segment.end_s, 3),
        "text": segment.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": float(np.mean(np.log(np.maximum(sure, LEAST_PROBABILITY)))) if sure else None,
        "compression_ratio": compression_ratio(segment.text),
        "no_speech_prob": None,
    }


def _words(segment: Segment) -> list[dict[str, Any]]:
    """A word a character, as Whisper has it in Chinese."""
    ends = (*segment.char_start_s[1:], segment.end_s)
    sure = segment.char_confidence or (None,) * len(segment.text)
    return [
        {"word": char, "start": round(start_s, 3), "end": round(end_s, 3)} | ({} if p is None else {"probability": p})
        for char, start_s, end_s, p in zip(segment.text, segment.char_start_s, ends, sure, strict=True)
    ]
