"""Makes the audio files that the tests decode, at run time: nothing binary is committed."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from analyzer.audio import Audio
from analyzer.audio.decoder import CHILD_COMMAND
from analyzer.audio.report import Failure, Report, Request, result_from_json, to_json
from analyzer.settings import ROOT

RATE_HZ = 16_000
Samples = NDArray[np.float32]


def tone(seconds: float, hz: float = 440.0, rate_hz: int = RATE_HZ, level: float = 0.3) -> Samples:
    """A sine of shape (n,)."""
    return (level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz)).astype(np.float32)


def voice(seconds: float, pitch_hz: float, seed: int, level: float = 0.3, rate_hz: int = RATE_HZ) -> Samples:
    """Speech-like sound: harmonics in syllables of 120-300 ms with pauses between them."""
    rng = np.random.default_rng(seed)
    count = round(seconds * rate_hz)
    envelope = np.zeros(count, dtype=np.float32)
    position = 0
    while position < count:
        length = int(rng.uniform(0.12, 0.3) * rate_hz)
        envelope[position : position + length] = np.hanning(length)[: count - position] * 10 ** (
            -rng.uniform(0, 10) / 20
        )
        position += length + int(rng.uniform(0.0, 0.08) * rate_hz)
    time_s = np.arange(count) / rate_hz
    wobble = pitch_hz * (1 + 0.05 * np.sin(2 * np.pi * 3 * time_s + rng.uniform(0, 6)))
    phase = 2 * np.pi * np.cumsum(wobble) / rate_hz
    sound = sum(np.sin(k * phase + rng.uniform(0, 6)) / k for k in range(1, 12))
    return (level * envelope * sound / 1.5).astype(np.float32)


def turns(*lengths_s: float, pitch_hz: float, first: bool, seed: int, level: float = 0.3) -> Samples:
    """One person of a conversation: speaks in every other of the given stretches, silent in the others."""
    pieces = [
        voice(length, pitch_hz, seed + index, level)
        if (index % 2 == 0) == first
        else np.zeros(round(length * RATE_HZ), np.float32)
        for index, length in enumerate(lengths_s)
    ]
    return np.concatenate(pieces)


def write(
    path: Path,
    samples: Samples,
    container: str = "wav",
    codec: str = "pcm_s16le",
    *,
    rate_hz: int = RATE_HZ,
    coded_rate_hz: int | None = None,
    layout: str | None = None,
    bit_rate: int | None = None,
    video: bool = False,
    sound: bool = True,
) -> Path:
    """Encode samples (n,) or (channels, n) of `rate_hz`; `video` adds a small picture track."""
    planes = np.atleast_2d(samples)
    layout = layout or {1: "mono", 2: "stereo"}[planes.shape[0]]
    coded_rate_hz = coded_rate_hz or rate_hz
    with av.open(str(path), "w", format=container) as out:
        picture = out.add_stream("mpeg4", rate=10) if video else None
        if picture is not None:
            picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        stream = out.add_stream(codec, rate=coded_rate_hz, layout=layout) if sound else None
        if stream is not None:
            if bit_rate:
                stream.bit_rate = bit_rate
            context = stream.codec_context
            context.open()
            resampler = av.AudioResampler(
                format=context.format, layout=layout, rate=coded_rate_hz, frame_size=context.frame_size or None
            )
            step = 4096
            for start in range(0, planes.shape[1], step):
                block = planes[:, start : start + step].T.reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), "flt", layout)
                frame.sample_rate, frame.pts = rate_hz, start
                frame.time_base = Fraction(1, rate_hz)
                for piece in resampler.resample(frame):
                    out.mux(stream.encode(piece))
            for piece in resampler.resample(None):
                out.mux(stream.encode(piece))
            out.mux(stream.encode(None))
        if picture is not None:
            for index in range(round(planes.shape[1] / rate_hz * 10)):
                image = av.VideoFrame.from_ndarray(np.full((64, 64, 3), index % 250, np.uint8), "rgb24")
                image.pts = index
                out.mux(picture.encode(image))
            out.mux(picture.encode(None))
    return path


def write_float_wav(path: Path, samples: Samples, rate_hz: int = RATE_HZ) -> Path:
    """A 32-bit float wav written by hand, so that NaN and values beyond full scale get through."""
    data = np.atleast_2d(samples).T.astype("<f4").tobytes()
    channels = np.atleast_2d(samples).shape[0]
    header = struct.pack(
        "<4sI4s4sIHHIIHH",
        b"RIFF",
        36 + len(data),
        b"WAVE",
        b"fmt ",
        16,
        3,
        channels,
        rate_hz,
        rate_hz * 4 * channels,
        4 * channels,
        32,
    )
    path.write_bytes(header + struct.pack("<4sI", b"data", len(data)) + data)
    return path


def write_amr_wb(path: Path, seconds: float) -> Path:
    """AMR-WB at 6.6 kbit/s of random parameters (there is no encoder): noise, right in length."""
    rng = np.random.default_rng(0)
    frames = [b"\x04" + rng.bytes(17) for _ in range(round(seconds * 50))]  # RFC 4867 §5.3, frame type 0
    path.write_bytes(b"#!AMR-WB\n" + b"".join(frames))
    return path


def read(audio: Audio, channel: int, start_s: float, end_s: float) -> Samples:
    """Samples of one channel in [start_s, end_s), in [-1, 1]."""
    return audio.samples[channel, round(start_s * RATE_HZ) : round(end_s * RATE_HZ)].astype(np.float32) / 32768.0


def dominant_hz(samples: Samples, rate_hz: int = RATE_HZ) -> float:
    """Frequency of the strongest line."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(np.argmax(spectrum) * rate_hz / samples.size)


def ask_child(path: Path, most_temp_bytes: int = 2**32) -> Report | Failure:
    """The child's own answer for a file, without the parent's translation into words."""

    with tempfile.TemporaryDirectory() as folder:
        request = Request(str(path), f"{folder}/samples", folder, 3600.0, 60.0, most_temp_bytes, os.getpid())
        done = subprocess.run(
            CHILD_COMMAND,
            input=to_json(request),
            capture_output=True,
            text=True,
            env={"PYTHONPATH": str(ROOT)},
            timeout=70,
            check=True,
        )
    return result_from_json(done.stdout)


def peak_memory_kib(path: Path) -> int:
    """Peak resident memory of a child that decodes `path`."""
    with tempfile.TemporaryDirectory() as folder:
        program = (
            "import os, resource; from analyzer.audio.child import decode; from analyzer.audio.report import Request;"
            f"decode(Request({str(path)!r}, '{folder}/samples', {folder!r}, 36e3, 300.0, 2**34, os.getppid()));"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT)}
        )
    return int(done.stdout)


def decode_all(paths: list[Path], max_duration_s: float, timeout_s: float) -> list[Report | Failure]:
    """Answers of one child that decodes all files in turn; fewer answers than files: it died at the next."""
    program = (
        "import os, sys; from analyzer.audio.child import answer; from analyzer.audio.report import *\n"
        "for path in sys.stdin.read().splitlines():\n"
        "    request = Request(path, sys.argv[1] + '/samples', sys.argv[1], float(sys.argv[2]), 10.0, 2**34, os.getppid())\n"
        "    print(to_json(answer(request)), flush=True)"
    )
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", program, folder, str(max_duration_s)],
            input="\n".join(map(str, paths)),
            capture_output=True,
            text=True,
            timeout=timeout_s,
            env={"PYTHONPATH": str(ROOT)},
            check=False,
        )
    return [result_from_json(line) for line in done.stdout.splitlines()]
