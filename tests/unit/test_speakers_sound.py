"""Filter banks, pieces between pauses, and leakage between channels, on made-up sound."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from analyzer.domain import Span
from analyzer.speakers import channel_turns
from analyzer.speakers.fbank import fbank
from analyzer.speakers.pieces import LONGEST_S, cut

RATE_HZ = 16_000


def voice(seconds: float, seed: int, level: float = 3000.0) -> NDArray[np.float64]:
    """Noise that swells and fades in syllables of uneven length."""
    rng = np.random.default_rng(seed)
    n = int(seconds * RATE_HZ)
    marks = np.cumsum(rng.uniform(0.08, 0.25, int(seconds * 12) + 2))
    phase = np.interp(np.arange(n) / RATE_HZ, marks, np.arange(len(marks)))
    return rng.standard_normal(n) * level * (0.35 + 0.65 * np.abs(np.sin(np.pi * phase)))


def recording(parts: list[tuple[float, float]], length_s: float, noise: float = 20.0) -> NDArray[np.int16]:
    samples = np.random.default_rng(99).standard_normal(int(length_s * RATE_HZ)) * noise
    for number, (start_s, end_s) in enumerate(parts):
        part = voice(end_s - start_s, number)
        first = int(start_s * RATE_HZ)
        samples[first : first + len(part)] += part
    return np.clip(samples, -32768, 32767).astype(np.int16)


def test_a_tone_is_loudest_in_the_bin_of_its_pitch() -> None:
    tone = (8000 * np.sin(2 * np.pi * 1000 * np.arange(RATE_HZ) / RATE_HZ)).astype(np.int16)
    energies = fbank(tone)
    assert energies.shape == (98, 80)
    mel = 1127 * np.log1p(np.array([20, 1000, 8000]) / 700)
    expected = (mel[1] - mel[0]) / (mel[2] - mel[0]) * 81 - 1
    assert abs(int(energies.mean(axis=0).argmax()) - expected) <= 1


@pytest.mark.parametrize("samples", [0, 1, 399])
def test_less_than_a_frame_has_no_filter_bank(samples: int) -> None:
    assert fbank(np.zeros(samples, np.int16)).shape == (0, 80)


def test_silence_is_finite() -> None:
    assert np.isfinite(fbank(np.zeros(RATE_HZ, np.int16))).all()


@pytest.mark.parametrize("noise", [0.0, 20.0, 300.0])
def test_speech_is_cut_at_its_pauses(noise: float) -> None:
    samples = recording([(0.5, 1.3), (1.55, 2.2), (2.5, 3.2)], 4.0, noise)
    pieces = cut(samples, (Span(0.4, 3.4),))
    edges = [edge for p in pieces for edge in (p.start_s, p.end_s)]
    assert edges == pytest.approx([0.5, 1.3, 1.55, 2.2, 2.5, 3.2], abs=0.05)
    assert [p.gap_s > 0.1 for p in pieces[1:]] == [True, True]


def test_long_speech_is_cut_evenly_and_runs_on() -> None:
    pieces = cut(recording([(0.0, 6.0)], 6.0), (Span(0.0, 6.0),))
    assert all(p.duration_s <= LONGEST_S + 1e-6 for p in pieces)
    assert sum(p.duration_s for p in pieces) == pytest.approx(6.0, abs=0.5)


def test_no_speech_has_no_pieces_and_flat_sound_is_one() -> None:
    assert cut(np.zeros(0, np.int16), ()) == []
    assert cut(np.zeros(RATE_HZ, np.int16), ()) == []
    assert [(p.start_s, p.end_s) for p in cut(np.zeros(RATE_HZ, np.int16), (Span(0.2, 0.9),))] == [(0.2, 0.9)]


def two_channels(leak_db: float) -> NDArray[np.int16]:
    """The technician speaks at 1-4 s, the customer at 5-8 s; each leaks into the other's channel 40 ms later."""
    left, right = np.zeros(10 * RATE_HZ), np.zeros(10 * RATE_HZ)
    left[1 * RATE_HZ : 4 * RATE_HZ] = voice(3, 1)
    right[5 * RATE_HZ : 8 * RATE_HZ] = voice(3, 2)
    gain, delay = 10 ** (-leak_db / 20), int(0.04 * RATE_HZ)
    mixed = np.stack([left + gain * np.roll(right, delay), right + gain * np.roll(left, delay)])
    return (mixed + np.random.default_rng(3).standard_normal(mixed.shape) * 5).astype(np.int16)


@pytest.mark.parametrize("leak_db", [10.0, 15.0, 30.0])
def test_speech_that_only_leaks_over_is_not_speech_there(leak_db: float) -> None:
    heard_everywhere = (Span(1.0, 4.0), Span(5.0, 8.0))
    own, turns = channel_turns(two_channels(leak_db), (heard_everywhere, heard_everywhere))
    assert own == ((Span(1.0, 4.0),), (Span(5.0, 8.0),))
    assert [(t.speaker, t.span) for t in turns] == [("S1", Span(1.0, 4.0)), ("S2", Span(5.0, 8.0))]


def test_two_people_talking_at_once_both_keep_their_speech() -> None:
    samples = np.stack([voice(4, 1), voice(4, 2, level=2000)]).astype(np.int16)
    spans = (Span(0.5, 3.5),)
    assert channel_turns(samples, (spans, spans))[0] == (spans, spans)


def test_a_silent_channel_has_no_turns() -> None:
    samples = np.stack([voice(3, 1).astype(np.int16), np.zeros(3 * RATE_HZ, np.int16)])
    own, turns = channel_turns(samples, ((Span(0, 3),), ()))
    assert own == ((Span(0, 3),), ())
    assert {t.speaker for t in turns} == {"S1"}


def test_one_channel_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(2, n\)"):
        channel_turns(np.zeros(10, np.int16), ((), ()))
