"""Times that other systems write: read where they can be those of talk, repaired and told where nearly, else refused."""

from __future__ import annotations

import pytest

from analyzer.errors import TranscriptError
from analyzer.serial import parse_analysis

LINES = (
    "您好，我是物业的维修工，我姓王。",
    "请进，厨房的水龙头漏水。",
    "请问是哪儿漏？",
    "以后有问题随时打电话，再见。",
)


def foreign(*times: tuple[float, float], **more: object) -> dict[str, object]:
    """Another system's transcript: times and words, nothing else."""
    lines = (LINES[i % len(LINES)] for i in range(len(times)))
    listed = [
        {"start_s": a, "end_s": b, "role": "technician", "text": t} for (a, b), t in zip(times, lines, strict=True)
    ]
    return {"transcript": listed, **more}


@pytest.mark.parametrize(
    ("document", "code", "words"),
    [
        (foreign((500, 4055), (5000, 7666), (9000, 10555)), "milliseconds", "像是毫秒"),
        (foreign((500, 4055), (5000, 5000), duration_s=9), "milliseconds", "像是毫秒"),
        (foreign((5, 9), (90_000, 90_003)), "times", "25 小时"),
        (foreign((0, 0), (0, 0), (0, 0)), "times", "等于没有时间"),
        (
            foreign((0.01, 0.06), (0.08, 0.13), (0.15, 0.2), (0.2, 0.25), (0.3, 0.3), *[(0.4, 0.5)] * 9),
            "times",
            "这么快",
        ),
        (foreign((-1, 2), (3, 5)), "number", "不小于 0"),
    ],
    ids=["milliseconds", "milliseconds against the stated length", "over a day", "no times", "minutes", "negative"],
)
def test_times_that_cannot_be_those_of_talk_are_refused_by_name(
    document: dict[str, object], code: str, words: str
) -> None:
    with pytest.raises(TranscriptError, match=words) as caught:
        parse_analysis(document, "x.json")
    assert caught.value.code == f"transcript-{code}"


def test_lines_without_a_length_get_one_by_their_characters_and_it_is_told() -> None:
    hearing, _ = parse_analysis(foreign((0.5, 0.5), (2, 2), (9, 9)), "x.json")
    assert [(u.start_s, u.end_s) for u in hearing.transcript] == [(0.5, 2.0), (2.0, 4.22), (9.0, 10.33)]
    assert [u.char_start_s[-1] < u.end_s for u in hearing.transcript] == [True] * 3
    assert hearing.warnings == ("转写里有 3 段的结束时间等于开始时间，时长已按字数估计，时间只是大概",)


def test_a_line_too_short_to_be_said_is_lengthened_and_it_is_told() -> None:
    hearing, _ = parse_analysis(foreign((0.5, 0.6), (8, 11), (12, 14)), "x.json")
    assert hearing.transcript[0].end_s == pytest.approx(3.39)
    assert len(hearing.warnings) == 1 and "1 段短得来不及说" in hearing.warnings[0]


def test_lines_out_of_order_are_put_in_order_and_it_is_told() -> None:
    hearing, _ = parse_analysis(foreign((9, 12), (0.5, 4), (5, 8)), "x.json")
    assert [u.start_s for u in hearing.transcript] == [0.5, 5.0, 9.0]
    assert "没有按时间先后排列" in hearing.warnings[0]


def test_a_line_that_is_there_twice_is_said_once() -> None:
    document = foreign((0.5, 4), (5, 8), (9, 12))
    listed = document["transcript"]
    assert isinstance(listed, list)
    hearing, _ = parse_analysis({"transcript": [listed[0], *listed, listed[2]]}, "x.json")
    assert [u.start_s for u in hearing.transcript] == [0.5, 5.0, 9.0]
    assert hearing.warnings[0] == "转写里有 2 段和别的段完全相同，只算一次"


def test_times_of_ordinary_talk_are_left_alone() -> None:
    hearing, _ = parse_analysis(foreign((0.5, 4), (4, 5.2), (5.2, 30), (31, 33)), "x.json")
    assert hearing.warnings == ()
    assert [u.end_s for u in hearing.transcript] == [4.0, 5.2, 30.0, 33.0]
