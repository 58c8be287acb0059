"""Ringing and busy tones are known by their pitch and rhythm, whatever else is heard."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from analyzer.audio import line_tones
from analyzer.domain import SoundKind

RATE_HZ = 16_000


def tone(hz: tuple[float, ...], on_s: float, off_s: float, times: int, noise_db: float = -60.0) -> NDArray[np.int16]:
    seconds = np.arange(round((on_s + off_s) * times * RATE_HZ)) / RATE_HZ
    sound = sum(0.15 * np.sin(2 * np.pi * f * seconds) for f in hz) * (seconds % (on_s + off_s) < on_s)
    sound = sound + 10 ** (noise_db / 20) * np.random.default_rng(1).standard_normal(seconds.size)
    return (sound * 32_767).astype(np.int16)


@pytest.mark.parametrize(
    ("hz", "on_s", "off_s", "kind"),
    [
        ((450.0,), 1.0, 4.0, SoundKind.RINGING),  # China
        ((440.0, 480.0), 2.0, 4.0, SoundKind.RINGING),  # America
        ((425.0,), 1.0, 4.0, SoundKind.RINGING),  # Europe
        ((450.0,), 0.35, 0.35, SoundKind.BUSY),
        ((450.0,), 0.7, 0.7, SoundKind.BUSY),
        ((480.0, 620.0), 0.5, 0.5, SoundKind.BUSY),
    ],
)
@pytest.mark.parametrize("noise_db", [-80.0, -45.0])
def test_a_tone_of_the_exchange_is_known(
    hz: tuple[float, ...], on_s: float, off_s: float, kind: SoundKind, noise_db: float
) -> None:
    sounds = line_tones(tone(hz, on_s, off_s, 8, noise_db))
    assert {s.kind for s in sounds} == {kind}
    assert sum(s.end_s - s.start_s for s in sounds) == pytest.approx((on_s + off_s) * 8 - off_s, rel=0.1)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(RATE_HZ * 10, np.int16),
        np.zeros(100, np.int16),
        tone((450.0,), 9.0, 1.0, 1),  # no rhythm
        tone((2_000.0,), 0.2, 2.0, 5),  # a smoke detector
        (3_000 * np.random.default_rng(2).standard_normal(RATE_HZ * 10)).astype(np.int16),
    ],
    ids=["silence", "a moment", "steady", "beeps", "noise"],
)
def test_other_sounds_are_no_tones_of_the_exchange(samples: NDArray[np.int16]) -> None:
    assert line_tones(samples) == ()
