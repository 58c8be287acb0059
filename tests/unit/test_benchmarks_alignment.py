"""Whose turn was put on whom: hand-checked talks between 王师傅 and a customer."""

from dataclasses import replace

import pytest

from analyzer.domain import Role, Span, Utterance
from benchmarks.accuracy.alignment import (
    common,
    conversation_errors,
    roles_right,
    score_turns,
    speaker_of,
    turn_roles,
)
from benchmarks.corpus import ReferenceTurn
from tests.cast import C, T, spoken

SAID = (
    (T, "您好，我是服务中心的王师傅。", 0.5),
    (C, "快请进吧，就是这个水龙头。", 4.0),
    (T, "我先把阀门关上看看。", 7.5),
    (C, "嗯。", 10.5),
    (T, "今天给您添麻烦了，再见。", 12.0),
)


def reference() -> list[ReferenceTurn]:
    return [ReferenceTurn(role, text, Span(at_s, at_s + 0.2 * len(text))) for role, text, at_s in SAID]


def heard(*names: str) -> list[Utterance]:
    """The same words, each turn under the speaker named."""
    return [
        utterance
        for (role, text, at_s), name in zip(SAID, names, strict=True)
        for utterance in spoken(text, role, at_s, speaker=name)
    ]


def test_names_of_speakers_do_not_matter() -> None:
    score = score_turns(reference(), heard("S2", "S1", "S2", "S1", "S2"))
    assert (score.right, score.heard, score.unheard) == (5, 5, 0)
    assert score.mapping == {T: "S2", C: "S1"}
    assert score.characters_right == score.characters > 0
    assert score.wrong == ()


def test_one_turn_on_the_wrong_speaker_is_one_wrong_turn() -> None:
    score = score_turns(reference(), heard("S1", "S2", "S2", "S2", "S1"))
    assert (score.right, score.heard) == (4, 5)
    assert [t.text for t in score.wrong] == ["我先把阀门关上看看。"]
    assert score.characters - score.characters_right == len("我先把阀门关上看看")


def test_everybody_under_one_name_leaves_the_smaller_part_wrong() -> None:
    score = score_turns(reference(), heard("S1", "S1", "S1", "S1", "S1"))
    assert score.mapping == {T: "S1"}
    assert (score.right, score.heard) == (3, 5)


def test_an_answer_inside_another_turn_is_told_by_its_words_and_not_by_its_seconds() -> None:
    turns = [
        ReferenceTurn(T, "我把这个阀门给您换成新的然后再试水", Span(0.0, 4.0)),
        ReferenceTurn(C, "哎呀太好了", Span(1.5, 2.5)),
    ]
    talk = [
        *spoken("我把这个阀门给您换成新的然后再试水", T, 0.0, speaker="A"),
        *spoken("哎呀太好了", C, 1.5, speaker="B"),
    ]
    score = score_turns(turns, talk)
    assert (score.right, score.heard) == (2, 2)


def test_a_turn_without_any_words_is_unheard_and_not_wrong() -> None:
    without = [u for u in heard("S1", "S2", "S1", "S2", "S1") if u.text != "嗯。"]
    score = score_turns(reference(), without)
    assert (score.right, score.heard, score.unheard) == (4, 4, 1)


def test_a_misheard_turn_is_placed_by_its_seconds() -> None:
    talk = heard("S1", "S2", "S1", "S2", "S1")
    talk[3] = replace(talk[3], text="恩。")
    score = score_turns(reference(), talk)
    assert (score.right, score.heard) == (5, 5)


def test_an_empty_transcript_maps_nobody() -> None:
    score = score_turns(reference(), [])
    assert (score.right, score.heard, score.unheard, score.mapping) == (0, 0, 5, {})


def test_roles_are_right_only_if_everybody_has_their_own() -> None:
    mapping = {T: "S2", C: "S1"}
    assert roles_right(mapping, {"S2": Role.TECHNICIAN, "S1": Role.CUSTOMER}, reference())
    swapped = {"S1": Role.TECHNICIAN, "S2": Role.CUSTOMER}
    assert not roles_right(mapping, swapped, reference())
    assert turn_roles(mapping, swapped, reference()) == 0
    half = {"S2": Role.TECHNICIAN, "S1": Role.UNKNOWN}
    assert not roles_right(mapping, half, reference())
    assert turn_roles(mapping, half, reference()) == 3


def test_forbidden_words_are_traced_to_the_person_who_said_them() -> None:
    turns = [
        ReferenceTurn(C, "你们是不是不管了？", Span(0.0, 2.0)),
        ReferenceTurn(T, "我们马上给您处理。", Span(2.2, 4.0)),
    ]
    assert speaker_of("不管了", 1.0, 2.1, turns) is C
    assert speaker_of("马上处理", 1.9, 3.0, turns) is T
    assert speaker_of("不管了", 60.0, 61.0, turns) is None


def test_two_channels_are_compared_each_by_itself_so_that_overlap_costs_nothing() -> None:
    turns = [ReferenceTurn(T, "我给您换成新的阀门", Span(0.0, 4.0)), ReferenceTurn(C, "太好了", Span(1.0, 2.0))]
    talk = [
        *spoken("我给您", T, 0.0, speaker="A"),
        *spoken("太好了", C, 1.0, speaker="B"),
        *spoken("换成新的阀门", T, 2.0, speaker="A"),
    ]
    mapping = {T: "A", C: "B"}
    assert conversation_errors(turns, talk, mapping, channels=True) == (0, 12)
    assert conversation_errors(turns, talk, mapping, channels=False) == (6, 12)


def test_words_on_a_channel_where_nobody_spoke_are_errors() -> None:
    turns = [ReferenceTurn(T, "您好", Span(0.0, 1.0))]
    talk = [*spoken("您好", T, 0.0, speaker="A"), *spoken("谢谢观看", C, 3.0, speaker="B")]
    assert conversation_errors(turns, talk, {T: "A"}, channels=True) == (4, 2)


@pytest.mark.parametrize(
    ("first", "second", "length"), [("", "您好", 0), ("您好打扰了", "你好打扰", 3), ("不管", "管不", 1)]
)
def test_common_words_keep_their_order(first: str, second: str, length: int) -> None:
    assert common(first, second) == common(second, first) == length
