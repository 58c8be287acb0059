"""The decoding child: `python -m analyzer.audio.child`, a request on stdin, a report on stdout, both JSON.

It reads whatever users upload, so it is apart from everything else: limits on memory, time and file size, walls
(`walls.py`), no model, no database, no environment. If it dies the parent reports one bad file.
`--walls` prints which walls stand on this machine.
"""

from __future__ import annotations

import dataclasses
import errno
import importlib
import json
import math
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.audio import playback, walls
from analyzer.audio.alignment import Alignment
from analyzer.audio.channels import Plan, as_it_is, plan
from analyzer.audio.fold import fold
from analyzer.audio.measure import Measurements
from analyzer.audio.planes import packed, read_planes
from analyzer.audio.render import render
from analyzer.audio.report import ClipSpan, DecodeError, Failure, Report, Request, request_from_json, to_json
from analyzer.audio.room import Room
from analyzer.audio.tape import Tape
from analyzer.heap import first_to_go
from analyzer.physics import SAMPLE_RATE_HZ

MAX_MEMORY_BYTES = 1024**3  # address space; about 150 MiB is used, the rest is for odd containers
FULL = {errno.ENOSPC, errno.EDQUOT}


def main() -> int:
    """Answer one request. Always prints a Report or a Failure, unless killed."""
    if sys.argv[1:] == ["--walls"]:
        with tempfile.TemporaryDirectory() as folder:
            sys.stdout.write(json.dumps(walls.put_up(Path(__file__), [Path(folder)])))
        return 0
    request = request_from_json(sys.stdin.read())
    importlib.import_module("av")  # while its files may be read
    _limit(request)
    walls.put_up(Path(request.source).resolve(), [Path(f) for f in (request.folder, request.playback) if f is not None])
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
        if request.cut_s is not None:
            return cut(request, *request.cut_s)
        return decode(request) if request.mute_s is None else copy(request)
    except DecodeError as error:
        return Failure(error.code, error.detail)
    except MemoryError as error:
        return Failure("memory", repr(error))
    except OSError as error:
        code = "temp" if error.errno == errno.EFBIG else "disk-full" if error.errno in FULL else "unreadable"
        return Failure(code, repr(error))
    except Exception as error:  # a surprise in one file must not look like a crash of the service
        return Failure("internal", repr(error))


def decode(request: Request) -> Report:
    """Decode `request.source` into int16 samples in `request.target`. Raises DecodeError, OSError, MemoryError."""
    folder = Path(request.folder)
    room = Room(folder, request.max_temp_bytes)
    with Tape(Path(request.source), folder, room) as tape:
        planes = [folder / f"plane{number}" for number in range(tape.planes)]
        heard = _Heard(request, tape.planes)
        files = [plane.open("wb") for plane in planes]
        try:
            for block in _blocks(tape, request):
                heard.add(block)
                for file, values in zip(files, block, strict=True):
                    sound = packed(values)
                    room.take(len(sound))
                    file.write(sound)
        finally:
            for file in files:
                file.close()
        if tape.decoded_samples == 0:
            raise DecodeError("damaged" if tape.bad_packets else "no-samples", f"{tape.bad_packets} bad")
        kept, mixed = fold(planes, folder)
        if kept != planes:
            heard = _Heard(request, len(kept))
            for block in read_planes(kept):
                heard.add(block)
        measured = heard.measured
        chosen = as_it_is(measured) if request.plain else plan(measured, heard.alignment)
        played = _playback(tape, heard.peaks, kept, request)
        for plane in {*planes} - {*kept}:
            plane.unlink()
        render(kept, measured.samples, chosen, Path(request.target))  # uses the planes up
        for plane in kept:
            plane.unlink()
        return dataclasses.replace(_report(tape, measured, chosen, mixed), **played)


class _Heard:
    """What is learnt from the blocks on their way to the disk."""

    def __init__(self, request: Request, planes: int) -> None:
        self.measured = Measurements(min(planes, 2))
        self.alignment = Alignment() if planes == 2 else None
        self.peaks = playback.Peaks()
        self._wanted = planes <= 2  # of more, two are chosen first
        self._shown = request.playback is not None

    def add(self, block: NDArray[np.float32]) -> None:
        if not self._wanted:
            return
        self.measured.add(block)
        if self.alignment is not None:
            self.alignment.add(block)
        if self._shown:
            self.peaks.add(block)


