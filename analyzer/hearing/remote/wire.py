"""What a client and our own server agree upon beyond the common protocol; sound as WAV."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.domain import Engine
from analyzer.hearing.types import Decoded, Look, Pcm, Window
from analyzer.physics import SAMPLE_RATE_HZ

PROTOCOL = 1
FIELD = "tingjian"  # of a form: `Window` as JSON; of a model in /v1/models: what this server adds
SCORE_PATH = "tingjian/score"
TEXTS = "texts"  # of the form of SCORE_PATH: a JSON list
MOST_TEXTS = 400
MOST_TEXT = 2_000  # characters
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")


@dataclass(frozen=True, slots=True)
class Asked:
    """How our own server is to take the sound: as one window, lifted by `gain`, decoded as `look` says; `prompt` before it."""

    gain: float = 1.0
    look: Look = Look.FIRST
    prompt: str = ""

    def to_json(self) -> str:
        return json.dumps({"gain": self.gain, "look": self.look.value, "prompt": self.prompt}, ensure_ascii=False)


def asked_from_json(text: str) -> Asked:
    """Raises ValueError for anything else."""
    given = json.loads(text)
    if not isinstance(given, dict):
        raise ValueError(f"{FIELD} must be an object")
    gain, prompt = given.get("gain", 1.0), given.get("prompt", "")
    if isinstance(gain, bool) or not isinstance(gain, int | float) or not 0.0 < gain <= 1000.0:
        raise ValueError(f"{FIELD}.gain must be a number over 0, at most 1000")
    if not isinstance(prompt, str) or len(prompt) > MOST_TEXT:
        raise ValueError(f"{FIELD}.prompt must be a text of at most {MOST_TEXT} characters")
    return Asked(float(gain), Look(given.get("look", Look.FIRST.value)), prompt)


def samples_of(window: Window) -> Pcm:
    """The window's samples as they were recorded, shape (samples,), silence between the pieces, not lifted."""
    out = np.zeros(window.samples, np.int16)
    for piece in window.pieces:
        out[piece.offset : piece.offset + piece.last - piece.first] = window.source[piece.first : piece.last]
    return out


def lifted(window: Window) -> Pcm:
    """The window's samples as the engines hear them: lifted, in 16 bits."""
    audio: NDArray[np.float32] = window.audio()
    whole: Pcm = np.clip(np.rint(audio * np.float32(32768.0)), -32768.0, 32767.0).astype(np.int16)
    return whole


def wav(samples: Pcm) -> bytes:
    """16-bit PCM, 16 kHz, one channel, in a RIFF file."""
    sound = samples.astype("<i2").tobytes()
    rate = SAMPLE_RATE_HZ
    head = _HEADER.pack(
        b"RIFF", 36 + len(sound), b"WAVE", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16, b"data", len(sound)
    )
    return head + sound


def answer_of(decoded: Decoded, duration_s: float) -> dict[str, Any]:
    """A decoding as `verbose_json` with one segment and a word a character, so that nothing is lost.

    `probability` of a word is what faster-whisper's own servers give, too; `logprob` is its logarithm.
    """
    known = decoded.char_confidence or (None,) * len(decoded.text)
    words = [
        {"word": char, "start": start_s, "end": end_s, **_sure(value)}
        for char, start_s, end_s, value in zip(
            decoded.text, decoded.char_start_s, decoded.char_end_s, known, strict=True
        )
    ]
    segment = {
        "id": 0,
        "seek": 0,
        "start": decoded.char_start_s[0] if decoded.text else 0.0,
        "end": decoded.char_end_s[-1] if decoded.text else 0.0,
        "text": decoded.text,
        "tokens": [],
        "temperature": decoded.temperature,
        "avg_logprob": decoded.avg_logprob,
        "compression_ratio": decoded.compression_ratio,
        "no_speech_prob": decoded.no_speech_prob,
    }
    return {
        "task": "transcribe",
        "language": "zh",
        "duration": duration_s,
        "text": decoded.text,
        "segments": [segment] if decoded.text else [],
        "words": words,
        FIELD: {"coarse": decoded.coarse},
    }


def _sure(probability: float | None) -> dict[str, float]:
    if probability is None:
        return {}
    return {"probability": probability, "logprob": math.log(max(probability, 1e-10))}


def model_entry(engine: Engine, warnings: Sequence[str], *, scores: bool) -> dict[str, Any]:
    """Our own server's entry in /v1/models; `warnings` are the engine's, which belong to every result."""
    own = {"protocol": PROTOCOL, "scores": scores, "engine": asdict(engine), "warnings": list(warnings)}
    return {"id": engine.model, "object": "model", "created": 0, "owned_by": "tingjian", FIELD: own}
