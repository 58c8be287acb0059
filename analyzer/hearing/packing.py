"""Packs stretches of speech into windows of at most 30 s, and knows the way back to the recording.

Whisper's encoder costs the same for one second as for thirty, so fuller windows are cheaper; and since
a window is decoded without timestamps, nothing in it is skipped by a wrong guess of the next start.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.domain import Span
from analyzer.hearing.types import WINDOW_S, Pcm, Window, WindowPiece
from analyzer.physics import SAMPLE_RATE_HZ

_PAD_S = 0.15  # sound kept on both sides of a stretch beyond what detection kept
_JOIN_S = 0.5  # shorter pauses are kept as they were recorded
_GAP_S = 0.3  # silence between pieces that did not stand together
_PAUSE_S = 0.15
_FRAME_S = 0.05
_HUSHED = 0.6
_LEAST_S = 2.0  # a shorter beginning of a stretch is not worth cutting off
_LEVEL_S = 0.1  # resolution of the search for a quiet place to cut


def pack(
    source: Pcm, speech: Sequence[Span], *, limit_s: float = WINDOW_S, pad_s: float = _PAD_S, gain: float = 1.0
) -> tuple[Window, ...]:
    """Windows that hold all of `speech`, in order; stretches longer than `limit_s` are cut where it is quietest."""
    limit = int(min(limit_s, WINDOW_S) * SAMPLE_RATE_HZ)
    windows: list[Window] = []
    pieces: list[WindowPiece] = []
    waiting = _stretches(source, speech, limit, pad_s)[::-1]
    while waiting:
        first, last = waiting.pop()
        offset = 0
        if pieces:
            before = pieces[-1]
            silence = min(first - before.last, int(_GAP_S * SAMPLE_RATE_HZ))
            offset = before.offset + before.last - before.first + silence
            if offset + last - first > limit:
                pause = _pause(source, first, last, limit - offset)
                if pause is None:
                    windows.append(Window(source, tuple(pieces), gain))
                    pieces, offset = [], 0
                else:
                    waiting.append((pause, last))
                    last = pause
        pieces.append(WindowPiece(first, last, offset))
    if pieces:
        windows.append(Window(source, tuple(pieces), gain))
    return tuple(windows)


def alone(source: Pcm, span: Span, *, pad_s: float = _PAD_S, gain: float = 1.0) -> tuple[Window, ...]:
    """One stretch by itself (several windows only when it is longer than one)."""
    return pack(source, (span,), pad_s=pad_s, gain=gain)


def _stretches(source: Pcm, speech: Sequence[Span], limit: int, pad_s: float) -> list[tuple[int, int]]:
    """Sample ranges: padded into the silence around, joined over short pauses, cut to `limit`."""
    pad = int(pad_s * SAMPLE_RATE_HZ)
    ranges: list[list[int]] = []
    for span in speech:
        first = max(0, int(span.start_s * SAMPLE_RATE_HZ) - pad)
        last = min(len(source), math.ceil(span.end_s * SAMPLE_RATE_HZ) + pad)
        if ranges and first - ranges[-1][1] < (_JOIN_S - 2 * pad_s) * SAMPLE_RATE_HZ and last - ranges[-1][0] <= limit:
            ranges[-1][1] = max(last, ranges[-1][1])
        elif last > first:
            ranges.append([max(first, ranges[-1][1]) if ranges else first, last])
    return [part for first, last in ranges if last > first for part in cut(source, first, last, limit)]


def _pause(source: Pcm, first: int, last: int, room: int) -> int | None:
    """The last pause that lets the beginning of a stretch fill the room left in a window; None where there is none.

    A pause is _PAUSE_S of the stretch's quietest tenth, hushed against its usual level: the closure of a stop is
    quiet as well, but shorter.
    """
    frame = int(_FRAME_S * SAMPLE_RATE_HZ)
    view = np.asarray(source[first:last], np.float32)
    levels = np.sqrt(np.mean(np.square(view[: len(view) // frame * frame].reshape(-1, frame)), axis=1))
    frames, least = round(_PAUSE_S / _FRAME_S), round(_LEAST_S / _FRAME_S)
    inside = min(room // frame, len(levels))
    if inside < least:
        return None
    quiet = levels <= min(1.2 * np.quantile(levels, 0.1), _HUSHED * np.median(levels))
    for end in range(inside, least, -1):
        if quiet[end - frames : end].all():
            return first + (end - frames) * frame + frames * frame // 2
    return None


def cut(source: NDArray[Any], first: int, last: int, limit: int) -> list[tuple[int, int]]:
    """Samples `first` to `last` in parts of at most `limit`, cut at the quietest 0.1 s of the last third allowed."""
    parts: list[tuple[int, int]] = []
    step = int(_LEVEL_S * SAMPLE_RATE_HZ)
    while last - first > limit:
        low = first + max(step, limit * 2 // 3)
        view = np.asarray(source[low : first + limit], np.float32)
        view = view[: len(view) // step * step].reshape(-1, step)
        at = low + (int(np.argmin(np.mean(np.square(view), axis=1))) * step + step // 2 if len(view) else 0)
        parts.append((first, at))
        first = at
    parts.append((first, last))
    return parts
