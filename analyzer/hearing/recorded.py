"""Replays a stored transcript as if it had just been heard: for tests, and for imports from other systems."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analyzer.domain import Engine, Span
from analyzer.errors import TranscriptError
from analyzer.hearing.timing import repaired
from analyzer.hearing.types import Decoded, Look, Window, compression_ratio

_Character = tuple[str, Span, float | None]  # None: whoever heard it does not tell how surely


class RecordedTranscriber:
    """An engine whose text stands in a JSON file: an Analysis of schema 1, or just its `transcript` list.

    An utterance without `char_s` spreads its characters evenly. A character goes to the window
    that holds its time, or else to the nearest; a second look at a stretch finds nothing new.
    """

    warnings: tuple[str, ...] = ()

    def __init__(self, path: Path) -> None:
        self.engine = Engine(name="recorded", model=path.name)
        self._chars: list[_Character] = []
        try:
            content = json.loads(path.read_text("utf-8"))
            entries = content["transcript"] if isinstance(content, dict) else content
            for entry in entries:
                self._chars += _characters(entry)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise TranscriptError(
                "transcript-format",
                f"{path} 不是可用的转写文件：{error!r}",
                "需要 schema 1 的 JSON，或其中的 transcript",
            ) from error
        self._chars.sort(key=lambda item: item[1].start_s)

    def transcribe(self, windows: Sequence[Window], look: Look = Look.FIRST) -> Iterator[Decoded]:
        """One Decoded a window, in order: the stored characters nearest to it, each given out once a replay.

        `windows` are those of a whole channel; second looks give nothing.
        """
        homes: dict[int, list[_Character]] = {}
        if windows and look is Look.FIRST:
            for item in self._chars:
                distances = [_distance_s(window, item[1].start_s) for window in windows]
                homes.setdefault(int(np.argmin(distances)), []).append(item)
        for index, window in enumerate(windows):
            yield _decoded(window, homes.get(index, []))


def _characters(entry: dict[str, Any]) -> list[_Character]:
    text, start_s, end_s = str(entry["text"]), float(entry["start_s"]), float(entry["end_s"])
    starts = entry.get("char_s") or np.linspace(start_s, end_s, len(text), endpoint=False)
    stated = entry.get("confidence", 1.0)
    sure = entry.get("char_confidence") or [None if stated is None else float(stated)] * len(text)
    ends = [*list(starts)[1:], end_s]
    return [
        (char, Span(float(first), max(float(first), float(last))), None if value is None else float(value))
        for char, first, last, value in zip(text, starts, ends, sure, strict=True)
    ]


def _distance_s(window: Window, time_s: float) -> float:
    return min(max(piece.span.start_s - time_s, time_s - piece.span.end_s, 0.0) for piece in window.pieces)


def _decoded(window: Window, items: Sequence[_Character]) -> Decoded:
    starts, ends = [], []
    for _, span, _ in items:
        piece = min(window.pieces, key=lambda p: max(p.span.start_s - span.start_s, span.start_s - p.span.end_s, 0.0))
        shift = piece.window_start_s - piece.span.start_s
        starts.append(float(np.clip(span.start_s + shift, piece.window_start_s, piece.window_end_s)))
        ends.append(float(np.clip(span.end_s + shift, piece.window_start_s, piece.window_end_s)))
    start_s, end_s = repaired(starts, ends, window.duration_s)
    text = "".join(char for char, _, _ in items)
    sure = tuple(value for _, _, value in items if value is not None)
    known = sure if len(sure) == len(items) else ()
    return Decoded(text, start_s, end_s, known, 0.0, 0.0, compression_ratio(text))
