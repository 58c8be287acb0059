"""Speech cut into short pieces that one person is likely to say: at pauses, and long ones evenly.

A change of speaker nearly always falls into a pause, if only of a tenth of a second. Pieces therefore never reach
across a pause, and a short answer (嗯, 好的) between two pauses is a piece of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.domain import Span
from analyzer.physics import SAMPLE_RATE_HZ

FRAME_S = 0.01
PAUSE_S = 0.10  # closures of stops are shorter
LONGEST_S = 1.6
SHORTEST_S = 0.30
NEAR_S = 0.20  # a scrap farther than this from its neighbour may be somebody else's
CONTEXT_S = 5.0  # how far around a frame the loud and the quiet are measured
DEEPEST_DB = 40.0  # under loud speech: digital silence is no quieter than this


@dataclass(frozen=True, slots=True)
class VoicePiece:
    """A stretch [start_s, end_s); `gap_s` is the pause before it (0.0: the speech runs on)."""

    start_s: float
    end_s: float
    gap_s: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


def levels_db(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """Loudness in dB (of full scale) every 10 ms, smoothed over 30 ms, shape (n // 160,)."""
    frame = int(FRAME_S * SAMPLE_RATE_HZ)
    whole = samples[: len(samples) // frame * frame].reshape(-1, frame)
    power = np.empty(len(whole), np.float32)
    for first in range(0, len(whole), 6000):  # a minute at a time: the recording may be three hours in a memmap
        block = whole[first : first + 6000].astype(np.float32) / 32768.0
        power[first : first + 6000] = np.mean(block**2, axis=1)
    from scipy.ndimage import uniform_filter1d  # here: judging again needs none of it

    smooth: NDArray[np.float32] = (10 * np.log10(uniform_filter1d(power, 3) + 1e-9)).astype(np.float32)
    return smooth


def quiet_frames(level_db: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Frames that are pauses against their surroundings of ±5 s, so that noise and distance do not matter."""
    if len(level_db) == 0:
        return np.zeros(0, bool)
    step = 10
    coarse = level_db[: max(1, len(level_db) // step) * step]
    coarse = coarse.reshape(-1, step) if len(coarse) >= step else coarse[None, :]
    width = int(2 * CONTEXT_S / (FRAME_S * step)) + 1
    from scipy.ndimage import percentile_filter

    loud = percentile_filter(coarse.max(axis=1), 80, width, mode="nearest")
    floor = percentile_filter(coarse.min(axis=1), 10, width, mode="nearest")
    floor = np.maximum(floor, loud - DEEPEST_DB)
    limit = floor + np.maximum(3.0, 0.3 * (loud - floor))
    index = np.minimum(np.arange(len(level_db)) // step, len(limit) - 1)
    quiet: NDArray[np.bool_] = level_db < limit[index]
    return quiet


def cut(samples: NDArray[np.int16], speech: tuple[Span, ...]) -> list[VoicePiece]:
    """Pieces of at most 1.6 s that cover the sounding parts of `speech`, in time order."""
    quiet = quiet_frames(levels_db(samples))
    pieces: list[VoicePiece] = []
    last_end = -np.inf
    for span in speech:
        for start, end in _joined(_sounding(quiet, span)):
            count = max(1, int(np.ceil((end - start) / LONGEST_S)))
            edges = np.linspace(start, end, count + 1)
            for number in range(count):
                gap = max(0.0, start - last_end) if number == 0 else 0.0
                pieces.append(VoicePiece(float(edges[number]), float(edges[number + 1]), float(min(gap, 1e6))))
            last_end = end
    return pieces


def _sounding(quiet: NDArray[np.bool_], span: Span) -> list[tuple[float, float]]:
    """The stretches of `span` between its pauses; the whole span if it is nothing but quiet."""
    first, last = round(span.start_s / FRAME_S), min(round(span.end_s / FRAME_S), len(quiet))
    inside = quiet[first:last]
    if len(inside) == 0 or inside.all():
        return [(span.start_s, span.end_s)] if span.duration_s > 0 else []
    edges = np.flatnonzero(np.diff(np.concatenate([[True], inside, [True]]).astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    stretches: list[tuple[float, float]] = []
    for start, end in zip(starts, ends, strict=True):
        if stretches and (first + start) * FRAME_S - stretches[-1][1] < PAUSE_S:
            stretches[-1] = (stretches[-1][0], (first + int(end)) * FRAME_S)
        else:
            stretches.append(((first + int(start)) * FRAME_S, (first + int(end)) * FRAME_S))
    return stretches


def _joined(stretches: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Scraps under 0.3 s put to a neighbour within 0.2 s; else kept if over 0.1 s."""
    joined: list[tuple[float, float]] = []
    for start, end in stretches:
        if joined and start - joined[-1][1] < NEAR_S:
            before = joined[-1][1] - joined[-1][0]
            if end - start < SHORTEST_S or before < SHORTEST_S:
                joined[-1] = (joined[-1][0], end)
                continue
        joined.append((start, end))
    kept = [s for s in joined if s[1] - s[0] >= 0.1]
    return kept or joined
