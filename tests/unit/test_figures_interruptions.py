"""Cutting in is told from nodding along, from waiting for the end, and from both beginning at once."""

from dataclasses import replace

import pytest

from analyzer.domain import Hearing, Interruption, Layout, Utterance
from analyzer.judging.figures.interruptions import interruptions
from analyzer.matching import make_stream
from analyzer.text.tokens import tokenizer
from tests.cast import C, T, heard, spoken

WORDS = tokenizer()
STORY = "昨天晚上那个水龙头又开始滴水了我正拿盆接着呢"  # 22 characters, 4.4 s


def stereo(*said: list[Utterance]) -> Hearing:
    hearing = heard(sorted((u for turn in said for u in turn), key=lambda u: u.start_s))
    return replace(hearing, layout=Layout.STEREO)


def cuts(hearing: Hearing) -> list[Interruption] | None:
    made = interruptions(hearing, make_stream(hearing.transcript, None, WORDS))
    return None if made is None else list(made)


def test_who_begins_in_the_middle_and_goes_on_has_cut_in() -> None:
    assert cuts(stereo(spoken(STORY, C), spoken("不是您听我说一句", T, 4.0))) == [
        Interruption(4.0, by=T, on=C, by_speaker="technician", on_speaker="customer", overlap_s=0.4)
    ]


def test_the_customer_may_cut_in_too() -> None:
    found = cuts(stereo(spoken(STORY, T), spoken("您别说了到底修不修", C, 3.4)))
    assert found is not None
    assert [(cut.by, cut.on) for cut in found] == [(C, T)]


@pytest.mark.parametrize("text", ["嗯", "嗯嗯嗯", "对对对，是的", "好好好好好", "哦，这样啊", "知道了，明白", "嗯對的"])
def test_a_back_channel_is_no_interruption_however_long(text: str) -> None:
    assert cuts(stereo(spoken(STORY, C), spoken(text + "嗯" * 12, T, 3.0))) == []


def test_a_nod_that_turns_into_a_turn_counts_from_its_words_on() -> None:
    assert cuts(stereo(spoken(STORY, C), spoken("嗯嗯嗯嗯嗯那我给您看看", T, 3.0))) == [
        Interruption(4.0, by=T, on=C, by_speaker="technician", on_speaker="customer", overlap_s=0.4)
    ]
    assert cuts(stereo(spoken(STORY, C), spoken("嗯嗯嗯嗯嗯嗯嗯那我给您看看", T, 3.0))) == []


@pytest.mark.parametrize(
    ("why", "text", "at_s"),
    [
        ("after the end", "那我给您看看", 4.5),
        ("less than 0.3 s before the end", "那我给您看看", 4.2),
        ("stops with the other", "那我看看", 3.8),
        ("stops less than 0.5 s after the other", "那我给您看看", 3.6),
        ("both begin at once", "那我给您看看您先别着急啊我这就弄了我的工具都在车上呢", 0.2),
    ],
)
def test_the_other_was_not_cut_off(why: str, text: str, at_s: float) -> None:
    assert cuts(stereo(spoken(STORY, C), spoken(text, T, at_s))) == [], why


def test_to_begin_while_the_other_pauses_is_no_cutting_in() -> None:
    begins, goes_on = spoken("昨天又滴水了", C)[0], spoken("我拿盆接着呢", C, 2.1)[0]
    paused = Utterance(
        0.0,
        goes_on.end_s,
        "customer",
        C,
        begins.text + goes_on.text,
        0.9,
        begins.char_start_s + goes_on.char_start_s,
        begins.char_confidence + goes_on.char_confidence,
    )
    for at_s in (1.4, 1.9):  # the last word before lies 0.4 s and 0.9 s back, the next comes in 0.7 s and 0.2 s
        assert cuts(stereo([paused], spoken("那我给您看看您先别着急啊我这就弄", T, at_s))) == []
    assert cuts(stereo([paused], spoken("那我给您看看您先别着急啊我这就弄", T, 2.6))) != []


def test_to_speak_over_a_nod_is_no_cutting_in() -> None:
    assert cuts(stereo(spoken("嗯嗯嗯嗯嗯", C, 0.0), spoken("那我给您看看", T, 0.4))) == []


def test_of_three_each_that_was_cut_off_is_told() -> None:
    found = cuts(
        stereo(
            spoken(STORY, C, 0.0, speaker="S1"),
            spoken("阿姨您先让他看看再说嘛", C, 1.6, speaker="S3"),
            spoken("你们两位都听我说一句行不行", T, 3.2, speaker="S2"),
        )
    )
    assert found is not None
    assert [(cut.by_speaker, cut.on_speaker, cut.overlap_s) for cut in found] == [
        ("S2", "S1", 1.2),
        ("S2", "S3", 0.6),
    ]


def test_one_microphone_cannot_tell_and_says_so() -> None:
    hearing = stereo(spoken(STORY, C), spoken("不是您听我说一句", T, 4.0))
    mono = replace(hearing, layout=Layout.MONO)
    assert cuts(mono) is None


def test_a_transcript_from_elsewhere_tells_where_its_turns_overlap() -> None:
    overlapping = replace(stereo(spoken(STORY, C), spoken("不是您听我说一句", T, 4.0)), layout=None)
    assert [cut.at_s for cut in cuts(overlapping) or []] == [4.0]
    assert cuts(heard([*spoken(STORY, C), *spoken("那我看看", T, 4.4)])) is None
    assert cuts(heard([*spoken(STORY, C), *spoken("我说了不是", C, 4.0)])) is None


def test_a_call_in_which_both_wait_has_none_and_silence_has_none() -> None:
    assert cuts(stereo(spoken(STORY, C), spoken("那我看看", T, 5.0))) == []
    assert cuts(stereo()) == []
