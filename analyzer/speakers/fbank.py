"""Log mel filter banks as Kaldi computes them: what the speaker model was trained on.

Kaldi's `compute-fbank-feats` (feature-window.cc, mel-computations.cc) with 80 bins from 20 Hz to 8 kHz, no dither,
Povey window, pre-emphasis 0.97. Written here so that a stretch of speech is transformed once, however many
windows are laid over it.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from analyzer.physics import HOP_SAMPLES, SAMPLE_RATE_HZ

FRAME = 400  # 25 ms
FFT = 512
BINS = 80
LOW_HZ = 20.0
PREEMPHASIS = 0.97
FLOOR = float(np.finfo(np.float32).eps)


def _mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    mel: NDArray[np.float64] = 1127.0 * np.log1p(hertz / 700.0)
    return mel


@functools.cache
def _filters() -> NDArray[np.float32]:
    """Triangles that are straight in mel, shape (257, 80)."""
    low, high = _mel(np.array([LOW_HZ, SAMPLE_RATE_HZ / 2]))
    edges = np.linspace(low, high, BINS + 2)
    mel = _mel(np.arange(FFT // 2 + 1) * SAMPLE_RATE_HZ / FFT)[:, None]
    rising = (mel - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - mel) / (edges[2:] - edges[1:-1])
    triangles: NDArray[np.float32] = np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)
    triangles[-1] = 0.0  # Kaldi leaves the Nyquist bin out
    return triangles


@functools.cache
def _window() -> NDArray[np.float32]:
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / (FRAME - 1))
    return (hann**0.85).astype(np.float32)


def fbank(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """Log mel energies of mono 16 kHz `samples`, shape (frames, 80), a frame every 10 ms, only whole frames.

    Fewer than 400 samples give shape (0, 80).
    """
    if len(samples) < FRAME:
        return np.zeros((0, BINS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP_SAMPLES].astype(np.float32)
    frames -= frames.mean(axis=1, keepdims=True)
    frames[:, 1:] -= PREEMPHASIS * frames[:, :-1]
    frames[:, 0] *= 1.0 - PREEMPHASIS
    spectrum = np.fft.rfft(frames * _window(), FFT)
    power = spectrum.real**2 + spectrum.imag**2
    energies: NDArray[np.float32] = np.log(np.maximum(power.astype(np.float32) @ _filters(), FLOOR))
    return energies
