"""The process that makes waveforms and playable files: `python -m web.worker.sound_child`, JSON in, JSON out.

Like the analyzer's decoding child it reads whatever users upload: limits on memory, time and file size, no network,
no database, no environment. What it writes is what the analyzer hears: 16 kHz, holes filled with silence, so that a
second on the page is the same second in the evidence.
"""

from __future__ import annotations

import json
import math
import os
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.audio.report import SAMPLE_RATE_HZ
from analyzer.audio.sniff import head
from analyzer.audio.stream import Source

MOST_PAIRS = 2000  # of one channel; a page is hardly ever wider
FINE_SAMPLES = 160  # 10 ms: the resolution that is kept until the length is known
MAX_MEMORY_BYTES = 1024**3
BIT_RATE = 40_000  # of a channel: speech at 16 kHz in AAC sounds like the original
MIN_DRIFT_S = 0.3
# (container, codec) that Chromium, Firefox and Safari all play, with their media types
PLAYABLE = {
    ("mp3", "mp3float"): "audio/mpeg",
    ("mp3", "mp3"): "audio/mpeg",
    ("wav", "pcm_s16le"): "audio/wav",
    ("flac", "flac"): "audio/flac",
    ("mov", "aac"): "audio/mp4",
    ("ogg", "opus"): "audio/ogg",
    ("ogg", "vorbis"): "audio/ogg",
    ("matroska", "opus"): "audio/webm",
    ("matroska", "vorbis"): "audio/webm",
}


def main() -> int:
    """Answer one request."""
    request = json.loads(sys.stdin.read())
    _limit(request)
    folder = Path(request["folder"])
    if "cut_s" in request:
        sys.stdout.write(json.dumps(_cut(request, folder / "clip")))
        return 0
    peaks = Peaks()
    with _source(request) as source:
        for block in _blocks(source, request):
            peaks.add(block)
        media_type = PLAYABLE.get((source.container, source.codec))
        if media_type is None or _drifts(source, Path(request["source"])):
            media_type = None
    found = peaks.result()
    (folder / "peaks").write_text(json.dumps(found, separators=(",", ":")), "ascii")
    if media_type is None:
        with _source(request) as source:
            encode(_blocks(source, request), len(found["channels"]), folder / "play")
    answer = {
        "media_type": media_type or "audio/mp4",
        "play": media_type is None,
        "duration_s": found["duration_s"],
        "channels": len(found["channels"]),
    }
    sys.stdout.write(json.dumps(answer))
    return 0


class Peaks:
    """The lowest and highest sample of equal stretches, whatever the length, in bounded memory."""

    def __init__(self) -> None:
        self._samples = 0
        self._low: list[NDArray[np.float32]] = []
        self._high: list[NDArray[np.float32]] = []

    def add(self, block: NDArray[np.float32]) -> None:
        """Take in a block of shape (channels, n); blocks are whole stretches of FINE_SAMPLES long, except the last."""
        self._samples += block.shape[1]
        padded = np.pad(block, ((0, 0), (0, -block.shape[1] % FINE_SAMPLES)), mode="edge")
        fine = padded.reshape(block.shape[0], -1, FINE_SAMPLES)
        self._low.append(fine.min(axis=2))
        self._high.append(fine.max(axis=2))

    def result(self) -> dict[str, Any]:
        """Return the JSON of the waveform. Raises ValueError where there was no sound at all."""
        if not self._samples:
            raise ValueError("no samples")
        low, high = np.concatenate(self._low, axis=1), np.concatenate(self._high, axis=1)
        count = min(MOST_PAIRS, low.shape[1])
        starts = np.arange(count) * low.shape[1] // count
        low = np.minimum.reduceat(low, starts, axis=1)
        high = np.maximum.reduceat(high, starts, axis=1)
        peak = float(max(abs(low.min()), abs(high.max())))
        pairs = np.stack([low, high], axis=2).reshape(low.shape[0], -1)
        scaled = np.rint(pairs * (127.0 / peak if peak > 0 else 0.0)).astype(int)
        return {
            "schema": 1,
            "duration_s": round(self._samples / SAMPLE_RATE_HZ, 2),
            "peak": round(peak, 4),
            "channels": scaled.tolist(),
        }


def encode(blocks: Iterator[NDArray[np.float32]], channels: int, target: Path) -> None:
    """Write blocks of 16 kHz samples as AAC in MP4, its index at the front so that it plays from the first bytes on."""
    import av

    with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream: Any = container.add_stream("aac", rate=SAMPLE_RATE_HZ, layout="stereo" if channels == 2 else "mono")
        stream.bit_rate = BIT_RATE * channels
        at = 0
        for block in blocks:
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(np.clip(block, -1.0, 1.0)), "fltp", stream.layout.name
            )
            frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, at
            at += block.shape[1]
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _cut(request: dict[str, Any], target: Path) -> dict[str, Any]:
    """Write the seconds [start, end) of `cut_s` as a file that browsers play."""
    first, last = (round(second * SAMPLE_RATE_HZ) for second in request["cut_s"])
    kept: list[NDArray[np.float32]] = []
    at = 0
    with _source(request) as source:
        for block in _blocks(source, request):
            kept.append(block[:, max(0, first - at) : max(0, last - at)])
            at += block.shape[1]
            if at >= last:
                break
    sound = np.concatenate(kept, axis=1) if kept else np.zeros((1, 0), np.float32)
    if not sound.shape[1]:
        raise ValueError("nothing lies between these seconds")
    encode(iter([sound]), sound.shape[0], target)
    return {"duration_s": sound.shape[1] / SAMPLE_RATE_HZ}


def _source(request: dict[str, Any]) -> Source:
    return Source(Path(request["source"]))


def _blocks(source: Source, request: dict[str, Any]) -> Iterator[NDArray[np.float32]]:
    deadline = time.monotonic() + request["max_cpu_s"]
    return source.blocks(request["max_duration_s"], deadline, lambda: os.getppid() == request["parent"])


def _drifts(source: Source, path: Path) -> bool:
    """Whether a browser's seconds would differ from ours: damage, a wrong length, or MP3 that is found by estimate.

    A browser seeks in MP3 of variable bit rate by a table of 100 places (Xing header), seconds off in a long one.
    """
    decoded_s = (source.decoded_samples + source.filled_samples) / SAMPLE_RATE_HZ
    wrong = source.stated_s is not None and abs(source.stated_s - decoded_s) > max(MIN_DRIFT_S, 0.002 * decoded_s)
    start = head(path)
    estimated = source.container == "mp3" and (b"Xing" in start or b"VBRI" in start)
    return bool(source.bad_packets or source.filled_samples or wrong or estimated)


def _limit(request: dict[str, Any]) -> None:
    """Lower this process's limits; the kernel keeps them whatever a codec does."""
    file_bytes = int((request["max_duration_s"] + 60.0) * BIT_RATE) + 2**20
    for kind, value in (
        (resource.RLIMIT_AS, MAX_MEMORY_BYTES),
        (resource.RLIMIT_CPU, math.ceil(request["max_cpu_s"]) + 5),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        _, hard = resource.getrlimit(kind)
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (allowed, allowed))


if __name__ == "__main__":
    sys.exit(main())
