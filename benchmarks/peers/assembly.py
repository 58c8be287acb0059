"""A long visit out of short ones: talk, then work or quiet without a word, then talk again over the work's sound. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.domain import Span
from analyzer.physics import SAMPLE_RATE_HZ
from benchmarks.corpus import ReferenceTurn
from benchmarks.rendering.noises import noise

Samples = NDArray[np.float32]
QUIET = "room"
# What is heard between two talks, and how loud beside the speech, dB.
PAUSES = (
    ("water", -6.0), (QUIET, -45.0), ("drill", 0.0), ("fan", -10.0), (QUIET, -45.0), ("footsteps", -14.0), ("site", -3.0),
)  # fmt: skip
PAUSE_S = (20.0, 80.0)
UNDER = (None, "water", "fan", "drill")  # what goes on under the talks of one round after the other
UNDER_DB = -15.0
_FADE_S = 1.0


@dataclass(frozen=True, slots=True)
class Talk:
    """Mono 16 kHz in [-1, 1] with who says what when."""

    samples: Samples
    turns: tuple[ReferenceTurn, ...]


def assemble(talks: Sequence[Talk], seconds: float, seed: int = 14) -> Talk:
    """The talks again and again with pauses between them, at least `seconds` long; the same for the same seed.

    Raises ValueError without a talk.
    """
    if not talks:
        raise ValueError("a visit is assembled from at least one talk")
    rng = np.random.default_rng(seed)
    parts: list[Samples] = []
    turns: list[ReferenceTurn] = []
    length = 0
    pauses = itertools.cycle(PAUSES)
    for number in itertools.count():
        talk = talks[number % len(talks)]
        loud = speech_rms(talk)
        under = UNDER[number // len(talks) % len(UNDER)]
        sound = talk.samples
        if under is not None:
            sound = sound + noise(under, len(sound), SAMPLE_RATE_HZ, rng) * loud * np.float32(10 ** (UNDER_DB / 20))
        at_s = length / SAMPLE_RATE_HZ
        turns += [ReferenceTurn(t.role, t.text, Span(t.span.start_s + at_s, t.span.end_s + at_s)) for t in talk.turns]
        kind, level_db = next(pauses)
        n = round(float(rng.uniform(*PAUSE_S)) * SAMPLE_RATE_HZ)
        pause = _faded(noise(kind, n, SAMPLE_RATE_HZ, rng) * np.float32(loud * 10 ** (level_db / 20)))
        parts += [sound, pause]
        length += len(sound) + n
        if length >= seconds * SAMPLE_RATE_HZ:
            return Talk(np.clip(np.concatenate(parts), -1.0, 1.0).astype(np.float32), tuple(turns))
    raise AssertionError("the loop returns")


def joined(clips: Sequence[tuple[Samples, str]], pause_s: float = 0.6) -> tuple[Samples, str]:
    """Clips one after the other, with their texts."""
    silence = np.zeros(round(pause_s * SAMPLE_RATE_HZ), np.float32)
    samples = [part for clip, _ in clips for part in (clip, silence)]
    return np.concatenate(samples), "".join(text for _, text in clips)


def grouped(seconds: Sequence[float], least_s: float) -> list[list[int]]:
    """Indices of clips in groups of at least `least_s` together; what is left over joins the last group.

    >>> grouped([10.0, 25.0, 40.0, 5.0], 30.0)
    [[0, 1], [2, 3]]
    """
    groups: list[list[int]] = []
    open_s = least_s
    for index, length_s in enumerate(seconds):
        if open_s >= least_s:
            groups.append([])
            open_s = 0.0
        groups[-1].append(index)
        open_s += length_s
    if len(groups) > 1 and open_s < least_s:
        last = groups.pop()
        groups[-1] += last
    return groups


def speech_rms(talk: Talk) -> float:
    """The RMS within the turns; of everything where there are none."""
    spoken = [
        talk.samples[round(t.span.start_s * SAMPLE_RATE_HZ) : round(t.span.end_s * SAMPLE_RATE_HZ)] for t in talk.turns
    ]
    sound = np.concatenate(spoken) if spoken else talk.samples
    return float(np.sqrt(np.mean(sound.astype(np.float64) ** 2))) if len(sound) else 0.0


def _faded(sound: NDArray[np.floating]) -> Samples:
    ramp = np.ones(len(sound), np.float32)
    n = min(round(_FADE_S * SAMPLE_RATE_HZ), len(sound) // 2)
    ramp[:n] = np.linspace(0.0, 1.0, n, dtype=np.float32)
    ramp[len(sound) - n :] = ramp[:n][::-1]
    return (sound * ramp).astype(np.float32)
