"""Planes: the channels of a recording on the disk between the passes, two bytes a sample.

Each stretch of a tenth of a second has its own scale, a power of two: a quiet voice is kept as exactly as a loud one, what
was decoded from 16 bits at 16 kHz is kept as it is, and float files beyond full scale are not cut.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from analyzer.audio.report import BLOCK_SAMPLES

STRETCH = 1_600
_STRETCHES = BLOCK_SAMPLES // STRETCH
_SMALLEST = -60  # exponent of silence
_PUNCH_HOLE = 3  # FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, linux/falloc.h


def packed(values: NDArray[np.float32]) -> bytes:
    """One plane's samples, shape (n,): n a multiple of STRETCH but at the end of the recording."""
    rows = np.pad(values, (0, -len(values) % STRETCH)).reshape(-1, STRETCH)
    mantissa, exponent = np.frexp(np.abs(rows).max(axis=1))
    exponent = np.maximum(np.where(mantissa == 0.5, exponent - 1, exponent), _SMALLEST)  # -1.0 is 16 bits' lowest
    scaled = np.clip(np.rint(np.ldexp(rows.astype(np.float64), 15 - exponent[:, None])), -32768, 32767)
    whole = np.column_stack([exponent, scaled]).astype(np.int16).ravel()
    return whole[: len(values) + len(rows)].tobytes()


def read_planes(planes: list[Path], *, consumed: bool = False) -> Iterator[NDArray[np.float32]]:
    """What was written to `planes`, in blocks of shape (channels, BLOCK_SAMPLES), the last one shorter.

    `consumed`: what has been read is given back to the disk, where its file system can do so; nobody reads it again.
    """
    with ExitStack() as stack:
        files = [stack.enter_context(plane.open("r+b" if consumed else "rb")) for plane in planes]
        while True:
            block = np.stack([_unpacked(np.fromfile(file, np.int16, _STRETCHES * (STRETCH + 1))) for file in files])
            if not block.shape[1]:
                return
            yield block
            if consumed:
                for file in files:
                    _give_back(file)


def _unpacked(whole: NDArray[np.int16]) -> NDArray[np.float32]:
    rows = np.pad(whole, (0, -len(whole) % (STRETCH + 1))).reshape(-1, STRETCH + 1)
    samples = np.ldexp(rows[:, 1:].astype(np.float32), rows[:, :1].astype(np.int32) - 15)
    return samples.ravel()[: len(whole) - len(rows)]


def _give_back(file: BinaryIO) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).fallocate(file.fileno(), _PUNCH_HOLE, ctypes.c_long(0), ctypes.c_long(file.tell()))
