"""Where somebody speaks: Silero VAD v6 (MIT, bundled with faster-whisper) over int16 audio, in bounded memory.

The network sees 32 ms frames with 64 samples of context and carries its state from block to block, so
the result does not depend on the block size and three hours cost no more memory than one minute.
The thresholds lean towards hearing: a short 嗯 or a far speaker lost here is lost for good, whereas noise
let through is caught by the guards after decoding.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.domain import Span
from analyzer.hearing.types import Pcm
from analyzer.physics import SAMPLE_RATE_HZ

FRAME = 512  # samples; 32 ms, the only size Silero v6 takes at 16 kHz
_CONTEXT = 64
_BLOCK_FRAMES = 1024  # 33 s a call
_FRAME_S = FRAME / SAMPLE_RATE_HZ
_FULL_SCALE = 32768.0


@dataclass(frozen=True, slots=True)
class DetectionOptions:
    """Thresholds of detection; times in seconds, probabilities in [0, 1]."""

    enter: float = 0.4  # a frame over this starts speech
    leave: float = 0.25  # speech goes on until frames fall under this
    min_speech_s: float = 0.12
    min_silence_s: float = 0.3
    pad_s: float = 0.12


def speech_gain(samples: Pcm) -> float:
    """Factor that lifts a quiet recording to about -23 dBFS at its loud frames; never lowers, at most x20 (26 dB).

    Silero was trained on levels near that; a phone in a pocket is 20-30 dB under it. Digital silence gives 1.
    """
    block = FRAME * _BLOCK_FRAMES
    loud: list[NDArray[np.float32]] = []
    for first in range(0, len(samples), block):
        part = np.asarray(samples[first : first + block], np.float32)
        part = part[: len(part) // FRAME * FRAME].reshape(-1, FRAME)
        loud.append(np.sqrt(np.mean(np.square(part), axis=1)))
    levels = np.concatenate(loud) if loud else np.zeros(0, np.float32)
    reference = float(np.percentile(levels, 95)) if len(levels) else 0.0
    target = _FULL_SCALE * 10 ** (-23 / 20)
    return float(np.clip(target / reference, 1.0, 20.0)) if reference > 1.0 else 1.0


def speech_probabilities(
    samples: Pcm, gain: float = 1.0, heartbeat: Callable[[float], None] | None = None
) -> NDArray[np.float32]:
    """Probability of speech a 32 ms frame, shape (ceil(len / 512),). `heartbeat` is told the seconds done."""
    session = _session()
    state = {"h": np.zeros((1, 1, 128), np.float32), "c": np.zeros((1, 1, 128), np.float32)}
    context = np.zeros(_CONTEXT, np.float32)
    parts: list[NDArray[np.float32]] = []
    block = FRAME * _BLOCK_FRAMES
    for first in range(0, len(samples), block):
        part = np.asarray(samples[first : first + block], np.float32) * np.float32(gain / _FULL_SCALE)
        np.clip(part, -1.0, 1.0, out=part)
        part = np.pad(part, (0, -len(part) % FRAME))
        # Frame i is preceded by the last 64 samples of frame i - 1.
        stream = np.concatenate([context, part])
        frames = np.lib.stride_tricks.sliding_window_view(stream, FRAME + _CONTEXT)[::FRAME]
        output, state["h"], state["c"] = session.run(None, {"input": np.ascontiguousarray(frames), **state})
        context = part[-_CONTEXT:]
        parts.append(np.asarray(output, np.float32).reshape(-1))
        if heartbeat:
            heartbeat(min(first + block, len(samples)) / SAMPLE_RATE_HZ)
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def detect_speech(
    samples: Pcm,
    options: DetectionOptions | None = None,
    heartbeat: Callable[[float], None] | None = None,
) -> tuple[Span, ...]:
    """Stretches of speech of one channel (int16, 16 kHz, shape (n,); may be a memory map), in order, apart.

    Empty for silence and for an empty recording. Ends are padded by `pad_s` but never past the recording.
    """
    options = options or DetectionOptions()
    probabilities = speech_probabilities(samples, speech_gain(samples), heartbeat)
    duration_s = len(samples) / SAMPLE_RATE_HZ
    return spans_of(probabilities, duration_s, options)


def spans_of(probabilities: NDArray[np.float32], duration_s: float, options: DetectionOptions) -> tuple[Span, ...]:
    """Frames to spans: hysteresis, pauses under `min_silence_s` bridged, blips dropped, ends padded."""
    runs: list[list[int]] = []
    for first, last in _hysteresis(probabilities, options):
        if runs and (first - runs[-1][1]) * _FRAME_S < options.min_silence_s:
            runs[-1][1] = last
        else:
            runs.append([first, last])
    spans: list[Span] = []
    for first, last in runs:
        if (last - first) * _FRAME_S < options.min_speech_s:
            continue
        start_s = max(0.0, first * _FRAME_S - options.pad_s)
        end_s = min(duration_s, last * _FRAME_S + options.pad_s)
        if spans and start_s < spans[-1].end_s:
            start_s = spans[-1].end_s
        if end_s > start_s:
            spans.append(Span(round(start_s, 3), round(end_s, 3)))
    return tuple(spans)


def _hysteresis(probabilities: NDArray[np.float32], options: DetectionOptions) -> list[tuple[int, int]]:
    """Runs of frames over `leave` that touch `enter` at least once."""
    over = np.concatenate([[False], probabilities >= options.leave, [False]])
    edges = np.flatnonzero(over[1:] != over[:-1])
    return [
        (int(first), int(last))
        for first, last in zip(edges[::2], edges[1::2], strict=True)
        if probabilities[first:last].max() >= options.enter
    ]


@functools.cache
def _session() -> Any:
    """The network, on one thread: it is small, and a pool of onnxruntime's own can hang at exit
    beside CTranslate2's (RELIABILITY §1.11)."""
    import faster_whisper.utils
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = 1
    options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    path = Path(faster_whisper.utils.get_assets_path()) / "silero_vad_v6.onnx"
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
