"""Guards stop what Whisper invents and let pass what people say."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.domain import Segment
from analyzer.errors import LexiconError
from analyzer.hearing.guards import (
    doubtful,
    echoes,
    invented,
    invented_window,
    is_loop,
    load_inventions,
    matching_invention,
    only_murmur,
    scrap,
    without,
)
from analyzer.hearing.types import Decoded, compression_ratio
from analyzer.settings import Settings

PROMPT = Settings().prompt
INVENTIONS = ("字幕由amaraorg社群提供", "请不吝点赞订阅转发打赏支持明镜与点点栏目", "谢谢观看")


def decoded(text: str, sure: float = 0.9, logprob: float = -0.2, no_speech: float = 0.01) -> Decoded:
    count = len(text)
    starts = tuple(0.2 * i for i in range(count))
    ends = tuple(0.2 * (i + 1) for i in range(count))
    return Decoded(text, starts, ends, (sure,) * count, logprob, no_speech, compression_ratio(text))


def segment(text: str, duration_s: float = 5.0, sure: float = 0.9) -> Segment:
    starts = tuple(duration_s * i / max(len(text), 1) for i in range(len(text)))
    return Segment(0.0, duration_s, text, starts, (sure,) * len(text), sure)


@pytest.mark.parametrize(
    "line",
    [
        "字幕由 Amara.org 社群提供",
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "请不吝点赞订阅转发打赏支持明镜栏目",
        "谢谢观看!",
    ],
)
def test_known_inventions_are_stopped_also_when_a_little_different(line: str) -> None:
    assert "编造" in invented(segment(line), INVENTIONS)


@pytest.mark.parametrize(
    "line",
    [
        "谢谢您的配合,再见",
        "请您支持一下我们的工作",
        "您好,我是物业的维修人员",
        "对对对",
        "好的好的好的",
        "嗯",
        "这个字幕我看不清楚",
    ],
)
def test_what_people_say_passes(line: str) -> None:
    assert invented(segment(line), INVENTIONS) == ""
    assert invented_window(decoded(line), 5.0) == ""


@pytest.mark.parametrize(
    ("said", "loops"),
    [
        ("谢谢大家" * 6, True),
        ("嗯" * 20, True),
        ("对对对", False),
        ("好的好的好的", False),
        ("对对对对对对您说得对没错就是这样的", False),
    ],
)
def test_a_loop_is_more_than_agreeing_three_times(said: str, loops: bool) -> None:
    assert is_loop(said) is loops


def test_more_characters_than_a_mouth_can_say_are_stopped() -> None:
    line = "师傅您今天下午三点能不能过来帮我看一下厨房的水龙头它一直在漏水"
    assert invented(segment(line, 1.0), ()) == "字数多得来不及说"
    assert invented(segment(line, 6.0), ()) == ""


def test_silence_needs_both_signs_because_each_alone_errs() -> None:
    assert invented_window(decoded("您好您请进", logprob=-1.3, no_speech=0.8), 3.0)
    assert not invented_window(decoded("您好您请进", logprob=-0.3, no_speech=0.8), 3.0)
    assert not invented_window(decoded("您好您请进", logprob=-1.3, no_speech=0.1), 3.0)
    assert invented_window(decoded("您好您请进", logprob=-1.3, no_speech=0.1), 3.0, alone=True)


@pytest.mark.parametrize(
    ("text", "sure"),
    [("水龙头、热水器、空调、马桶、", 0.1), ("以下是普通话的句子。", 0.2), ("维修期、工号。水龙头、热水器。", 0.15)],
)
def test_the_prompt_given_back_on_noise_is_cut_out(text: str, sure: float) -> None:
    ranges = echoes(decoded(text, sure), PROMPT)
    assert without(decoded(text, sure), ranges).text.strip("。、") == ""


@pytest.mark.parametrize("text", ["水龙头坏了", "热水器和空调都要修", "你们物业维修的工号是多少"])
def test_someone_who_names_the_trade_is_heard(text: str) -> None:
    assert echoes(decoded(text, 0.9), PROMPT) == []


def test_an_echo_between_real_words_is_cut_and_the_words_stay() -> None:
    text = "您好请进。水龙头、热水器、空调、修好了"
    mixed = decoded(text)
    low = text.index("水")
    sure = tuple(0.1 if low <= i < low + 11 else 0.9 for i in range(len(text)))
    mixed = Decoded(text, mixed.char_start_s, mixed.char_end_s, sure, -0.3, 0.0, 1.0)
    assert without(mixed, echoes(mixed, PROMPT)).text == "您好请进。修好了"


@pytest.mark.parametrize(
    ("text", "sure", "left"),
    [
        ("水龙", 0.135, True),
        ("水龙头。", 0.2, True),
        ("水龙头", 0.8, False),
        ("水龙头坏了", 0.1, False),
        ("水", 0.1, False),
    ],
)
def test_a_scrap_that_is_left_of_an_echo_is_no_word(text: str, sure: float, left: bool) -> None:
    assert scrap(segment(text, sure=sure), PROMPT) is left
    assert not scrap(segment("。", sure=sure), PROMPT)


def test_a_doubtful_window_is_named_and_an_ordinary_one_is_not() -> None:
    assert doubtful(decoded("谢谢大家" * 8), 20.0) == "文字反复循环"
    assert doubtful(decoded("您好", logprob=-1.4), 2.0) == "引擎自己没有把握"
    assert doubtful(decoded("您好请问修什么"), 0.2) == ""
    assert doubtful(decoded("您好请问修什么" * 3), 0.5) != ""
    assert doubtful(decoded("您好,请问哪里坏了?"), 3.0) == ""
    assert doubtful(decoded(""), 3.0) == ""


def test_a_channel_of_murmurs_is_a_machine() -> None:
    assert only_murmur([segment("嗯"), segment("嗯嗯,啊")])
    assert not only_murmur([segment("嗯"), segment("好的")])
    assert not only_murmur([])


def test_short_inventions_count_only_as_the_whole_line() -> None:
    assert matching_invention("谢谢观看", INVENTIONS) == "谢谢观看"
    assert matching_invention("谢谢观看这个说明书的时候小心", INVENTIONS) == ""


def test_the_list_is_read_without_marks_and_in_simplified_characters(tmp_path: Path) -> None:
    assert load_inventions(tmp_path) == ()
    (tmp_path / "shared").mkdir()
    file = tmp_path / "shared" / "inventions.yaml"
    file.write_text("schema: 1\ninventions: ['請不吝點贊 訂閱', '谢谢观看！']\n", "utf-8")
    assert load_inventions(tmp_path) == ("请不吝点赞订阅", "谢谢观看")
    file.write_text("lines: [a]\nmore: 1\n", "utf-8")
    with pytest.raises(LexiconError, match="inventions"):
        load_inventions(tmp_path)
