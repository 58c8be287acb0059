"""From a window's characters to segments of the recording, and to what speech has no characters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analyzer.domain import Segment, Span, quantise_ratio
from analyzer.hearing.script import is_spoken, to_chinese_marks, to_simplified
from analyzer.hearing.types import Decoded, Window, WindowPiece

CHAR_S = 0.6  # the longest that one character is believed to sound
SLACK_S = 0.15  # how far alignment is off, either side
_TRIM_S = 0.12  # what detection padded: no sound is expected there
PAUSE_S = 0.5


def to_segments(decoded: Decoded, window: Window, speech: Sequence[Span], channel: int) -> list[Segment]:
    """Segments in recording time, one a stretch of detected speech, cut again at pauses of 0.5 s or more.

    A character goes to the stretch it overlaps most; marks stay with the character before them, because
    alignment lets them fill the pause. Simplified characters, Chinese marks; ends of segments are cleaned of spaces.
    """
    text = to_chinese_marks(to_simplified(decoded.text))
    times = [
        _recording_time(window.pieces, start_s, end_s)
        for start_s, end_s in zip(decoded.char_start_s, decoded.char_end_s, strict=True)
    ]
    stretches = _stretches(window, speech)
    home = _homes(text, times, stretches)
    groups: list[list[int]] = []
    for index in range(len(text)):
        if groups and home[index] == home[index - 1] and not _pause(text, times, index):
            groups[-1].append(index)
        else:
            groups.append([index])
    built = (_segment(group, text, decoded, times, stretches[home[group[0]]], channel) for group in groups)
    return [segment for segment in built if segment]


def _stretches(window: Window, speech: Sequence[Span]) -> list[Span]:
    """The window's part of each stretch of speech; its pieces where it has none (a stretch decoded alone)."""
    spans = [piece.span for piece in window.pieces]
    inside = [
        Span(max(span.start_s, part.start_s), min(span.end_s, part.end_s))
        for part in spans
        for span in speech
        if span.overlap_s(part) > 0.0
    ]
    return inside or spans


def _recording_time(pieces: Sequence[WindowPiece], start_s: float, end_s: float) -> Span:
    """A character's span in the recording: in the piece that holds most of it, clipped to that piece."""

    def overlap_s(piece: WindowPiece) -> float:
        return min(end_s, piece.window_end_s) - max(start_s, piece.window_start_s)

    piece = max(pieces, key=overlap_s)
    shift = piece.span.start_s - piece.window_start_s
    low, high = piece.span.start_s, piece.span.end_s
    first = float(np.clip(start_s + shift, low, high))
    return Span(first, float(np.clip(end_s + shift, first, high)))


def _homes(text: str, times: Sequence[Span], stretches: Sequence[Span]) -> list[int]:
    """Index of each character's stretch; never falling."""
    home: list[int] = []
    current = 0
    for char, span in zip(text, times, strict=True):
        if home and not is_spoken(char):
            home.append(current)
            continue
        believed = Span(span.start_s, min(span.end_s, span.start_s + CHAR_S))
        candidates = range(current, len(stretches))
        current = max(
            candidates,
            key=lambda index: (
                stretches[index].overlap_s(believed) or -_distance_s(stretches[index], believed),
                -index,
            ),
        )
        home.append(current)
    return home


def _distance_s(a: Span, b: Span) -> float:
    return max(a.start_s - b.end_s, b.start_s - a.end_s, 0.0)


def _pause(text: str, times: Sequence[Span], index: int) -> bool:
    """Whether there is a pause before a spoken character that follows a mark or a gap."""
    if not is_spoken(text[index]):
        return False
    before = index - 1
    while before > 0 and not is_spoken(text[before]):
        before -= 1
    end_s = min(times[before].end_s, times[before].start_s + CHAR_S)
    return times[index].start_s - end_s >= PAUSE_S


def _segment(
    group: Sequence[int], text: str, decoded: Decoded, times: Sequence[Span], stretch: Span, channel: int
) -> Segment | None:
    while group and text[group[0]].isspace():
        group = group[1:]
    while group and text[group[-1]].isspace():
        group = group[:-1]
    sounding = [index for index in group if is_spoken(text[index])]
    if not sounding:
        return None
    known = decoded.char_confidence
    low = min(stretch.start_s, times[group[-1]].start_s)
    starts = [float(max(times[index].start_s, low)) for index in group]
    starts = [min(value, max(stretch.end_s - 0.01, times[group[0]].start_s)) for value in starts]
    end_s = min(times[group[-1]].end_s, starts[-1] + CHAR_S)
    end_s = max(end_s, starts[-1] + 0.01)
    return Segment(
        start_s=starts[0],
        end_s=end_s,
        text="".join(text[index] for index in group),
        char_start_s=tuple(starts),
        char_confidence=tuple(float(known[index]) for index in group) if known else (),
        confidence=quantise_ratio(float(np.mean([known[index] for index in sounding]))) if known else None,
        channel=channel,
    )


def silent_stretches(speech: Sequence[Span], segments: Sequence[Segment], at_least_s: float) -> tuple[Span, ...]:
    """Stretches of `speech` of `at_least_s` or more in which no spoken character stands."""
    covered = sorted(
        (start_s - SLACK_S, start_s + CHAR_S / 2 + SLACK_S)
        for segment in segments
        for char, start_s in zip(segment.text, segment.char_start_s, strict=True)
        if is_spoken(char)
    )
    gaps: list[Span] = []
    for span in speech:
        start_s, last_s = span.start_s + _TRIM_S, span.end_s - _TRIM_S
        for low, high in covered:
            if high <= start_s:
                continue
            if low >= last_s:
                break
            if low - start_s >= at_least_s:
                gaps.append(Span(start_s, low))
            start_s = max(start_s, high)
        if last_s - start_s >= at_least_s:
            gaps.append(Span(start_s, last_s))
    return tuple(gaps)
