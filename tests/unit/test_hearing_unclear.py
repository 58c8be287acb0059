"""When a larger model hears a recording again, and which one holds words against the sound afterwards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.domain import Engine, Segment, Span
from analyzer.hearing import sizing, unclear
from analyzer.hearing.sizing import Machine
from analyzer.settings import Settings

ROOMY = Machine(8 * 1024, 2)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """`small-q8` lies in place on a machine with room for it."""
    monkeypatch.setattr(unclear, "is_installed", lambda settings, name: name in ("base", "small-q8"))
    monkeypatch.setattr(sizing, "this_machine", lambda cores, card: ROOMY)
    monkeypatch.setattr(sizing, "free_mib", lambda: 4096)
    return Settings(home=tmp_path, device="cpu")


def said(*confidence: float) -> Segment:
    text = "您" * len(confidence)
    times = tuple(0.2 * i for i in range(len(text)))
    return Segment(0.0, 30.0, text, times, confidence, sum(confidence) / len(text))


def test_an_installed_larger_model_hears_with_all_other_settings_as_they_are(settings: Settings) -> None:
    assert unclear.larger(settings) == replace(settings, model="small-q8")
    assert unclear.larger(replace(settings, engine="openai-whisper", model="tiny")) is not None


@pytest.mark.parametrize(
    "otherwise",
    [
        {"unclear_model": ""},
        {"unclear_model": "small"},  # not in place
        {"unclear_model": "no-such-model"},
        {"unclear_model": "base"},  # no larger than the one in use
        {"model": "small-q8"},
        {"model": "large-v3"},
        {"engine": "openai-api"},
        {"engine": "recorded"},
    ],
)
def test_none_hears_again_where_it_is_not_wanted_not_there_or_not_larger(
    settings: Settings, otherwise: dict[str, str]
) -> None:
    assert unclear.larger(replace(settings, **otherwise)) is None


def test_none_hears_again_where_memory_does_not_hold_two(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizing, "this_machine", lambda cores, card: Machine(2 * 1024, 2))
    assert unclear.larger(settings) is None
    monkeypatch.setattr(sizing, "this_machine", lambda cores, card: Machine(2 * 1024, 2, card_mib=8 * 1024))
    assert unclear.larger(settings) is not None


def test_a_model_is_not_loaded_beside_another_where_memory_is_taken_but_one_that_is_loaded_stays(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sizing, "free_mib", lambda: 800)
    assert unclear.larger(settings) is None
    monkeypatch.setattr(unclear, "is_loaded", lambda settings: settings.model == "small-q8")
    assert unclear.larger(settings) is not None


def test_a_folder_of_the_users_is_of_unknown_size(settings: Settings, tmp_path: Path) -> None:
    assert unclear.larger(replace(settings, model=str(tmp_path))) is None


def test_unclear_is_what_was_heard_with_little_confidence() -> None:
    assert unclear.is_unclear([said(0.9, 0.5, 0.4)], ())
    assert not unclear.is_unclear([said(0.9, 0.95, 0.9)], ())
    assert unclear.is_unclear([said(0.95), said(0.3, 0.4, 0.5)], ())


def test_speech_without_text_is_as_unclear_as_can_be() -> None:
    assert unclear.clearness([said(1.0, 1.0, 1.0, 1.0)], [Span(30.0, 31.0)]) == 0.5
    assert unclear.clearness((), [Span(0.0, 10.0)]) == 0.0


def test_nothing_is_unclear_where_nobody_speaks_or_the_engine_does_not_tell() -> None:
    assert not unclear.is_unclear((), ())
    assert not unclear.is_unclear([Segment(0.0, 1.0, "您好", (0.0, 0.5), (), None)], [Span(1.0, 5.0)])


def test_words_are_held_against_the_sound_by_the_model_that_heard_them(settings: Settings) -> None:
    assert unclear.ear_of(settings, Engine("faster-whisper", "base")) == settings
    assert unclear.ear_of(settings, Engine("faster-whisper", "small-q8")) == replace(settings, model="small-q8")
    off = replace(settings, unclear_model="")
    assert unclear.ear_of(off, Engine("faster-whisper", "small-q8")) == replace(off, model="small-q8")
    assert unclear.ear_of(settings, Engine("faster-whisper", "large-v3")) is None  # no longer here
    assert unclear.ear_of(settings, Engine("SenseVoice", "elsewhere.onnx")) == settings
    remote = replace(settings, engine="openai-api", model="large-v3")
    assert unclear.ear_of(remote, Engine("faster-whisper", "base")) == remote
