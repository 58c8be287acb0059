"""What a page plays and shows of a recording: its waveform, and AAC where browsers do not play the file as it is.

Runs in the child, on the planes that were decoded for the analysis: 16 kHz, holes filled with silence, so that a second
on the page is the same second in the evidence.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.audio import sniff
from analyzer.audio.planes import read_planes
from analyzer.audio.report import PEAKS_FILE, PLAY_FILE, DecodeError
from analyzer.audio.tape import Tape
from analyzer.physics import SAMPLE_RATE_HZ

MAX_PAIRS = 2000  # of one channel; a page is hardly ever wider
FINE_SAMPLES = 160  # 10 ms: the resolution that is kept until the length is known
BIT_RATE = 40_000  # of a channel: speech at 16 kHz in AAC sounds like the original
RAMP_SAMPLES = 160  # 10 ms
MIN_DRIFT_S = 0.3
AAC_TYPE = "audio/mp4"
# (container, codec) that Chromium, Firefox and Safari all play, with their media types
PLAYABLE = {
    ("mp3", "mp3float"): "audio/mpeg",
    ("mp3", "mp3"): "audio/mpeg",
    ("wav", "pcm_s16le"): "audio/wav",
    ("flac", "flac"): "audio/flac",
    ("mov", "aac"): AAC_TYPE,
    ("ogg", "opus"): "audio/ogg",
    ("ogg", "vorbis"): "audio/ogg",
    ("matroska", "opus"): "audio/webm",
    ("matroska", "vorbis"): "audio/webm",
}


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

    def waveform(self) -> dict[str, Any]:
        """The JSON of the waveform: low and high in turn, -127 to 127 of `peak`. Raises ValueError without any sound."""
        if not self._samples:
            raise ValueError("no samples")
        low, high = np.concatenate(self._low, axis=1), np.concatenate(self._high, axis=1)
        count = min(MAX_PAIRS, low.shape[1])
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


def write(folder: Path, tape: Tape, path: Path, peaks: Peaks, planes: list[Path], deadline: float) -> tuple[str, bool]:
    """Write waveform and, where needed, playable copy of the decoded `tape` at `path` into `folder`.

    Returns the media type of what is to be played, and whether that is the copy. Raises DecodeError, OSError, MemoryError.
    """
    (folder / PEAKS_FILE).write_text(json.dumps(peaks.waveform(), separators=(",", ":")), "ascii")
    media_type = PLAYABLE.get((tape.container, tape.codec))
    if media_type is not None and tape.as_it_is and not _drifts(tape, path):
        return media_type, False
    encode(_in_time(read_planes(planes), deadline), len(planes), folder / PLAY_FILE)
    return AAC_TYPE, True


def encode(blocks: Iterator[NDArray[np.float32]], channels: int, target: Path, *, quick: bool = False) -> None:
    """Write blocks of 16 kHz samples as AAC in MP4, its index at the front so that it plays from the first bytes on.

    `quick`: FFmpeg's fast search of quantisers, 40 % less processor time for 0.2 dB more distance from the original.
    """
    import av

    with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        layout, search = "stereo" if channels == 2 else "mono", {"aac_coder": "fast"} if quick else {}
        stream: Any = container.add_stream("aac", rate=SAMPLE_RATE_HZ, layout=layout, options=search)
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


def muted(
    blocks: Iterator[NDArray[np.float32]], spans_s: Sequence[tuple[float, float]]
) -> Iterator[NDArray[np.float32]]:
    """The blocks with silence in the spans; it comes and goes within RAMP_SAMPLES outside of them, so that nothing clicks."""
    spans = [(round(start_s * SAMPLE_RATE_HZ), round(end_s * SAMPLE_RATE_HZ)) for start_s, end_s in spans_s]
    at = 0
    for block in blocks:
        end = at + block.shape[1]
        here = [s for s in spans if s[0] - RAMP_SAMPLES < end and s[1] + RAMP_SAMPLES > at]
        if here:
            moments = np.arange(at, end)
            gain = np.ones(block.shape[1], np.float32)
            for first, last in here:
                outside = np.maximum(np.maximum(first - moments, moments - last + 1), 0)
                gain = np.minimum(gain, outside.astype(np.float32) / RAMP_SAMPLES)
            yield block * gain
        else:
            yield block
        at = end


def stretch(blocks: Iterator[NDArray[np.float32]], start_s: float, end_s: float) -> NDArray[np.float32]:
    """The samples in [start_s, end_s), shape (channels, n); later blocks are not asked for."""
    first, last = round(start_s * SAMPLE_RATE_HZ), round(end_s * SAMPLE_RATE_HZ)
    kept: list[NDArray[np.float32]] = []
    at = 0
    for block in blocks:
        kept.append(block[:, max(0, first - at) : max(0, last - at)])
        at += block.shape[1]
        if at >= last:
            break
    sound = np.concatenate(kept, axis=1) if kept else np.zeros((1, 0), np.float32)
    if not sound.shape[1]:
        raise DecodeError("no-samples", "nothing lies between these seconds")
    return sound


def _in_time(blocks: Iterator[NDArray[np.float32]], deadline: float) -> Iterator[NDArray[np.float32]]:
    for block in blocks:
        if time.monotonic() > deadline:
            raise DecodeError("timeout")
        yield block


def _drifts(tape: Tape, path: Path) -> bool:
    """Whether a browser's seconds would differ from ours: damage, a wrong length or beginning, MP3 found by estimate.

    A browser seeks in MP3 of variable bit rate by a table of 100 places (Xing header), seconds off in a long one.
    """
    decoded_s = (tape.decoded_samples + tape.filled_samples) / SAMPLE_RATE_HZ
    wrong = tape.stated_s is not None and abs(tape.stated_s - decoded_s) > max(MIN_DRIFT_S, 0.002 * decoded_s)
    start = sniff.head(path)
    estimated = tape.container == "mp3" and (b"Xing" in start or b"VBRI" in start)
    return bool(tape.bad_packets or tape.filled_samples or tape.origin_s > MIN_DRIFT_S or wrong or estimated)
