"""Detection hears short answers, is deaf to machines, and does not depend on how the audio is cut into blocks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.hearing import detection
from analyzer.hearing.detection import DetectionOptions, detect_speech, spans_of, speech_gain

RATE = 16_000
OPTIONS = DetectionOptions()


def frames(*runs: tuple[int, float]) -> np.ndarray:
    return np.concatenate([np.full(count, value, np.float32) for count, value in runs])


def test_a_short_answer_is_kept_with_its_padding() -> None:
    (span,) = spans_of(frames((30, 0.0), (8, 0.9), (30, 0.0)), 68 * 0.032, OPTIONS)
    assert span.start_s == pytest.approx(30 * 0.032 - OPTIONS.pad_s, abs=1e-3)
    assert span.end_s == pytest.approx(38 * 0.032 + OPTIONS.pad_s, abs=1e-3)


def test_a_blip_of_one_frame_is_not_speech() -> None:
    assert spans_of(frames((30, 0.0), (1, 0.9), (30, 0.0)), 61 * 0.032, OPTIONS) == ()


def test_a_breath_inside_a_sentence_does_not_cut_it_but_a_pause_does() -> None:
    breath = spans_of(frames((20, 0.9), (6, 0.0), (20, 0.9)), 46 * 0.032, OPTIONS)
    pause = spans_of(frames((20, 0.9), (25, 0.0), (20, 0.9)), 65 * 0.032, OPTIONS)
    assert (len(breath), len(pause)) == (1, 2)


def test_what_never_reaches_the_entry_threshold_is_not_speech() -> None:
    assert spans_of(frames((40, 0.35)), 40 * 0.032, OPTIONS) == ()


@given(st.lists(st.floats(0.0, 1.0), max_size=200))
def test_spans_are_in_order_apart_and_inside_the_recording(probabilities: list[float]) -> None:
    duration_s = len(probabilities) * 0.032
    spans = spans_of(np.array(probabilities, np.float32), duration_s, OPTIONS)
    assert all(0 <= span.start_s < span.end_s <= duration_s + 1e-3 for span in spans)
    assert all(a.end_s <= b.start_s for a, b in pairwise(spans))


def test_an_empty_recording_and_silence_hold_no_speech() -> None:
    assert detect_speech(np.zeros(0, np.int16)) == ()
    assert detect_speech(np.zeros(RATE * 3, np.int16)) == ()


@pytest.mark.parametrize("machine", ["white noise", "tone", "drip", "hum"])
def test_a_machine_is_not_a_voice(machine: str) -> None:
    time_s = np.arange(RATE * 8) / RATE
    noise = np.random.default_rng(1).normal(size=len(time_s))
    sound = {
        "white noise": 0.1 * noise,
        "tone": 0.3 * np.sin(2 * np.pi * 440 * time_s),
        "drip": 0.5 * np.exp(-60 * (time_s % 0.8)) * np.sin(2 * np.pi * 1200 * time_s) + 0.002 * noise,
        "hum": 0.2 * sum(np.sin(2 * np.pi * 50 * k * time_s) / k for k in range(1, 12)),
    }[machine]
    assert detect_speech((sound * 32000).astype(np.int16)) == ()


def test_the_result_does_not_depend_on_the_size_of_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = (np.random.default_rng(2).normal(size=RATE * 6) * 3000).astype(np.int16)
    whole = detection.speech_probabilities(sound)
    monkeypatch.setattr(detection, "_BLOCK_FRAMES", 17)
    assert np.array_equal(whole, detection.speech_probabilities(sound))


def test_the_heartbeat_tells_the_seconds_done_and_ends_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detection, "_BLOCK_FRAMES", 31)
    told: list[float] = []
    detection.speech_probabilities(np.zeros(RATE * 2, np.int16), heartbeat=told.append)
    assert told == sorted(told)
    assert told[-1] == 2.0


def test_a_quiet_recording_is_lifted_and_a_loud_one_left_alone() -> None:
    loud = (np.sin(np.arange(RATE * 2) / 5) * 12000).astype(np.int16)
    assert speech_gain(loud) == 1.0
    assert speech_gain((loud // 60).astype(np.int16)) > 5.0
    assert speech_gain(np.zeros(RATE, np.int16)) == 1.0
