"""Log-mel features as Whisper was trained on (whisper/audio.py), shared by the windows of both engines' packing.

25 ms Hann windows every 10 ms, power spectrum, mel filters (Slaney), log10, floored 8 below the maximum,
scaled. Written for a batch of windows: one real FFT in float32 over a strided view, no copy of the signal.
"""

from __future__ import annotations

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from analyzer.hearing.types import WINDOW_SAMPLES
from analyzer.physics import HOP_SAMPLES, SAMPLE_RATE_HZ

N_FFT = 400  # 25 ms
FRAMES = WINDOW_SAMPLES // HOP_SAMPLES  # 3000

SCORED_TAIL_S = (
    0.5  # of silence after a passage that is scored: an encoder that is cut off within a word is unsure of it
)

_HANN = np.hanning(N_FFT + 1)[:-1].astype(np.float32)


def scored_frames(samples: int) -> int:
    """How many frames of a window hold sound, with a little silence behind it: an even number, at most FRAMES."""
    frames = (samples + round(SCORED_TAIL_S * SAMPLE_RATE_HZ)) // HOP_SAMPLES
    return min(FRAMES, frames + frames % 2)


def log_mel(audio: NDArray[np.float32], filters: NDArray[np.float32], workers: int = 1) -> NDArray[np.float32]:
    """Features of one window, shape (n_mels, 3000); `audio` has at most 480000 samples and is padded with silence.

    `filters` has shape (n_mels, 201).
    """
    if len(audio) > WINDOW_SAMPLES:
        raise ValueError(f"a window holds at most {WINDOW_SAMPLES} samples, got {len(audio)}")
    # Only frames that touch sound are computed: the rest is silence, whose features are the floor.
    frames = min(FRAMES, -(-(len(audio) + N_FFT // 2) // HOP_SAMPLES))
    padded = np.zeros(frames * HOP_SAMPLES + N_FFT, np.float32)
    padded[N_FFT // 2 : N_FFT // 2 + len(audio)] = audio
    mirror = audio[1 : N_FFT // 2 + 1][::-1]  # as torch.stft(center=True) pads the beginning
    padded[N_FFT // 2 - len(mirror) : N_FFT // 2] = mirror
    view = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP_SAMPLES][:frames]
    spectrum = scipy.fft.rfft(view * _HANN, axis=1, workers=workers)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    mel = filters @ power.T.astype(np.float32, copy=False)
    log = np.log10(np.maximum(mel, 1e-10, out=mel), out=mel)
    floor = max(float(log.max()) if log.size else -10.0, -10.0) - 8.0
    out = np.full((filters.shape[0], FRAMES), max(-10.0, floor), np.float32)
    out[:, :frames] = np.maximum(log, floor)
    return (out + np.float32(4.0)) / np.float32(4.0)
