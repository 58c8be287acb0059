"""The text-to-speech adapter: Kokoro-82M from ../shared/tts (optional), loaded lazily, every sentence kept on disk.

There are four voices, zf_xiaobei, zf_xiaoxiao, zm_yunxi and zm_yunyang. More people come from them in two ways:
`a+b` is the mean of two voices' style vectors (a voice between them), and a pitch shift moves pitch and formants.
"""

from __future__ import annotations

import functools
import hashlib
import sys
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from benchmarks.kit.places import ROOT, TTS

RATE_HZ = 24_000
CACHE_DIR = ROOT / "var" / "cache" / "tts"
TTS_VOICES = ("zf_xiaobei", "zf_xiaoxiao", "zm_yunxi", "zm_yunyang")
RMS = 0.07  # every sentence is brought to this level (about -23 dB of full scale) before its own gain

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Voice:
    """A speaker: a TTS voice (`a+b`: a voice between two), its habitual speed, and a pitch shift by resampling."""

    name: str
    speed: float = 1.0
    pitch_semitones: float = 0.0
    level_db: float = 0.0

    def __post_init__(self) -> None:
        for name in str(self.name).split("+"):
            if name not in TTS_VOICES:
                raise ValueError(f"voice {name!r}, allowed: {', '.join(TTS_VOICES)} or a sum of them")
        if not (0.8 <= self.speed <= 1.25 and -4 <= self.pitch_semitones <= 4):
            raise ValueError(f"speed 0.8 .. 1.25 and pitch -4 .. 4 semitones sound human, got {self}")


class Speak(Protocol):
    """Says one sentence: mono float32 samples at RATE_HZ, trimmed of silence, RMS level `RMS`."""

    def __call__(self, text: str, voice: Voice, speed: float) -> Samples: ...


def speak(text: str, voice: Voice, speed: float) -> Samples:
    """Speak with Kokoro. The pitch shift resamples, with the speed corrected beforehand so that it stays.

    Raises: RuntimeError where the TTS packages or ../shared/tts are missing.
    """
    # 12 semitones are a factor of 2; a ratio in hundredths keeps the resampling filter short.
    hundredths = round(100 * 2 ** (voice.pitch_semitones / 12))
    spoken = _cached(text, voice.name, round(speed * voice.speed * 100 / hundredths, 3))
    if hundredths != 100:
        spoken = resample_poly(spoken, 100, hundredths).astype(np.float32)
    return level(trim(spoken))


def trim(samples: Samples, pad_s: float = 0.03) -> Samples:
    """Cut what is more than 40 dB under the loudest 10 ms from both ends."""
    frame = RATE_HZ // 100
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    rms = np.sqrt((frames**2).mean(axis=1))
    loud = np.flatnonzero(rms > rms.max(initial=0.0) / 100)
    if not len(loud):
        return samples
    pad = int(pad_s * RATE_HZ)
    return samples[max(0, loud[0] * frame - pad) : (loud[-1] + 1) * frame + pad]


def level(samples: Samples) -> Samples:
    """Bring the samples to the common RMS."""
    rms = float(np.sqrt((samples**2).mean())) if len(samples) else 0.0
    return samples if rms == 0.0 else (samples * (RMS / rms)).astype(np.float32)


def _cached(text: str, voice: str, speed: float) -> Samples:
    key = hashlib.sha256(f"{voice}|{speed:.3f}|{text}".encode()).hexdigest()[:32]
    path = CACHE_DIR / f"{key}.npy"
    if path.exists():
        return np.load(path).astype(np.float32) / 32767
    spoken = _engine().say(text, voice, speed)
    CACHE_DIR.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{id(spoken)}.tmp")
    with part.open("wb") as file:
        np.save(file, (np.clip(spoken, -1, 1) * 32767).astype(np.int16))
    part.replace(path)
    return np.clip(spoken, -1, 1).astype(np.float32)


@functools.cache
def _engine() -> Any:
    """Import ../shared/tts/say.py, with one thread: on few cores it is faster than two (measured 3.7 s against 4.6 s)."""
    try:
        import onnxruntime

        sys.path.insert(0, str(TTS))
        import say
    except ImportError as error:
        raise RuntimeError(
            f"the voices need {TTS}/say.py and the packages of requirements-bench.txt: {error}"
        ) from error
    first = say._session()  # joins and verifies the model file
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    single = onnxruntime.InferenceSession(first._model_path, options, providers=["CPUExecutionProvider"])
    say._session = lambda: single
    single_voice = say._voice
    say._voice = functools.cache(lambda name: np.mean([single_voice(n) for n in name.split("+")], axis=0))
    return say
