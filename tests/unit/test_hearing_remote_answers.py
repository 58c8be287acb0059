"""What servers answer about a window: read tolerantly, never completed with made-up figures, refused with its place."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import ModelError
from analyzer.hearing.remote.answers import decoded
from analyzer.hearing.remote.wire import answer_of, asked_from_json, lifted, samples_of, wav
from analyzer.hearing.types import Decoded, Look, Window, WindowPiece, compression_ratio

RATE = 16_000
SOURCE = (np.random.default_rng(3).normal(size=RATE * 20) * 9000).astype(np.int16)
WINDOW = Window(SOURCE, (WindowPiece(0, 2 * RATE, 0), WindowPiece(8 * RATE, 10 * RATE, 3 * RATE)), gain=1.5)  # 5 s


def read(answer: object, window: Window = WINDOW) -> Decoded:
    return decoded(answer, window, "http://gpu/v1")


def segment(text: str, start: float, end: float, **more: object) -> dict[str, Any]:
    return {"text": text, "start": start, "end": end, **more}


def words(text: str, start: float, step: float, **more: object) -> list[dict[str, Any]]:
    return [
        {"word": char, "start": round(start + step * i, 3), "end": round(start + step * (i + 1), 3), **more}
        for i, char in enumerate(text)
    ]


@st.composite
def decodings(draw: st.DrawFn) -> Decoded:
    text = draw(st.text("您好，请进a3 。", max_size=30))
    count = len(text)
    bounds = sorted(draw(st.lists(st.floats(0.0, 4.9), min_size=count + 1, max_size=count + 1)))
    bounds = [bound + 0.001 * i for i, bound in enumerate(bounds)]
    sure = tuple(draw(st.lists(st.floats(0.0, 1.0), min_size=count, max_size=count)))
    doubt = draw(st.floats(0.0, 1.0))
    mean = draw(st.floats(-5.0, -0.001))
    return Decoded(
        text,
        tuple(bounds[:-1]),
        tuple(bounds[1:]),
        sure,
        mean,
        doubt,
        compression_ratio(text),
        draw(st.floats(0, 1)),
        draw(st.booleans()),
    )


@given(decodings())
def test_what_our_own_server_sends_comes_back_whole(heard: Decoded) -> None:
    back = read(json.loads(json.dumps(answer_of(heard, 5.0))))
    if not heard.text.strip("，。 "):
        assert back.text == ""
        return
    assert (back.text, back.char_confidence) == (heard.text, heard.char_confidence)
    assert (back.avg_logprob, back.no_speech_prob, back.temperature) == (
        heard.avg_logprob,
        heard.no_speech_prob,
        heard.temperature,
    )
    assert back.coarse == heard.coarse
    spread = [abs(a - b) for a, b in zip(back.char_start_s, heard.char_start_s, strict=True)]
    assert max(spread) <= 0.02 * len(heard.text)  # times closer than a frame are pulled apart, the others stand


def test_words_without_marks_stand_at_their_places_in_the_text() -> None:
    told = {
        "text": "您好，请进。",
        "segments": [segment("您好，请进。", 0.0, 4.0)],
        "words": words("您好请进", 0.5, 0.25),
    }
    heard = read(told)
    assert heard.text == "您好，请进。"
    assert heard.char_start_s[0:2] == (0.5, 0.75)
    assert heard.char_start_s[3:5] == pytest.approx((1.02, 1.25), abs=0.03)
    assert heard.char_confidence == () and heard.avg_logprob is None and heard.no_speech_prob is None
    assert not heard.coarse


def test_probabilities_of_words_are_taken_and_marks_share_them() -> None:
    told = {
        "text": "您好，请进",
        "words": words("您好", 0.5, 0.25, probability=0.8) + words("请进", 2.0, 0.2, probability=0.6),
    }
    assert read(told).char_confidence == (0.8, 0.8, 0.8, 0.6, 0.6)


def test_one_word_without_a_probability_leaves_all_unknown() -> None:
    told = {"text": "您好请", "words": [*words("您好", 0.5, 0.25, probability=0.8), *words("请", 2.0, 0.2)]}
    assert read(told).char_confidence == ()


def test_without_words_a_segments_characters_share_its_sound_and_that_is_said() -> None:
    heard = read({"text": "您好请进", "segments": [segment("您好", 0.0, 2.0), segment("请进", 3.0, 5.0)]})
    assert heard.coarse
    assert heard.char_start_s == pytest.approx((0.0, 1.0, 3.0, 4.0))
    over_the_gap = read({"text": "您好请进", "segments": [segment("您好请进", 0.0, 5.0)]})
    assert over_the_gap.char_start_s == pytest.approx((0.0, 1.0, 3.0, 4.0))  # nobody speaks in the silence put between


def test_a_bare_text_shares_the_window() -> None:
    heard = read({"text": "您好请进"})
    assert heard.coarse and heard.char_confidence == ()
    assert heard.char_start_s == pytest.approx((0.0, 1.0, 3.0, 4.0))


def test_figures_of_segments_are_joined_and_bare_zeros_are_none() -> None:
    parts = [
        segment("您好", 0.0, 2.0, avg_logprob=-0.2, no_speech_prob=0.1),
        segment("请进来坐吧您", 3.0, 5.0, avg_logprob=-0.6, no_speech_prob=0.3),
    ]
    heard = read({"text": "", "segments": parts})
    assert heard.avg_logprob == pytest.approx(-0.5)
    assert heard.no_speech_prob == pytest.approx(0.25)
    for part in parts:
        part["avg_logprob"] = 0.0
    assert read({"segments": parts}).avg_logprob is None


def test_tags_of_sensevoice_and_characters_nobody_can_store_go() -> None:
    heard = read({"text": "<|zh|><|NEUTRAL|><|Speech|><|withitn|>您\x00好\ud83d"})
    assert heard.text == "您好"


@pytest.mark.parametrize("answer", [{"text": ""}, {"text": "。"}, {"text": "", "segments": [], "words": []}])
def test_nothing_heard_is_nothing(answer: dict[str, Any]) -> None:
    assert read(answer).text == ""


BROKEN = [
    ([], "答复 应是对象"),
    ({}, "text 应是文字"),
    ({"text": 3}, "text 应是文字"),
    ({"text": "好" * 5_001}, "长达 5001 个字"),
    ({"text": "好", "segments": "好"}, "segments 应是不超过"),
    ({"text": "好", "segments": [3]}, "segments[0] 应是对象"),
    ({"text": "好", "segments": [segment("好", 0.0, 4000.0)]}, "segments[0].end 不在送去的声音里"),
    ({"text": "好", "segments": [segment("好", 2.0, 1.0)]}, "segments[0].end 早于 start"),
    ({"text": "好", "words": [{"word": "好", "start": 480, "end": 900}]}, "words[0].start 不在送去的声音里"),
    ({"text": "好", "words": [{"word": "好", "start": "0:01", "end": 1}]}, "words[0].start 应是秒数"),
    ({"text": "好", "words": [{"word": "好", "start": float("nan"), "end": 1}]}, "words[0].start 应是秒数"),
    ({"text": "好", "words": words("好", 0.0, 1.0, probability=7)}, "words[0].probability 应在 0 到 1 之间"),
    ({"text": "好", "segments": [segment("好", 0.0, 1.0, avg_logprob=2.0)]}, "segments[0].avg_logprob 应在"),
]


@pytest.mark.parametrize(("answer", "told"), BROKEN)
def test_what_is_not_the_protocol_is_refused_with_its_place(answer: object, told: str) -> None:
    with pytest.raises(ModelError, match="不合协议") as caught:
        read(answer)
    assert caught.value.code == "speech-protocol"
    assert told in caught.value.message


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 40) | st.floats() | st.text("您好，a \ud800\x00", max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["text", "word", "words", "segments", "start", "end", "probability", "avg_logprob"]), inner
        )
    ),
    max_leaves=20,
)


@given(ANYTHING)
def test_whatever_a_server_sends_it_is_a_decoding_or_a_refusal(answer: object) -> None:
    try:
        heard = read(copy.deepcopy(answer))
    except ModelError:
        return
    assert all(0.0 <= a <= b <= WINDOW.duration_s for a, b in zip(heard.char_start_s, heard.char_end_s, strict=True))
    assert list(heard.char_start_s) == sorted(heard.char_start_s)
    heard.text.encode()


def test_a_window_travels_as_it_was_recorded_or_as_it_is_heard() -> None:
    sound = samples_of(WINDOW)
    assert np.array_equal(sound[: 2 * RATE], SOURCE[: 2 * RATE]) and not sound[2 * RATE : 3 * RATE].any()
    whole = Window(sound, (WindowPiece(0, len(sound), 0),), WINDOW.gain)
    assert np.array_equal(whole.audio(), WINDOW.audio())
    assert np.abs(lifted(WINDOW) / 32768.0 - np.clip(WINDOW.audio(), -1, 1)).max() < 1e-4
    assert wav(sound)[:4] == b"RIFF" and len(wav(sound)) == 44 + 2 * len(sound)


@pytest.mark.parametrize("text", ["[]", "{", '{"gain": 0}', '{"gain": true}', '{"look": "hard"}', '{"prompt": 3}'])
def test_what_a_client_says_of_its_sound_is_checked(text: str) -> None:
    with pytest.raises(ValueError):
        asked_from_json(text)
    assert asked_from_json("{}").look is Look.FIRST
