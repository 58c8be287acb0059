"""A decoded recording: 16 kHz samples on disk, read a stretch at a time."""

from __future__ import annotations

import mmap
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.audio import messages
from analyzer.audio.decoder import check_file, decode_file, plain_file
from analyzer.domain import Layout
from analyzer.physics import SAMPLE_RATE_HZ
from analyzer.settings import Settings


@dataclass(frozen=True, slots=True)
class Playback:
    """What a page plays: the file itself or, where `copied`, the copy that was made. `channels` are those of the waveform."""

    media_type: str
    copied: bool
    channels: int


@dataclass(frozen=True, slots=True)
class Audio:
    """A recording at 16 kHz. `samples` has shape (channels, n), int16, read-only, mapped from disk.

    One channel for MONO, two for STEREO. `name` is the file's name as the user gave it, `warnings` are
    Chinese sentences about its condition, `playback` says what was made for pages.
    """

    name: str
    samples: NDArray[np.int16]
    layout: Layout
    warnings: tuple[str, ...] = ()
    playback: Playback | None = None

    def __post_init__(self) -> None:
        channels = {Layout.MONO: 1, Layout.STEREO: 2}[self.layout]
        if self.samples.ndim != 2 or self.samples.shape[0] != channels:
            raise ValueError(f"{self.layout} needs shape ({channels}, n), got {self.samples.shape}")

    @property
    def duration_s(self) -> float:
        return int(self.samples.shape[1]) / SAMPLE_RATE_HZ

    @property
    def channel_count(self) -> int:
        return int(self.samples.shape[0])

    def mix(self, start_s: float, end_s: float) -> NDArray[np.float32]:
        """All channels added up in [start_s, end_s), in [-1, 1]: each person as loud as on the own channel.

        What lies outside the recording is left out.
        """
        count = self.samples.shape[1]
        start = min(max(0, round(start_s * SAMPLE_RATE_HZ)), count)
        end = min(max(start, round(end_s * SAMPLE_RATE_HZ)), count)
        total: NDArray[np.float32] = self.samples[:, start:end].astype(np.float32).sum(axis=0)
        mixed: NDArray[np.float32] = np.clip(total / np.float32(32768.0), -1.0, 1.0)
        return mixed

    def release(self) -> None:
        """Let go of the mapped pages read so far: they come back when they are read, and count as ours until then."""
        mapped: object = self.samples.base
        if isinstance(mapped, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            mapped.madvise(mmap.MADV_DONTNEED)


@contextmanager
def open_audio(path: Path, settings: Settings, playback: Path | None = None) -> Iterator[Audio]:
    """Decode `path` and give its samples until the block ends.

    On the way the folder `playback`, where given, gets the files PEAKS_FILE (the waveform) and, where browsers do not play
    the file as it is, PLAY_FILE; where they cannot be made, the Audio says so by having no `playback`.

    Memory is bounded: samples are mapped from a temporary file that is unlinked as soon as it is mapped, so that
    not even a killed worker leaves it behind. Raises AudioError, in Chinese, naming the file and the reason.
    """
    check_file(path, settings)
    try:
        folder = Path(tempfile.mkdtemp(prefix=f"tingjian-audio-{os.getpid()}-"))
    except OSError:
        raise messages.error("disk-full", path.name) from None
    try:
        report, target = decode_file(path, folder, settings, playback)
        samples = np.memmap(target, dtype=np.int16, mode="r", shape=(report.channels, report.samples))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    layout = Layout.STEREO if report.channels == 2 else Layout.MONO
    made = None
    if report.media_type is not None:
        made = Playback(report.media_type, report.copied, report.planes)
    yield Audio(path.name, samples, layout, messages.warnings(report), made)


def plain_samples(path: Path, settings: Settings) -> NDArray[np.int16]:
    """One channel of a short file as it is, shape (n,), int16 at 16 kHz. Raises AudioError."""
    with tempfile.TemporaryDirectory(prefix=f"tingjian-audio-{os.getpid()}-") as folder:
        return np.fromfile(plain_file(path, Path(folder), settings), np.int16)