def cut(request: Request, start_s: float, end_s: float) -> ClipSpan:
    """Write one stretch to `request.target` as AAC. Raises DecodeError, OSError, MemoryError."""
    folder = Path(request.folder)
    with Tape(Path(request.source), folder, Room(folder, request.max_temp_bytes)) as tape:
        sound = playback.stretch(playback.muted(_blocks(tape, request), request.mute_s or ()), start_s, end_s)
    if sound.shape[0] > 2:
        sound = sound.mean(axis=0, keepdims=True)
    playback.encode(iter([sound]), sound.shape[0], Path(request.target))
    return ClipSpan(sound.shape[1] / SAMPLE_RATE_HZ)


def copy(request: Request) -> ClipSpan:
    """Write the whole recording to `request.target` as AAC, silent in `request.mute_s`; a block is held at a time."""
    samples = 0

    def blocks(tape: Tape) -> Iterator[NDArray[np.float32]]:
        nonlocal samples
        for block in playback.muted(_blocks(tape, request), request.mute_s or ()):
            samples += block.shape[1]
            yield block.mean(axis=0, keepdims=True) if tape.planes > 2 else block

    folder = Path(request.folder)
    with Tape(Path(request.source), folder, Room(folder, request.max_temp_bytes)) as tape:
        playback.encode(blocks(tape), tape.planes if tape.planes <= 2 else 1, Path(request.target), quick=True)
    if not samples:
        raise DecodeError("no-samples")
    return ClipSpan(samples / SAMPLE_RATE_HZ)


def _blocks(tape: Tape, request: Request) -> Iterator[NDArray[np.float32]]:
    deadline = time.monotonic() + request.max_cpu_s
    return tape.blocks(request.max_duration_s, deadline, lambda: os.getppid() == request.parent)


def _playback(tape: Tape, peaks: playback.Peaks, planes: list[Path], request: Request) -> dict[str, Any]:
    """The fields of the report about what a page plays. Where it cannot be made the recording is heard all the same."""
    if request.playback is None:
        return {}
    deadline = time.monotonic() + request.max_cpu_s
    try:
        media_type, copied = playback.write(Path(request.playback), tape, Path(request.source), peaks, planes, deadline)
    except Exception:
        return {}
    return {"media_type": media_type, "copied": copied}


def _report(tape: Tape, measured: Measurements, chosen: Plan, mixed: bool) -> Report:
    used = np.flatnonzero(np.abs(chosen.weights).sum(axis=0) > 0)
    return Report(
        container=tape.container,
        codec=tape.codec,
        source_rate_hz=tape.rate_hz,
        source_channels=tape.channels if tape.tracks == 1 else tape.planes,
        container_s=tape.stated_s,
        decoded_s=tape.decoded_samples / SAMPLE_RATE_HZ,
        filled_s=tape.filled_samples / SAMPLE_RATE_HZ,
        bad_packets=tape.bad_packets,
        non_finite=tape.non_finite,
        clipped_share=max(float(measured.clipped[c] / measured.samples) for c in used),
        dc_offset=max((float(measured.dc[c]) for c in used), key=abs),
        level_db=chosen.level_db,
        gain_db=chosen.gain_db,
        leak_db=chosen.leak_db,
        choice="mixdown" if mixed or (tape.channels > 2 and len(chosen.weights) == 1) else chosen.choice,
        channels=chosen.weights.shape[0],
        samples=measured.samples,
        correlation=chosen.correlation,
        planes=measured.channels,
        delay_s=chosen.delay_s,
        echoes=tuple((gate.channel, gate.delay_s) for gate in chosen.gates if gate.delay_s),
        tracks=tape.tracks,
        left_out_tracks=tape.left_out_tracks,
        joined=tape.joined,
        mended=tape.mended,
        unread_bytes=tape.unread_bytes,
        cut=tape.cut,
        legs=tape.legs,
    )


def _limit(request: Request) -> None:
    """Lower this process's limits; the kernel keeps them whatever a codec does."""
    file_bytes = int((request.max_duration_s + 60.0) * SAMPLE_RATE_HZ * 4)
    cpu_s = math.ceil(request.max_cpu_s) * (2 if request.encodes else 1) + 5  # decoding, then encoding
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
    first_to_go(1000)


if __name__ == "__main__":
    sys.exit(main())
