"""Sounds of a home and of a works site, made from random numbers: mono float32, RMS 1, any rate.

Each follows the spectrum that makes the real thing recognisable (hum and harmonics, bursts, thumps); none is a recording.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, oaconvolve, sosfilt

from benchmarks.rendering.voices import Samples

Maker = Callable[[int, int, np.random.Generator], NDArray[np.float64]]


def noise(kind: str, n: int, rate_hz: int, rng: np.random.Generator) -> Samples:
    """`n` samples of the named sound with RMS 1. Raises: KeyError for an unknown name (see NOISES)."""
    return unit(NOISES[kind](n, rate_hz, rng))


def unit(samples: NDArray[np.floating]) -> Samples:
    """Bring to RMS 1; silence stays silence."""
    rms = float(np.sqrt((samples.astype(np.float64) ** 2).mean())) if len(samples) else 0.0
    return (samples / rms if rms else samples).astype(np.float32)


def room_tone(n: int, rate_hz: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Pink-like hiss of a quiet room with its recorder."""
    return _band(rng.standard_normal(n), rate_hz, 40, 900) + 0.08 * rng.standard_normal(n)


def fan(n: int, rate_hz: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """A stand fan: air that loses 6 dB an octave and more above 300 Hz, motor hum (120 Hz up), slowly swinging."""
    t = np.arange(n) / rate_hz
    low, high = (_band(rng.standard_normal(n), rate_hz, *edges) for edges in ((40, 300), (300, 2500)))
    air = low / low.std() + 0.35 * high / high.std()
    hum = sum(np.sin(2 * np.pi * f * t + p) / (k + 1) for k, (f, p) in enumerate(_tones(rng, 120.0, 5)))
    return (air + 0.35 * air.std() * hum) * (1 + 0.25 * np.sin(2 * np.pi * 0.12 * t))


def drill(n: int, rate_hz: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """A hammer drill in bursts of 1–4 s: motor whine with harmonics, 45 blows a second, grit."""
    t = np.arange(n) / rate_hz
    on = np.zeros(n)
    at = int(rng.uniform(0, 1.5) * rate_hz)
    while at < n:
        stop = at + int(rng.uniform(1.0, 4.0) * rate_hz)
        on[at:stop] = 1.0
        at = stop + int(rng.uniform(0.8, 4.0) * rate_hz)
    on = np.convolve(on, np.hanning(rate_hz // 8) / np.hanning(rate_hz // 8).sum(), mode="same")
    pitch = 310 * (0.85 + 0.15 * on)
    phase = 2 * np.pi * np.cumsum(pitch) / rate_hz
    whine = sum(np.sin(k * phase) / k for k in range(1, 9))
    blows = np.clip(np.sin(2 * np.pi * 45 * t), 0, 1) ** 6
    grit = _band(rng.standard_normal(n), rate_hz, 600, 7000)
    return on * (0.5 * whine + 1.4 * blows * grit / grit.std() + 0.2 * grit) + 0.005 * rng.standard_normal(n)


def water(n: int, rate_hz: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """A running tap: wide hiss, gurgling between 400 and 2,500 Hz."""
    hiss = _band(rng.standard_normal(n), rate_hz, 700, 9000)
    gurgle = _band(rng.standard_normal(n), rate_hz, 400, 2500)
    swell = np.abs(_smooth(rng, n, rate_hz, 7.0))
    return hiss / hiss.std() + 1.5 * swell * gurgle / gurgle.std()


def footsteps(n: int, rate_hz: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Steps on tiles, about two a second with pauses, and now and then a tool put down."""
    clicks = np.zeros(n)
    tools = np.zeros(n)
    at = 0.4 * rate_hz
    while at < n:
        clicks[int(at)] = rng.uniform(0.6, 1.0)
        if rng.random() < 0.12:
            tools[min(n - 1, int(at + 0.2 * rate_hz))] = 0.7
        at += rate_hz * (rng.uniform(0.45, 0.62) if rng.random() < 0.85 else rng.uniform(1.5, 4.0))
    t = np.arange(rate_hz // 4) / rate_hz
    thump = np.sin(2 * np.pi * 85 * t) * np.exp(-t * 45) + 0.4 * rng.standard_normal(len(t)) * np.exp(-t * 90)
    clang = sum(np.sin(2 * np.pi * f * t) for f in (1310.0, 2170.0, 3490.0)) * np.exp(-t * 30)
    return oaconvolve(clicks, thump)[:n] + 0.4 * oaconvolve(tools, clang)[:n] + 0.004 * rng.standard_normal(n)


def site(n: int, rate_hz: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Drill, running water and footsteps together: work without a word."""
    parts = [(drill, 1.0), (water, 0.35), (footsteps, 0.5)]
    return sum((gain * unit(make(n, rate_hz, rng)) for make, gain in parts), start=np.zeros(n))


def street(n: int, rate_hz: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Traffic under a window: low rumble in swells as cars pass."""
    rumble = _band(rng.standard_normal(n), rate_hz, 30, 350)
    tyres = _band(rng.standard_normal(n), rate_hz, 400, 2200)
    swell = _smooth(rng, n, rate_hz, 0.15) ** 2
    return rumble / rumble.std() * (0.4 + swell) + 0.5 * swell * tyres / tyres.std()


def music(n: int, rate_hz: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """A tune on another room's television: plucked notes of a pentatonic scale, dull as through a door."""
    scale = 220.0 * 2 ** (np.array([0, 2, 4, 7, 9, 12, 14, 16]) / 12)
    out = np.zeros(n + rate_hz)
    t = np.arange(rate_hz) / rate_hz
    at = 0
    while at < n:
        tone = float(rng.choice(scale))
        out[at : at + rate_hz] += sum(np.sin(2 * np.pi * tone * k * t) / k for k in (1, 2, 3)) * np.exp(-4 * t)
        at += int(rate_hz * rng.choice([0.25, 0.25, 0.5, 0.75]))
    return _band(out[:n], rate_hz, 100, 2500)


NOISES: dict[str, Maker] = {"room": room_tone} | {
    make.__name__: make for make in (fan, drill, water, footsteps, site, street, music)
}


def _band(x: NDArray[np.floating], rate_hz: int, low_hz: float, high_hz: float) -> NDArray[np.float64]:
    high_hz = min(high_hz, 0.45 * rate_hz)
    return np.asarray(sosfilt(butter(2, [low_hz, high_hz], "bandpass", fs=rate_hz, output="sos"), x))


def _smooth(rng: np.random.Generator, n: int, rate_hz: int, per_s: float) -> NDArray[np.float64]:
    """A random curve in [0, 1] with about `per_s` turns a second."""
    knots = rng.uniform(0, 1, int(n / rate_hz * per_s) + 3)
    return np.interp(np.arange(n) * per_s / rate_hz, np.arange(len(knots)), knots)


def _tones(rng: np.random.Generator, base_hz: float, count: int) -> list[tuple[float, float]]:
    return [(base_hz * (k + 1), float(rng.uniform(0, 2 * np.pi))) for k in range(count)]
