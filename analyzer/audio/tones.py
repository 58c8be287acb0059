"""Ringing and busy tones of telephone exchanges (ITU-T E.180 supplement 2; China: 450 Hz). Pure, bounded memory.

A tone is steady: nearly all sound of a frame lies at one or two fixed frequencies for a quarter of a second and more. No voice
does that. Which tone it is tells the rhythm: a second of ringing every five, a third of a second of busy tone and as much pause.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from analyzer.domain import Sound, SoundKind, quantise_time
from analyzer.physics import SAMPLE_RATE_HZ

FRAME = 1_024  # 64 ms: bins of 15.6 Hz
HOP = 512
HOP_S = HOP / SAMPLE_RATE_HZ
BLOCK = 600 * HOP
LOWEST_HZ, HIGHEST_HZ = 330.0, 660.0
PURE = 0.85  # share of the sound between 200 and 3600 Hz that the tone has
QUIETEST_DB = -55.0
LEAST_S = 0.2
STEADY_BINS = 1
RINGING_ON_S, RINGING_OFF_S = (0.35, 2.4), (1.4, 6.5)
BUSY_S = (0.15, 0.8)
LEAST_RINGS, LEAST_BUSY = 2, 4

_Burst = tuple[float, float]


def line_tones(samples: NDArray[np.int16], heartbeat: Callable[[], None] = lambda: None) -> tuple[Sound, ...]:
    """Stretches of ringing and busy tones in one channel (int16, 16 kHz, shape (n,)), in order."""
    bursts = _bursts(_tonal(samples, heartbeat))
    rings = _series(bursts, RINGING_ON_S, RINGING_OFF_S, LEAST_RINGS)
    busy = _series(bursts, BUSY_S, BUSY_S, LEAST_BUSY)
    sounds = [Sound(quantise_time(a), quantise_time(b), SoundKind.RINGING) for a, b in rings]
    sounds += [Sound(quantise_time(a), quantise_time(b), SoundKind.BUSY) for a, b in busy]
    return tuple(sorted(sounds, key=lambda s: (s.start_s, s.end_s, s.kind)))


def _tonal(samples: NDArray[np.int16], heartbeat: Callable[[], None]) -> NDArray[np.int64]:
    """The bin of the tone of every frame, 0 where there is none."""
    window = np.hanning(FRAME).astype(np.float32)
    hz = np.fft.rfftfreq(FRAME, 1 / SAMPLE_RATE_HZ)
    voice = np.flatnonzero((hz >= 200) & (hz <= 3_600))
    low, high = int(np.searchsorted(hz, LOWEST_HZ)), int(np.searchsorted(hz, HIGHEST_HZ))
    parts = []
    for first in range(0, max(0, len(samples) - FRAME + 1), BLOCK):
        part = np.asarray(samples[first : first + BLOCK + FRAME - HOP], np.float32) / 32_768.0
        if len(part) < FRAME:
            break
        frames = np.lib.stride_tricks.sliding_window_view(part, FRAME)[::HOP]
        power = np.square(np.abs(np.fft.rfft(frames * window, axis=1)))
        total = power[:, voice].sum(axis=1) + 1e-9
        band = power[:, low - 2 : high + 2]  # a peak is five bins wide under this window
        rows = np.lib.stride_tricks.sliding_window_view(band, 5, axis=1).sum(axis=2)
        peak = np.argmax(rows, axis=1)
        at = np.arange(len(rows))
        first_share = rows[at, peak]
        for offset in range(-4, 5):  # a second frequency at least five bins away
            rows[at, np.clip(peak + offset, 0, rows.shape[1] - 1)] = 0.0
        second = np.argmax(rows, axis=1)
        share = (first_share + rows[at, second]) / total
        both = rows[at, second] > first_share / 4  # of two equal ones now this is louder, now that
        peak = np.where(both, np.minimum(peak, second), peak)
        loud = 10.0 * np.log10(total / (FRAME * FRAME / 8) + 1e-12) > QUIETEST_DB
        parts.append(np.where((share >= PURE) & loud & (first_share / total > PURE / 2), peak + low, 0))
        heartbeat()
    return np.concatenate(parts).astype(np.int64) if parts else np.zeros(0, np.int64)


def _bursts(tones: NDArray[np.int64]) -> list[_Burst]:
    """Stretches with one steady tone."""
    bursts: list[_Burst] = []
    start = 0
    for i in range(1, len(tones) + 1):
        goes_on = i < len(tones) and tones[i] > 0 and abs(int(tones[i]) - int(tones[start])) <= STEADY_BINS
        if goes_on and tones[start] > 0:
            continue
        if tones[start] > 0 and (i - start) * HOP_S >= LEAST_S:
            bursts.append((start * HOP_S, i * HOP_S + HOP_S))
        start = i
    return bursts


def _series(bursts: list[_Burst], on_s: tuple[float, float], off_s: tuple[float, float], least: int) -> list[_Burst]:
    """Stretches in which at least `least` bursts of such a length follow each other after such pauses."""
    series: list[list[_Burst]] = []
    for burst in bursts:
        if not on_s[0] <= burst[1] - burst[0] <= on_s[1] + HOP_S:
            continue
        if series and off_s[0] - HOP_S <= burst[0] - series[-1][-1][1] <= off_s[1]:
            series[-1].append(burst)
        else:
            series.append([burst])
    return [(s[0][0], s[-1][1]) for s in series if len(s) >= least]
