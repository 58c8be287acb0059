"""Characters go to speakers by time, and none is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.domain import Role, Segment, Span, SpeakerTurn, Utterance
from analyzer.speakers import attribute, attribute_channels


def segment(
    text: str,
    start_s: float = 0.0,
    step_s: float = 0.2,
    channel: int = 0,
    pauses: dict[int, float] | None = None,
) -> Segment:
    """Characters `step_s` apart; `pauses[i]` seconds of silence before character i."""
    now, starts = start_s, []
    for i in range(len(text)):
        now += (pauses or {}).get(i, 0.0)
        starts.append(round(now, 3))
        now += step_s
    return Segment(start_s, round(now, 3), text, tuple(starts), tuple([0.9] * len(text)), 0.9, channel)


def turn(start_s: float, end_s: float, speaker: str) -> SpeakerTurn:
    return SpeakerTurn(Span(start_s, end_s), speaker)


def said(utterances: tuple[Utterance, ...]) -> list[tuple[str, str]]:
    return [(u.speaker, u.text) for u in utterances]


def test_a_change_of_speaker_inside_a_segment_splits_it() -> None:
    heard = segment("水龙头坏了。我看看")
    assert said(attribute([heard], [turn(0, 1.2, "S1"), turn(1.2, 2, "S2")])) == [
        ("S1", "水龙头坏了。"),
        ("S2", "我看看"),
    ]


@pytest.mark.parametrize("late_s", [-0.25, -0.15, 0.0, 0.15, 0.25])
def test_a_clock_that_is_off_by_a_quarter_of_a_second_cuts_no_character_off_its_sentence(
    late_s: float,
) -> None:
    heard = segment("水龙头坏了。我看看")
    change = 1.2 + late_s
    assert said(attribute([heard], [turn(0, change, "S1"), turn(change, 2, "S2")])) == [
        ("S1", "水龙头坏了。"),
        ("S2", "我看看"),
    ]


@pytest.mark.parametrize("late_s", [-0.2, 0.0, 0.2])
def test_without_punctuation_the_change_falls_into_the_pause(late_s: float) -> None:
    heard = segment("水龙头坏了我看看", pauses={5: 0.4})
    change = 1.2 + late_s
    assert said(attribute([heard], [turn(0, change, "S1"), turn(change, 3, "S2")])) == [
        ("S1", "水龙头坏了"),
        ("S2", "我看看"),
    ]


def test_a_short_answer_between_two_sentences_is_the_other_speakers() -> None:
    heard = segment("您签个字。嗯。谢谢您", pauses={5: 0.3, 7: 0.3})
    turns = [turn(0, 1.0, "S1"), turn(1.25, 1.6, "S2"), turn(1.9, 3, "S1")]
    assert said(attribute([heard], turns)) == [("S1", "您签个字。"), ("S2", "嗯。"), ("S1", "谢谢您")]


def test_a_single_character_is_not_cut_out_of_a_word() -> None:
    heard = segment("我来换水龙头")
    turns = [turn(0, 0.6, "S1"), turn(0.6, 0.8, "S2"), turn(0.8, 2, "S1")]
    assert said(attribute([heard], turns)) == [("S1", "我来换水龙头")]


def test_a_silence_of_a_second_ends_an_utterance() -> None:
    heard = segment("您稍等修好了", pauses={3: 1.5})
    assert [u.text for u in attribute([heard], [turn(0, 10, "S1")])] == ["您稍等", "修好了"]


def test_segments_of_one_speaker_close_together_become_one_utterance() -> None:
    first, second = segment("我先看", 0.0), segment("一下", 0.9)
    (utterance,) = attribute([first, second], [turn(0, 5, "S1")])
    assert utterance.text == "我先看一下"
    assert (utterance.start_s, utterance.end_s) == (0.0, 1.3)


def test_words_between_two_turns_go_to_the_nearer_one() -> None:
    heard = segment("好的", 4.0)
    assert said(attribute([heard], [turn(0, 3.8, "S1"), turn(6, 9, "S2")])) == [("S1", "好的")]


def test_without_turns_everything_is_said_by_one_speaker() -> None:
    assert said(attribute([segment("您好")], [])) == [("S1", "您好")]


def test_no_segment_gives_no_utterance() -> None:
    assert attribute([], [turn(0, 1, "S1")]) == ()
    assert attribute([segment("")], [turn(0, 1, "S1")]) == ()


def test_a_segment_of_nothing_but_punctuation_is_kept() -> None:
    assert said(attribute([segment("……")], [turn(0, 1, "S1")])) == [("S1", "……")]


def test_channels_keep_their_overlaps_in_time_order() -> None:
    technician, customer = segment("我们马上到", 1.0, channel=0), segment("怎么还不来", 1.2, channel=1)
    utterances = attribute_channels([customer, technician])
    assert said(utterances) == [("S1", "我们马上到"), ("S2", "怎么还不来")]
    assert utterances[0].end_s > utterances[1].start_s
    assert {u.role for u in utterances} == {Role.UNKNOWN}


texts = st.text("水龙头坏了我看，。？ 好a1", min_size=1, max_size=25)


@given(
    st.lists(st.tuples(texts, st.floats(0.05, 0.9)), min_size=1, max_size=4),
    st.lists(st.tuples(st.floats(0.1, 3), st.sampled_from(["S1", "S2", "S3"])), max_size=8),
)
def test_no_character_is_lost_and_all_keep_their_order(
    parts: list[tuple[str, float]], lengths: list[tuple[float, str]]
) -> None:
    segments, now = [], 0.0
    for text, step_s in parts:
        segments.append(segment(text, round(now, 2), step_s))
        now = segments[-1].end_s + 0.1
    turns, at = [], 0.0
    for length_s, speaker in lengths:
        turns.append(turn(at, at + length_s, speaker))
        at += length_s
    utterances = attribute(segments, turns)
    assert "".join(u.text for u in utterances) == "".join(text for text, _ in parts)
    assert all(u.start_s <= u.char_start_s[0] and u.char_start_s[-1] <= u.end_s for u in utterances)
    assert all(list(u.char_start_s) == sorted(u.char_start_s) for u in utterances)
