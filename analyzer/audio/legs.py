"""Two files of one call, a person on each, as one recording with two channels.

Each is decoded by the child as any file of a stranger, so that nothing here reads a format. What comes out is plain PCM
(WAV, 16 kHz, 16 bits), the same bytes for the same two files: a second import finds the first by its content.
"""

from __future__ import annotations

import struct
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.audio.recording import Audio, open_audio
from analyzer.audio.report import BLOCK_SAMPLES, legs_comment
from analyzer.physics import SAMPLE_RATE_HZ
from analyzer.settings import Settings

MOST_LATER_S = 3600.0
FRAME_BYTES = 4  # two channels of 16 bits


@dataclass(frozen=True, slots=True)
class Joined:
    """What was written: the seconds of each leg, and how much later the second one begins (negative: the first)."""

    first_s: float
    second_s: float
    later_s: float


def join_legs(first: Path, second: Path, target: Path, settings: Settings, later_s: float = 0.0) -> Joined:
    """Write `first` as the left and `second` as the right channel of `target`; the shorter one ends in silence.

    `later_s`: how much later the second one begins, at most an hour either way. A leg that has two channels itself is mixed.
    Raises AudioError, which names the leg; ValueError for an impossible `later_s`; OSError.
    """
    if not abs(later_s) <= MOST_LATER_S:
        raise ValueError(f"a leg begins at most {MOST_LATER_S} s later, got {later_s}")
    with ExitStack() as stack:
        legs = [stack.enter_context(open_audio(path, settings)) for path in (first, second)]
        starts = [round(max(0.0, -later_s) * SAMPLE_RATE_HZ), round(max(0.0, later_s) * SAMPLE_RATE_HZ)]
        count = max(start + leg.samples.shape[1] for start, leg in zip(starts, legs, strict=True))
        told = Joined(legs[0].duration_s, legs[1].duration_s, later_s)
        with target.open("xb") as file:
            file.write(_header(count, legs_comment(told.first_s, told.second_s, told.later_s)))
            for at in range(0, count, BLOCK_SAMPLES):
                size = min(BLOCK_SAMPLES, count - at)
                sides = [_stretch(leg, at - start, size) for start, leg in zip(starts, legs, strict=True)]
                file.write(np.stack(sides, axis=1).astype("<i2").tobytes())
                for leg in legs:
                    leg.release()
    return told


def _stretch(leg: Audio, at: int, size: int) -> NDArray[np.int16]:
    """`size` samples of a leg from `at` on, silence before its beginning and behind its end."""
    made = np.zeros(size, dtype=np.int16)
    first, last = max(0, at), min(leg.samples.shape[1], at + size)
    if first < last:
        total = leg.samples[:, first:last].astype(np.int32).sum(axis=0)
        made[first - at : last - at] = np.clip(total, -32768, 32767).astype(np.int16)
    return made


def _header(frames: int, comment: str) -> bytes:
    """RIFF, with what the file says of itself before the samples (`LIST` `INFO` `ICMT`)."""
    words = comment.encode("ascii") + b"\0"
    words += b"\0" * (len(words) % 2)
    told = b"INFO" + b"ICMT" + struct.pack("<I", len(words)) + words
    form = struct.pack("<HHIIHH", 1, 2, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ * FRAME_BYTES, FRAME_BYTES, 16)
    chunks = b"".join(_chunk(name, body) for name, body in ((b"fmt ", form), (b"LIST", told)))
    size = frames * FRAME_BYTES
    return (
        b"RIFF" + struct.pack("<I", 4 + len(chunks) + 8 + size) + b"WAVE" + chunks + b"data" + struct.pack("<I", size)
    )


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body
