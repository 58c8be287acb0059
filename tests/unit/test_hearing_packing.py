"""Packing keeps every stretch of speech, in windows of at most 30 s, with the way back to the recording."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.domain import Span
from analyzer.hearing.packing import alone, pack
from analyzer.hearing.types import WINDOW_S, Window, WindowPiece
from analyzer.physics import SAMPLE_RATE_HZ

SILENCE = np.zeros(SAMPLE_RATE_HZ * 400, np.int16)


@st.composite
def speech_of_a_visit(draw: st.DrawFn) -> tuple[Span, ...]:
    spans, now = [], 0.0
    for _ in range(draw(st.integers(0, 12))):
        start = now + draw(st.floats(0.05, 5.0))
        now = start + draw(st.floats(0.1, 45.0))
        if now > 390:
            break
        spans.append(Span(start, now))
    return tuple(spans)


@settings(max_examples=60, deadline=None)
@given(speech_of_a_visit())
def test_no_window_is_longer_than_whisper_takes_and_no_speech_is_left_out(speech: tuple[Span, ...]) -> None:
    windows = pack(SILENCE, speech)
    pieces = [piece.span for window in windows for piece in window.pieces]
    assert all(window.duration_s <= WINDOW_S for window in windows)
    assert pieces == sorted(pieces)
    for span in speech:
        assert sum(span.overlap_s(piece) for piece in pieces) == pytest.approx(span.duration_s, abs=1e-3)


@settings(max_examples=60, deadline=None)
@given(speech_of_a_visit())
def test_pieces_of_a_window_never_overlap_in_the_window_or_in_the_recording(speech: tuple[Span, ...]) -> None:
    for window in pack(SILENCE, speech):
        for before, after in pairwise(window.pieces):
            assert before.last <= after.first
            assert before.window_end_s <= after.window_start_s + 1e-9


def test_a_window_holds_the_sound_of_its_pieces_where_it_says() -> None:
    source = np.arange(SAMPLE_RATE_HZ * 3, dtype=np.int16)
    window = Window(source, (WindowPiece(100, 200, 0), WindowPiece(300, 350, 150)))
    audio = window.audio() * 32768
    assert audio[:100].tolist() == list(range(100, 200))
    assert not audio[100:150].any()
    assert audio[150:].tolist() == list(range(300, 350))


def test_speech_without_a_pause_is_cut_where_it_is_quietest() -> None:
    source = np.full(SAMPLE_RATE_HZ * 40, 8000, np.int16)
    source[SAMPLE_RATE_HZ * 25 : SAMPLE_RATE_HZ * 25 + 3200] = 0
    first, second = pack(source, (Span(0.0, 40.0),))
    assert first.span.end_s == second.span.start_s
    assert 25.0 <= first.span.end_s <= 25.2


def test_a_window_is_filled_up_to_a_pause_of_the_next_stretch() -> None:
    rng = np.random.default_rng(3)
    source = (rng.standard_normal(SAMPLE_RATE_HZ * 50) * 4000).astype(np.int16)
    source[SAMPLE_RATE_HZ * 20 : SAMPLE_RATE_HZ * 21] = 0
    source[SAMPLE_RATE_HZ * 26 : SAMPLE_RATE_HZ * 26 + 4800] = 0
    first, second = pack(source, (Span(0.0, 20.0), Span(21.0, 45.0)))
    assert 26.0 <= first.span.end_s <= 26.3
    assert second.span.start_s == first.span.end_s


def test_a_window_over_thirty_seconds_is_refused_instead_of_being_cut_off_silently() -> None:
    with pytest.raises(ValueError, match="at most 30"):
        Window(SILENCE, (WindowPiece(0, 31 * SAMPLE_RATE_HZ, 0),))


def test_no_speech_gives_no_window() -> None:
    assert pack(SILENCE, ()) == ()


def test_a_stretch_alone_is_padded_but_stays_in_the_recording() -> None:
    (window,) = alone(SILENCE[: 2 * SAMPLE_RATE_HZ], Span(0.05, 1.95), pad_s=0.25)
    assert window.span == Span(0.0, 2.0)
