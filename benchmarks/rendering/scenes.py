"""Rooms and lines: what happens to clean speech before it reaches the recorder. No automatic gain anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, oaconvolve, resample_poly, sosfilt

from benchmarks.rendering.noises import NOISES, noise, unit
from benchmarks.rendering.voices import Samples, Speak, Voice

SCENES = ("clean", "noise", "phone", "phone-stereo", "reverberant")
CHATTER = ("babble", "tv")  # noises made of other voices
PHONE_RATE_HZ = 8_000
_WEATHER = (
    "明天白天，多云转晴，最高气温二十六度。",
    "受冷空气影响，北部地区将有小到中雨。",
    "接下来，请收看本市的交通新闻。",
    "南环路昨天上午已经恢复通车。",
    "本周末，植物园将举办春季花展。",
    "专家提醒，早晚温差较大，注意添衣。",
)


@dataclass(frozen=True, slots=True)
class Scene:
    """Where and over what a talk was recorded.

    kind: clean (near-field, a quiet room's hiss 40 dB down), noise (a sound at `snr_db`), phone (8 kHz mono, 300–3400 Hz,
    G.711 µ-law), phone-stereo (the same with one party a channel; what leaks to the other channel is `crosstalk_db`
    down), reverberant (`rt60_s`, direct to reverberant `drr_db`; a noise at `snr_db` may be added).
    """

    kind: str
    noise: str | None = None
    snr_db: float | None = None
    rt60_s: float = 0.5
    drr_db: float = 2.0
    crosstalk_db: float | None = None
    technician_channel: int = 0

    def __post_init__(self) -> None:
        if self.noise is not None and self.noise not in NOISES and self.noise not in CHATTER:
            raise ValueError(f"noise {self.noise!r}, allowed: {', '.join([*NOISES, *CHATTER])}")
        if not 0.1 <= self.rt60_s <= 2.0:
            raise ValueError(f"rt60_s must be within 0.1 .. 2.0 s, got {self.rt60_s}")
        if self.technician_channel not in (0, 1):
            raise ValueError(f"technician_channel must be 0 or 1, got {self.technician_channel}")


def apply(
    channels: Mapping[str, Samples], rate_hz: int, scene: Scene, rng: np.random.Generator, speak: Speak
) -> tuple[Samples, int]:
    """Mix the roles' clean channels, each (n,), as the scene says: samples (channels, n) and their rate in Hz.

    The signal-to-noise ratio is that of active speech (10 ms frames within 30 dB of the loudest) to the noise, full band.
    """
    voices = dict(channels)
    if scene.kind == "reverberant":
        voices = {role: _reverberate(x, rate_hz, scene, rng) for role, x in voices.items()}
    n = max(len(x) for x in voices.values())
    mix = sum(voices.values(), start=np.zeros(n, np.float32)).astype(np.float32)
    active = _active_rms(mix, rate_hz) or 0.05
    background = noise("room", n, rate_hz, rng) * active * 10 ** (-40 / 20)
    if scene.noise is not None:
        snr_db = 10.0 if scene.snr_db is None else scene.snr_db
        background = background + _background(scene.noise, n, rate_hz, rng, speak) * active * 10 ** (-snr_db / 20)
    if scene.kind == "phone-stereo":
        sides = [
            voices.get("technician", np.zeros(n, np.float32)),
            sum((x for r, x in voices.items() if r != "technician"), start=np.zeros(n, np.float32)),
        ]
        leak = 0.0 if scene.crosstalk_db is None else 10 ** (-abs(scene.crosstalk_db) / 20)
        lines = [sides[0] + leak * sides[1] + background, sides[1] + leak * sides[0] + 0.3 * background]
        if scene.technician_channel == 1:
            lines.reverse()
        return _fit(np.stack([phone_line(x, rate_hz, rng) for x in lines])), PHONE_RATE_HZ
    if scene.kind == "phone":
        return _fit(phone_line(mix + background, rate_hz, rng)[None]), PHONE_RATE_HZ
    return _fit((mix + background)[None]), rate_hz


def phone_line(samples: Samples, rate_hz: int, rng: np.random.Generator) -> Samples:
    """300–3400 Hz at 8 kHz with line noise 45 dB under full scale/4, coded and decoded as G.711 µ-law (ITU-T, µ = 255)."""
    band = sosfilt(butter(4, [300, 3400], "bandpass", fs=rate_hz, output="sos"), samples)
    narrow = resample_poly(band, PHONE_RATE_HZ, rate_hz)
    narrow = narrow + 0.25 * 10 ** (-45 / 20) * rng.standard_normal(len(narrow))
    mu = 255.0
    x = np.clip(narrow, -1, 1)
    coded = np.round(127 * np.sign(x) * np.log1p(mu * np.abs(x)) / np.log1p(mu)) / 127
    return (np.sign(coded) * np.expm1(np.abs(coded) * np.log1p(mu)) / mu).astype(np.float32)


def impulse_response(rate_hz: int, rt60_s: float, drr_db: float, rng: np.random.Generator) -> Samples:
    """Direct sound and an exponentially decaying noise tail (60 dB down after `rt60_s`; Polack's model), darker with time."""
    n = int(rate_hz * rt60_s * 1.1)
    t = np.arange(n) / rate_hz
    tail = rng.standard_normal(n) * np.exp(-6.908 * t / rt60_s)
    tail = sosfilt(butter(1, 4000, fs=rate_hz, output="sos"), tail)
    tail[: int(0.004 * rate_hz)] = 0.0  # nothing returns from a wall in the first 4 ms
    tail *= 10 ** (-drr_db / 20) / np.sqrt((tail**2).sum())
    tail[0] = 1.0
    return tail.astype(np.float32)


def _reverberate(x: Samples, rate_hz: int, scene: Scene, rng: np.random.Generator) -> Samples:
    """Each role stands elsewhere: its own response, a little nearer or farther."""
    response = impulse_response(rate_hz, scene.rt60_s, scene.drr_db + float(rng.uniform(-1.5, 1.5)), rng)
    return oaconvolve(x, response)[: len(x)].astype(np.float32)


def _background(kind: str, n: int, rate_hz: int, rng: np.random.Generator, speak: Speak) -> Samples:
    if kind not in CHATTER:
        return noise(kind, n, rate_hz, rng)
    names = ("zm_yunyang", "zf_xiaobei", "zm_yunxi", "zf_xiaoxiao")
    voices = names[:1] if kind == "tv" else names
    out = np.zeros(n, np.float32)
    for name in voices:
        said = [speak(text, Voice(name), 1.1) for text in rng.permutation(np.array(_WEATHER))]
        loop = np.concatenate(said)
        turns = np.roll(np.resize(loop, n), int(rng.integers(len(loop))))
        out += turns
    # people across the hall and a set across the room reach the recorder by way of the walls
    out = oaconvolve(out, impulse_response(rate_hz, 0.6, -6.0, rng))[:n]
    if kind == "tv":
        out = np.asarray(sosfilt(butter(2, [150, 3000], "bandpass", fs=rate_hz, output="sos"), out), np.float32)
        return unit(unit(out) + 0.5 * noise("music", n, rate_hz, rng))
    return unit(np.asarray(out))


def _active_rms(x: Samples, rate_hz: int) -> float:
    frame = rate_hz // 100
    energy = (x[: len(x) // frame * frame].reshape(-1, frame) ** 2).mean(axis=1)
    loud = energy[energy > energy.max(initial=0.0) / 1000]
    return float(np.sqrt(loud.mean())) if len(loud) else 0.0


def _fit(samples: Samples) -> Samples:
    """One fixed gain for the whole recording, only where it would clip."""
    peak = float(np.abs(samples).max(initial=0.0))
    return (samples * min(1.0, 0.95 / peak) if peak else samples).astype(np.float32)
