"""`render`: a script in a scene, as samples with the seconds of every turn."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.rendering.dialogue import TimedTurn, lay_out, seeded
from benchmarks.rendering.scenes import Scene, apply
from benchmarks.rendering.script import Script
from benchmarks.rendering.voices import RATE_HZ, Samples, Speak, speak


@dataclass(frozen=True, slots=True)
class Rendered:
    """A recording: `samples` float32 (channels, n) in [-1, 1], its rate, and when each turn was said."""

    samples: Samples
    sample_rate_hz: int
    turns: tuple[TimedTurn, ...]

    @property
    def duration_s(self) -> float:
        return self.samples.shape[1] / self.sample_rate_hz


def render(
    script: Script, scene: Scene | str | None = None, snr_db: float | None = None, speaker: Speak = speak
) -> Rendered:
    """Render `script` in `scene` (default: its own; a name stands for that kind with its defaults).

    `snr_db` adds a fan where the scene names no noise. The times of the turns do not depend on the scene.
    Raises: RuntimeError where the TTS is missing (see `voices.speak`).
    """
    where = Scene(scene) if isinstance(scene, str) else scene or script.scene
    if snr_db is not None:
        where = replace(where, noise=where.noise or "fan", snr_db=snr_db)
    dialogue = lay_out(script, speaker)
    channels = dialogue.channels or {"other": np.zeros(int(dialogue.duration_s * RATE_HZ), np.float32)}
    rng = seeded(script.id, where.kind, str(where.noise), str(where.snr_db))
    samples, rate_hz = apply(channels, RATE_HZ, where, rng, speaker)
    return Rendered(samples, rate_hz, dialogue.turns)
