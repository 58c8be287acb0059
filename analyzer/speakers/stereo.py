"""Two channels with a speaker each: which of the speech on a channel is its own and which only leaks over.

A handset or a line echo carries the other side's voice at a lower level. Speech on a channel counts as leakage where the
other channel speaks at the same time, clearly louder, and the two signals go up and down together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analyzer.domain import Span, SpeakerTurn
from analyzer.speakers.pieces import FRAME_S, levels_db

LOUDER_DB = 6.0  # how much louder the other channel must be
ALIKE = 0.6  # correlation of the two loudness curves from which it is the same voice
FAR_LOUDER_DB = 20.0  # this much louder, a faint sound is leakage whatever its shape
DELAY_FRAMES = 25  # line echo comes back within a quarter of a second
WINDOW_S = 0.5
SHORTEST_S = 0.2

Spans = tuple[Span, ...]


def channel_turns(
    samples: NDArray[np.int16], speech: tuple[Spans, Spans]
) -> tuple[tuple[Spans, Spans], tuple[SpeakerTurn, ...]]:
    """Speech of each channel without leakage, and the turns ("S1" = channel 0, "S2" = channel 1) in time order.

    `samples` is (2, n) at 16 kHz, `speech` the detected spans of each channel. Raises ValueError for another shape.
    """
    if samples.ndim != 2 or samples.shape[0] != 2:
        raise ValueError(f"expected samples of shape (2, n), got {samples.shape}")
    levels = (levels_db(samples[0]), levels_db(samples[1]))
    own = (
        _own(speech[0], levels[0], levels[1], speech[1]),
        _own(speech[1], levels[1], levels[0], speech[0]),
    )
    turns = [SpeakerTurn(span, f"S{channel + 1}") for channel in (0, 1) for span in own[channel]]
    return own, tuple(sorted(turns, key=lambda t: (t.span, t.speaker)))


def _own(spans: Spans, mine: NDArray[np.float32], other: NDArray[np.float32], others: Spans) -> Spans:
    """`spans` without the half seconds that are leakage; scraps under 0.2 s go with what surrounds them."""
    kept: list[Span] = []
    for span in spans:
        if not any(span.overlap_s(o) > 0 for o in others):
            kept.append(span)
            continue
        edges = np.linspace(span.start_s, span.end_s, max(1, round(span.duration_s / WINDOW_S)) + 1)
        for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            if _leaks(mine, other, start, end):
                continue
            if kept and start - kept[-1].end_s < 1e-6:
                kept[-1] = Span(kept[-1].start_s, end)
            else:
                kept.append(Span(start, end))
    return tuple(s for s in kept if s.duration_s >= SHORTEST_S or s in spans)


def _leaks(mine: NDArray[np.float32], other: NDArray[np.float32], start_s: float, end_s: float) -> bool:
    first, last = round(start_s / FRAME_S), min(round(end_s / FRAME_S), len(mine), len(other))
    if last - first < 5:
        return False
    here = mine[first:last]
    margin = float(np.percentile(other[first:last], 90) - np.percentile(here, 90))
    if margin >= FAR_LOUDER_DB:
        return True
    # Correlation is judged over a second around, where curves have enough shape to tell voices apart.
    wide_first, wide_last = max(0, first - 25), min(last + 25, len(mine), len(other))
    return margin >= LOUDER_DB and _likeness(mine, other, wide_first, wide_last) >= ALIKE


def _likeness(mine: NDArray[np.float32], other: NDArray[np.float32], first: int, last: int) -> float:
    """Highest correlation of the loudness curves over delays of 0-0.25 s of `mine` behind `other`."""
    best = 0.0
    for delay in range(min(DELAY_FRAMES, first) + 1):
        a, b = mine[first:last], other[first - delay : last - delay]
        spread = float(a.std() * b.std())
        if spread > 1e-3:
            best = max(best, float(np.mean((a - a.mean()) * (b - b.mean()))) / spread)
    return best
