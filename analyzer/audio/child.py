"""The decoding child: `python -m analyzer.audio.child`, a request on stdin, a report on stdout, both JSON.

It reads whatever users upload, so it is apart from everything else: limits on memory, time and file size,
no model, no database, no environment. If it dies the parent reports one bad file.
"""

from __future__ import annotations

import dataclasses
import errno
import math
import os
import resource
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.audio import playback
from analyzer.audio.channels import Plan, plan
from analyzer.audio.measure import Measurements
from analyzer.audio.render import render
from analyzer.audio.report import ClipSpan, DecodeError, Failure, Report, Request, request_from_json, to_json
from analyzer.audio.stream import Source
from analyzer.physics import SAMPLE_RATE_HZ

MAX_MEMORY_BYTES = 1024**3  # address space; about 150 MiB is used, the rest is for odd containers
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def main() -> int:
    """Answer one request. Always prints a Report or a Failure, unless killed."""
    request = request_from_json(sys.stdin.read())
    _limit(request)
    result = answer(request)
    if os.getppid() != request.parent:  # killed meanwhile: nobody else will tidy up
        for folder in filter(None, (request.folder, request.playback)):
            shutil.rmtree(folder, ignore_errors=True)
        return 1
    sys.stdout.write(to_json(result))
    return 0


def answer(request: Request) -> Report | ClipSpan | Failure:
    """The report of one file, or why there is none. Never raises an Exception."""
    try:
        return decode(request) if request.cut_s is None else cut(request, *request.cut_s)
    except DecodeError as error:
        return Failure(error.code, error.detail)
    except MemoryError as error:
        return Failure("memory", repr(error))
    except OSError as error:
        return Failure("disk-full" if error.errno in FULL else "unreadable", repr(error))
    except Exception as error:  # a surprise in one file must not look like a crash of the service
        return Failure("internal", repr(error))


def decode(request: Request) -> Report:
    """Decode `request.source` into int16 planes in `request.target`. Raises DecodeError, OSError, MemoryError."""
    folder = Path(request.folder)
    with Source(Path(request.source)) as source:
        channels = 2 if source.channels == 2 else 1
        planes = [folder / f"plane{channel}" for channel in range(channels)]
        measured, peaks = Measurements(channels), playback.Peaks()
        files = [plane.open("wb") for plane in planes]
        try:
            for block in _blocks(source, request):
                measured.add(block)
                if request.playback is not None:
                    peaks.add(block)
                for file, values in zip(files, block, strict=True):
                    file.write(values.tobytes())
        finally:
            for file in files:
                file.close()
        if measured.samples == 0 or source.decoded_samples == 0:
            raise DecodeError("damaged" if source.bad_packets else "no-samples", f"{source.bad_packets} bad")
        chosen = plan(measured)
        render(planes, measured.samples, chosen, Path(request.target))
        report = dataclasses.replace(_report(source, measured, chosen), **_playback(source, peaks, planes, request))
        for plane in planes:
            plane.unlink()
        return report


def cut(request: Request, start_s: float, end_s: float) -> ClipSpan:
    """Write one stretch to `request.target` as AAC. Raises DecodeError, OSError, MemoryError."""
    with Source(Path(request.source)) as source:
        sound = playback.stretch(_blocks(source, request), start_s, end_s)
    playback.encode(iter([sound]), sound.shape[0], Path(request.target))
    return ClipSpan(sound.shape[1] / SAMPLE_RATE_HZ)


def _blocks(source: Source, request: Request) -> Iterator[NDArray[np.float32]]:
    deadline = time.monotonic() + request.max_cpu_s
    return source.blocks(request.max_duration_s, deadline, lambda: os.getppid() == request.parent)


def _playback(source: Source, peaks: playback.Peaks, planes: list[Path], request: Request) -> dict[str, Any]:
    """The fields of the report about what a page plays. Where it cannot be made the recording is heard all the same."""
    if request.playback is None:
        return {}
    deadline = time.monotonic() + request.max_cpu_s
    try:
        media_type, copied = playback.write(
            Path(request.playback), source, Path(request.source), peaks, planes, deadline
        )
    except Exception:
        return {}
    return {"media_type": media_type, "copied": copied}


def _report(source: Source, measured: Measurements, chosen: Plan) -> Report:
    choice = "mixdown" if source.channels > 2 else chosen.choice
    used = np.flatnonzero(np.abs(chosen.weights).sum(axis=0) > 0)
    return Report(
        container=source.container,
        codec=source.codec,
        source_rate_hz=source.rate_hz,
        source_channels=source.channels,
        container_s=source.stated_s,
        decoded_s=source.decoded_samples / SAMPLE_RATE_HZ,
        filled_s=source.filled_samples / SAMPLE_RATE_HZ,
        bad_packets=source.bad_packets,
        non_finite=source.non_finite,
        clipped_share=max(float(measured.clipped[c] / measured.samples) for c in used),
        dc_offset=max((float(measured.dc[c]) for c in used), key=abs),
        level_db=chosen.level_db,
        gain_db=chosen.gain_db,
        leak_db=chosen.leak_db,
        choice=choice,
        channels=chosen.weights.shape[0],
        samples=measured.samples,
        correlation=chosen.correlation,
    )


def _limit(request: Request) -> None:
    """Lower this process's limits; the kernel keeps them whatever a codec does."""
    file_bytes = int((request.max_duration_s + 60.0) * SAMPLE_RATE_HZ * 4)
    cpu_s = math.ceil(request.max_cpu_s) * (1 if request.playback is None else 2) + 5  # decoding, then encoding
    for kind, value in (
        (resource.RLIMIT_AS, MAX_MEMORY_BYTES),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        _, hard = resource.getrlimit(kind)
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (allowed, allowed))


if __name__ == "__main__":
    sys.exit(main())
