"""Whether one channel repeats what was on the other a moment ago: an echo, or the same talk with a delay.

Both are found by the shape of sound over time and pitch (eight bands, 10 ms steps), which survives codecs, opposite phase and other
levels: short stretches in which one channel speaks are looked for on the other, up to 0.6 s sooner or later, and a
delay that many of them agree on is believed. Constant memory but for one level a channel and step.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.audio.measure import BINS, FLOOR_DB
from analyzer.physics import SAMPLE_RATE_HZ

STEP = 160  # samples; 10 ms
STEP_S = STEP / SAMPLE_RATE_HZ
BANDS = 8
LOWEST_HZ, HIGHEST_HZ = 200.0, 3_600.0  # what a telephone lets through
FARTHEST = 60  # steps; 0.6 s
STRETCH = 200  # steps; 2 s hold enough syllables to be like nothing else
LEAST_ACTIVE = 50  # steps of a stretch in which the channel must speak
ACTIVE_DB = 25.0  # below the loudest step of the block
ALIKE = 0.8  # correlation of a stretch with its echo; of different talk it stays under 0.6
PEAK = 0.12  # by which the delay must stand out from others
NEARBY = 8  # steps on either side of a delay at which the correlation is still high
AGREEING = 2  # steps by which stretches of one delay may differ
LEAST_VOTES = 2
LEAST_SHARE = 0.34  # of the stretches that found themselves on the other channel at once or later
NO_DELAY = 1  # steps; up to that the plain comparison of levels sees it


@dataclass(frozen=True, slots=True)
class Delay:
    """What is on channel `source` comes again on the other one, `steps` later."""

    source: int
    steps: int
    votes: int

    @property
    def seconds(self) -> float:
        return self.steps * STEP_S


class Alignment:
    """Accumulates over blocks of shape (2, n); blocks are whole steps long, except the last."""

    def __init__(self) -> None:
        self._levels: list[NDArray[np.float16]] = []
        self._votes = np.zeros(2 * FARTHEST + 1, np.int64)  # by delay of channel 1 behind channel 0, -FARTHEST first
        self._window = np.hanning(STEP + 2)[1:-1].astype(np.float32)
        hz = np.fft.rfftfreq(STEP, 1 / SAMPLE_RATE_HZ)
        edges = np.geomspace(LOWEST_HZ, HIGHEST_HZ, BANDS + 1)
        self._bands = np.stack([(hz >= low) & (hz <= high) for low, high in itertools.pairwise(edges)])

    def add(self, block: NDArray[np.float32]) -> None:
        steps = block.shape[1] // STEP
        if not steps:
            return
        frames = block[:, : steps * STEP].reshape(2, steps, STEP)
        power = np.square(frames - frames.mean(axis=2, keepdims=True)).mean(axis=2)
        self._levels.append((10.0 * np.log10(np.maximum(power, 1e-11))).astype(np.float16))
        if steps <= STRETCH + 2 * FARTHEST:
            return
        spectrum = np.square(np.abs(np.fft.rfft(frames * self._window, axis=2)))
        energy = np.stack([spectrum[:, :, band].sum(axis=2) for band in self._bands], axis=2)
        for start in range(FARTHEST, steps - STRETCH - FARTHEST + 1, STRETCH):
            self._vote(energy, power, start)

    def _vote(self, energy: NDArray[np.float32], power: NDArray[np.float32], start: int) -> None:
        """Let the stretch from `start` on say where it is on the other channel, both ways."""
        for source in (0, 1):
            here = power[source, start : start + STRETCH]
            active = np.flatnonzero(here > power[source].max() * 10 ** (-ACTIVE_DB / 10))
            if active.size < LEAST_ACTIVE or here.max() < 1e-8:
                continue
            likeness = _likeness(_shape(energy[source]), _shape(energy[1 - source]), active + start)
            best = int(np.argmax(likeness))
            away = np.abs(np.arange(likeness.size) - best) > NEARBY
            if likeness[best] >= ALIKE and likeness[best] - likeness[away].max() >= PEAK:
                self._votes[best if source == 0 else 2 * FARTHEST - best] += 1

    def delays(self) -> tuple[Delay, ...]:
        """The delays found, at most one for either channel as the source; the surest first."""
        found = []
        for source in (0, 1):
            votes = (self._votes[FARTHEST:] if source == 0 else self._votes[FARTHEST::-1]).copy()
            total = int(votes.sum())
            votes[: NO_DELAY + 1] = 0
            near = np.convolve(votes, np.ones(2 * AGREEING + 1, np.int64), mode="same")
            near[: NO_DELAY + 1] = 0
            steps = int(np.argmax(near * 1_000 + votes))  # of equal ones the delay with the most votes of its own
            if near[steps] >= max(LEAST_VOTES, LEAST_SHARE * total):
                found.append(Delay(source, steps, int(near[steps])))
        return tuple(sorted(found, key=lambda delay: -delay.votes))

    def joint(self, delay: Delay) -> NDArray[np.int64]:
        """How often which level of channel 0 met which of channel 1, shape (BINS, BINS), with the delay taken out."""
        levels = np.concatenate(self._levels, axis=1).astype(np.float32)
        count = levels.shape[1] - delay.steps
        early, late = levels[delay.source, :count], levels[1 - delay.source, delay.steps :]
        left, right = (early, late) if delay.source == 0 else (late, early)
        bins = [np.clip(np.rint(_smooth(db)) - FLOOR_DB, 0, BINS - 1).astype(np.intp) for db in (left, right)]
        joint = np.zeros((BINS, BINS), np.int64)
        np.add.at(joint, (bins[0], bins[1]), 1)
        return joint


def _smooth(db: NDArray[np.float32]) -> NDArray[np.float32]:
    """Levels over 40 ms: an echo through a room or a codec is not sharp."""
    power = np.convolve(10.0 ** (db / 10.0), np.ones(4) / 4, mode="same")
    smooth: NDArray[np.float32] = (10.0 * np.log10(np.maximum(power, 1e-11))).astype(np.float32)
    return smooth


def _shape(energy: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log energies over 30 ms, shape (steps, BANDS); what is 40 dB under the loudest is silence."""
    floor = energy.max() * 1e-4 + 1e-12
    log = np.log(energy + floor)
    padded = np.pad(log, ((1, 1), (0, 0)), mode="edge")
    shape: NDArray[np.float32] = (padded[:-2] + padded[1:-1] + padded[2:]) / 3.0
    return shape


def _likeness(here: NDArray[np.float32], there: NDArray[np.float32], at: NDArray[np.intp]) -> NDArray[np.float64]:
    """Correlation of the steps `at` of `here` with those of `there` up to FARTHEST sooner and later."""
    mine = here[at] - here[at].mean(axis=0)
    own = float(np.sqrt(np.square(mine).sum()))
    values = np.zeros(2 * FARTHEST + 1)
    for i, lag in enumerate(range(-FARTHEST, FARTHEST + 1)):
        other = there[at + lag]
        other = other - other.mean(axis=0)
        spread = float(np.sqrt(np.square(other).sum()))
        if own > 1e-6 and spread > 0.05 * own:
            values[i] = float((mine * other).sum()) / (own * spread)
    return values
