"""Second pass: planes become the 16-bit ones that the analysis reads, each used up as it is read. Bounded memory and disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analyzer.audio.channels import Gate, Plan
from analyzer.audio.measure import FLOOR_DB, frame_levels
from analyzer.audio.planes import read_planes
from analyzer.audio.report import FRAME_SAMPLES
from analyzer.physics import SAMPLE_RATE_HZ

LEAK_GAIN = 10.0 ** (-60.0 / 20.0)  # at -30 dB speech detection still hears, and Whisper still writes, the leak
GUARD_FRAMES = 6  # 120 ms around the channel's own voice are kept: onsets and weak endings
MIN_VOICE_FRAMES = 3  # a stray frame or two is the leak's own variation


def render(planes: list[Path], samples: int, plan: Plan, target: Path) -> None:
    """Write int16 planes, channel after channel, `samples` each, to `target`. Nobody can read `planes` afterwards.

    Plain writes, not a writable map: a full disk is then an OSError and not a SIGBUS.
    """
    with target.open("wb") as out:
        start = 0
        before: dict[Gate, NDArray[np.float32]] = {}
        for block in read_planes(planes, consumed=True):
            block -= plan.dc[:, None].astype(np.float32)
            gains = [(gate.channel, _gate_gain(block, gate, before)) for gate in plan.gates]
            for channel, gain in gains:  # an echo is told by what the other channel was before its own gate
                block[channel] *= gain
            mixed = np.clip(plan.weights @ block * 32767.0, -32768.0, 32767.0)
            for channel, plane in enumerate(np.rint(mixed).astype(np.int16)):
                out.seek((channel * samples + start) * 2)
                out.write(plane.tobytes())
            start += block.shape[1]


def _gate_gain(block: NDArray[np.float32], gate: Gate, before: dict[Gate, NDArray[np.float32]]) -> NDArray[np.float32]:
    """Gain of each sample of the gated channel, shape (n,): 1.0, or LEAK_GAIN where only the leak is heard.

    `before` keeps from block to block the levels that a delayed gate still needs.
    """
    _, level_db = frame_levels(block)
    own, other = level_db[gate.channel], level_db[1 - gate.channel]
    if gate.delay_s:
        other = _delayed(other, gate, before)
    voice = (other - own < gate.difference_db) & (own > gate.own_db)
    padded = np.pad(voice, GUARD_FRAMES, mode="edge")
    kept = np.lib.stride_tricks.sliding_window_view(padded, 2 * GUARD_FRAMES + 1).sum(axis=1) >= MIN_VOICE_FRAMES
    centres = (np.arange(kept.size) + 0.5) * FRAME_SAMPLES
    gain = np.interp(np.arange(block.shape[1]), centres, np.where(kept, 1.0, LEAK_GAIN))
    return gain.astype(np.float32)


def _delayed(level_db: NDArray[np.float32], gate: Gate, before: dict[Gate, NDArray[np.float32]]) -> NDArray[np.float32]:
    """The levels that were there `gate.delay_s` earlier: the loudest of three frames, for the delay is none of whole frames."""
    frames = round(gate.delay_s * SAMPLE_RATE_HZ / FRAME_SAMPLES)
    kept = frames + 1
    earlier = before.get(gate, np.full(kept, FLOOR_DB, np.float32))
    row = np.concatenate([earlier, level_db])
    before[gate] = row[-kept:]
    padded = np.pad(row, (0, 1), constant_values=FLOOR_DB)
    at = np.arange(level_db.size) + kept - frames
    loudest: NDArray[np.float32] = np.maximum(np.maximum(padded[at - 1], padded[at]), padded[at + 1])
    return loudest
