"""Running measurements of a decoded stream: constant memory however long the recording is.

Levels are kept as histograms in 1 dB bins of 20 ms frames; for two channels the joint histogram of both
levels is kept too, because it answers afterwards, when the speech level is known, whether the channels
carry two people: who is louder in a frame changes when the speaker changes only if each has a channel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analyzer.audio.report import FRAME_SAMPLES

FLOOR_DB = -110  # digital silence; 16-bit dither lies near -96 dB
CEILING_DB = 100  # unscaled 16-bit values in a float file reach 90 dB
BINS = CEILING_DB - FLOOR_DB + 1
CLIP_LEVEL = 0.985  # of full scale: a clipped plateau stays above this after resampling


def frame_levels(block: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Frames of `block` (channels, n) without their own mean, and their level in dB.

    Returns (channels, frames, FRAME_SAMPLES) and (channels, frames); a last incomplete frame is padded with zeros.
    """
    padding = -block.shape[1] % FRAME_SAMPLES
    if padding:
        block = np.pad(block, ((0, 0), (0, padding)), mode="edge")
    frames = block.reshape(block.shape[0], -1, FRAME_SAMPLES)
    frames = frames - frames.mean(axis=2, keepdims=True)
    power = np.einsum("cfn,cfn->cf", frames, frames) / FRAME_SAMPLES
    return frames, 10.0 * np.log10(np.maximum(power, 1e-11))


def _bin(level_db: NDArray[np.float32]) -> NDArray[np.intp]:
    bins: NDArray[np.intp] = np.clip(np.rint(level_db) - FLOOR_DB, 0, BINS - 1).astype(np.intp)
    return bins


class Measurements:
    """Accumulates over blocks of shape (channels, n), float, full scale = 1.0."""

    def __init__(self, channels: int) -> None:
        self.channels = channels
        self.samples = 0
        self.total = np.zeros(channels)
        self.clipped = np.zeros(channels, dtype=np.int64)
        self.levels = np.zeros((channels, BINS), dtype=np.int64)
        self.peaks = np.zeros((channels, BINS), dtype=np.int64)
        self.joint = np.zeros((BINS, BINS), dtype=np.int64)
        self.joint_correlation = np.zeros((BINS, BINS))

    def add(self, block: NDArray[np.float32]) -> None:
        """Measure one more block; blocks should be whole frames long, except the last."""
        if block.shape[1] == 0:
            return
        self.samples += block.shape[1]
        self.total += block.sum(axis=1, dtype=np.float64)
        self.clipped += np.count_nonzero(np.abs(block) >= CLIP_LEVEL, axis=1)
        frames, level_db = frame_levels(block)
        peak_db = 20.0 * np.log10(np.maximum(np.abs(frames).max(axis=2), 1e-6))
        bins = _bin(level_db)
        for channel in range(self.channels):
            self.levels[channel] += np.bincount(bins[channel], minlength=BINS)
            self.peaks[channel] += np.bincount(_bin(peak_db[channel]), minlength=BINS)
        if self.channels == 2:
            cross = np.einsum("fn,fn->f", frames[0], frames[1]) / FRAME_SAMPLES
            power = np.sqrt(10.0 ** ((level_db[0] + level_db[1]) / 10.0))
            np.add.at(self.joint, (bins[0], bins[1]), 1)
            np.add.at(self.joint_correlation, (bins[0], bins[1]), cross / power)

    @property
    def dc(self) -> NDArray[np.float64]:
        return self.total / max(1, self.samples)

    def level_db(self, channel: int, share: float) -> float:
        """Level that `share` of the channel's frames stay under (0.98: speech, 0.10: background)."""
        return quantile_db(self.levels[channel], share)

    def peak_db(self, channel: int, share: float) -> float:
        """Frame peak that `share` of the channel's frames stay under."""
        return quantile_db(self.peaks[channel], share)


def quantile_db(histogram: NDArray[np.int64], share: float) -> float:
    """The level in dB that `share` of the counted frames do not exceed; FLOOR_DB for an empty histogram."""
    total = int(histogram.sum())
    if total == 0:
        return float(FLOOR_DB)
    return float(np.searchsorted(np.cumsum(histogram), share * total) + FLOOR_DB)
