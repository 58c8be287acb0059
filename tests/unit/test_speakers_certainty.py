"""How sure it is whose voice a piece is, and what becomes of it on the way to an utterance."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.domain import Segment, Span, SpeakerTurn, Utterance
from analyzer.judging.charging import SURE_SPEAKER
from analyzer.speakers import attribute, attribute_channels
from analyzer.speakers.certainty import SURE, certainties
from analyzer.speakers.clustering import Voices, assign
from analyzer.speakers.diarization import Diarization, Reading, result
from analyzer.speakers.pieces import VoicePiece

WOMAN, MAN = np.array([1.0, 0.0]), np.array([0.6, 0.8])  # as alike as two voices usually are


def between(place: float) -> np.ndarray:
    """A voiceprint on the way from hers (0) to his (1)."""
    mixed = (1 - place) * WOMAN + place * MAN
    return mixed / np.linalg.norm(mixed)


def sure(places: list[float], seconds: float = 1.0, gap_s: float = 0.3) -> list[float]:
    """Certainty of pieces at these places, each given to the nearer voice."""
    labels = np.array([int(p > 0.5) for p in places])
    count = len(places)
    found = certainties(
        np.array([between(p) for p in places]),
        np.full(count, seconds),
        np.full(count, gap_s),
        np.array([WOMAN, MAN]),
        labels,
    )
    return [float(x) for x in found]


def turns(*said: tuple[float, float, float]) -> Diarization:
    """What (place, seconds, gap before) pieces become."""
    pieces, now = [], 0.0
    for _, seconds, gap in said:
        pieces.append(VoicePiece(now + gap, now + gap + seconds, gap))
        now += gap + seconds
    prints = np.array([between(p) for p, _, _ in said])
    labels = np.array([int(p > 0.5) for p, _, _ in said])
    return result(Reading(tuple(pieces), prints, Voices(np.array([WOMAN, MAN]), 2), labels))


def test_the_middle_between_two_voices_is_a_toss_up_and_a_voice_itself_is_sure() -> None:
    middle, hers, his = sure([0.49, 0.0, 1.0])
    assert 0.4 < middle < 0.65
    assert min(hers, his) > 0.99


@given(st.lists(st.floats(0.0, 0.5), min_size=2, max_size=2))
def test_nearer_to_the_own_voice_is_never_less_sure(places: list[float]) -> None:
    near, far = sorted(places)
    both = sure([near, far, 1.0])
    assert both[0] >= both[1] - 1e-9


def test_a_change_of_speaker_without_a_pause_is_doubtful_on_both_sides() -> None:
    apart, running_on = sure([0.35, 0.65], gap_s=0.3), sure([0.35, 0.65], gap_s=0.0)
    assert min(apart) > SURE > max(running_on)


def test_a_scrap_of_sound_is_less_sure_than_a_word() -> None:
    assert sure([0.3, 1.0], seconds=0.25)[0] < sure([0.3, 1.0], seconds=0.5)[0]


def test_one_voice_is_sure_of_everything() -> None:
    prints, each = np.array([between(0.0), between(0.5)]), np.ones(2)
    assert certainties(prints, each, each, np.array([WOMAN]), np.zeros(2, np.int64)).tolist() == [1.0, 1.0]
    assert certainties(prints, each, each, np.array([WOMAN, MAN]), np.zeros(2, np.int64)).tolist() == [1.0, 1.0]
    assert certainties(prints[:0], each[:0], each[:0], prints[:0], np.zeros(0, np.int64)).tolist() == []


def test_speakers_and_judging_agree_on_what_is_sure() -> None:
    assert SURE == SURE_SPEAKER


def test_a_doubtful_answer_stays_a_turn_of_its_own() -> None:
    found = turns((0.0, 1.5, 0.5), (0.45, 0.4, 0.2), (0.0, 1.5, 0.2), (1.0, 1.5, 0.5))
    assert [t.speaker for t in found.turns] == ["S1", "S1", "S1", "S2"]
    assert [t.confidence >= SURE for t in found.turns] == [True, False, True, True]
    assert found.kept == 2


def test_sure_pieces_of_one_speaker_are_one_turn_as_sure_as_they_are_on_average() -> None:
    found = turns((0.0, 1.5, 0.5), (0.25, 0.5, 0.2), (1.0, 1.5, 0.5))
    first = found.turns[0]
    assert len(found.turns) == 2
    assert sure([0.25, 1.0])[0] < first.confidence < sure([0.0, 1.0])[0]


def test_an_answer_of_half_a_second_keeps_its_voice_between_two_sentences_of_another() -> None:
    prints = np.array([between(p) for p in (0.0, 0.7, 0.0)])
    seconds, gaps = np.array([1.5, 0.45, 1.5]), np.array([1.0, 0.3, 0.3])
    assert assign(prints, seconds, gaps, np.array([WOMAN, MAN])).tolist() == [0, 1, 0]
    assert assign(prints, seconds, np.zeros(3), np.array([WOMAN, MAN])).tolist() == [0, 0, 0]


def segment(text: str, start_s: float = 0.0) -> Segment:
    starts = tuple(round(start_s + 0.2 * i, 2) for i in range(len(text)))
    return Segment(start_s, round(start_s + 0.2 * len(text), 2), text, starts, (0.9,) * len(text), 0.9)


def turn(start_s: float, end_s: float, confidence: float, speaker: str = "S1") -> SpeakerTurn:
    return SpeakerTurn(Span(start_s, end_s), speaker, confidence)


def said(utterances: tuple[Utterance, ...]) -> list[tuple[str, float]]:
    return [(u.text, u.speaker_confidence) for u in utterances]


def test_doubtful_words_are_an_utterance_of_their_own() -> None:
    heard = segment("我来换阀芯。不知道。您签个字")
    found = attribute([heard], [turn(0, 1.2, 0.99), turn(1.25, 1.95, 0.5), turn(2.0, 2.8, 0.97)])
    assert said(found) == [("我来换阀芯。", 0.99), ("不知道。", 0.5), ("您签个字", 0.97)]
    assert {u.speaker for u in found} == {"S1"}


def test_sure_words_of_two_turns_are_one_utterance_as_sure_as_on_average() -> None:
    (whole,) = attribute([segment("我来换阀芯您签个字")], [turn(0, 1.0, 0.98), turn(1.0, 2.0, 0.8)])
    assert 0.8 < whole.speaker_confidence < 0.98


def test_segments_of_one_speaker_are_joined_with_the_average_confidence() -> None:
    (whole,) = attribute([segment("我先看", 0.0), segment("一下啊", 0.9)], [turn(0, 0.8, 0.9), turn(0.85, 3, 0.8)])
    assert whole.speaker_confidence == pytest.approx(0.85)


def test_channels_and_recordings_without_turns_are_sure() -> None:
    assert said(attribute_channels([segment("您好")])) == said(attribute([segment("您好")], [])) == [("您好", 1.0)]


@given(st.lists(st.tuples(st.floats(0.1, 2.0), st.sampled_from(["S1", "S2"]), st.floats(0, 1)), max_size=8))
def test_no_character_is_lost_and_none_is_surer_than_the_surest_turn(parts: list[tuple[float, str, float]]) -> None:
    edges = np.concatenate([[0.0], np.cumsum([p[0] for p in parts])]).tolist()
    each = [turn(a, b, p[2], p[1]) for (a, b), p in zip(pairwise(edges), parts, strict=True)]
    found = attribute([segment("我先检查一下，您稍等。好的，我知道了")], each)
    assert "".join(u.text for u in found) == "我先检查一下，您稍等。好的，我知道了"
    most = max((t.confidence for t in each), default=1.0)
    least = min((t.confidence for t in each), default=1.0)
    assert all(least - 1e-3 <= u.speaker_confidence <= most + 1e-3 for u in found)
