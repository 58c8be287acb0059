"""Transcripts of other systems: each form gives the same talk, with its times, speakers and characters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analyzer.domain import Hearing, Role
from analyzer.errors import TranscriptError
from analyzer.serial import documents, parse_analysis
from analyzer.serial.foreign.pieces import role_named

FIRST, SECOND = "您好，我是物业的。", "厨房漏水了。"
# milliseconds of each spoken character of both lines
TIMES = [[1000 + 200 * i, 1200 + 200 * i] for i in range(7)], [[3000 + 250 * i, 3250 + 250 * i] for i in range(5)]


def words(times: list[list[int]], text: str, first: str, last: str, name: str, before: int = 0) -> list[dict[str, Any]]:
    """A word for each spoken character in a system's own keys."""
    spoken = [c for c in text if c.isalnum()]
    return [{first: a - before, last: b - before, name: c} for (a, b), c in zip(times, spoken, strict=True)]


SRT = f"1\r\n00:00:01,000 --> 00:00:02,400\r\n技师：{FIRST}\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,250\r\n客户：{SECOND}\r\n"
VTT = f"WEBVTT\n\nNOTE 一次上门\n\n00:01.000 --> 00:02.400\n<v S1>{FIRST}\n\n00:03.000 --> 00:04.250\n<v S2>{SECOND}\n"
WHISPERX = {
    "segments": [
        {
            "start": 1.0,
            "end": 2.4,
            "text": FIRST,
            "speaker": "SPEAKER_00",
            "words": [
                {"word": w["w"], "start": w["a"] / 1000, "end": w["b"] / 1000, "score": 0.9}
                for w in words(TIMES[0], FIRST, "a", "b", "w")
            ],
        },
        {"start": 3.0, "end": 4.25, "text": SECOND, "speaker": "SPEAKER_01"},
    ],
    "word_segments": [],
}
FUNASR = [
    {
        "key": "visit",
        "text": FIRST + SECOND,
        "timestamp": [*TIMES[0], *TIMES[1]],
        "sentence_info": [
            {"text": FIRST, "start": 1000, "end": 2400, "timestamp": TIMES[0], "spk": 0},
            {"text": SECOND, "start": 3000, "end": 4250, "timestamp": TIMES[1], "spk": 1},
        ],
    }
]
FUNASR_SERVER = {
    "mode": "offline",
    "wav_name": "visit",
    "text": FIRST + SECOND,
    "timestamp": json.dumps([*TIMES[0], *TIMES[1]]),
    "stamp_sents": [
        {"text_seg": "您 好 我 是 物 业 的", "punc": "。", "start": 1000, "end": 2400, "ts_list": TIMES[0]},
        {"text_seg": "厨 房 漏 水 了", "punc": "。", "start": 3000, "end": 4250, "ts_list": TIMES[1]},
    ],
}
MODEL_STUDIO = {
    "file_url": "https://example.org/visit.wav",
    "properties": {"original_duration_in_milliseconds": 5000},
    "transcripts": [
        {
            "channel_id": 0,
            "text": FIRST + SECOND,
            "sentences": [
                {
                    "begin_time": 1000,
                    "end_time": 2400,
                    "text": FIRST,
                    "speaker_id": 0,
                    "words": words(TIMES[0], FIRST, "begin_time", "end_time", "text"),
                },
                {"begin_time": 3000, "end_time": 4250, "text": SECOND, "speaker_id": 1},
            ],
        }
    ],
}
SPEECH_INTERACTION = {
    "TaskId": "x",
    "StatusCode": 21050000,
    "StatusText": "SUCCESS",
    "Result": {
        "Sentences": [
            {"EndTime": 2400, "BeginTime": 1000, "ChannelId": 0, "Text": FIRST, "SpeechRate": 300, "EmotionValue": 5.0},
            {
                "EndTime": 4250,
                "BeginTime": 3000,
                "ChannelId": 1,
                "Text": SECOND,
                "SpeechRate": 240,
                "EmotionValue": 5.0,
            },
        ]
    },
}
TINGWU = {
    "TaskId": "x",
    "Transcription": {
        "AudioInfo": {"Size": 1, "Duration": 5000},
        "Paragraphs": [
            {"ParagraphId": "1", "SpeakerId": "1", "Words": words(TIMES[0], FIRST, "Start", "End", "Text")},
            {"ParagraphId": "2", "SpeakerId": "2", "Words": words(TIMES[1], SECOND, "Start", "End", "Text")},
        ],
    },
}
TENCENT = {
    "Response": {
        "RequestId": "x",
        "Data": {
            "TaskId": 1,
            "Status": 2,
            "StatusStr": "success",
            "Result": f"[0:1.000,0:2.400,0]  {FIRST}\n[0:3.000,0:4.250,1]  {SECOND}\n",
            "ResultDetail": [
                {
                    "FinalSentence": FIRST,
                    "StartMs": 1000,
                    "EndMs": 2400,
                    "SpeakerId": 0,
                    "Words": words(TIMES[0], FIRST, "OffsetStartMs", "OffsetEndMs", "Word", 1000),
                },
                {"FinalSentence": SECOND, "StartMs": 3000, "EndMs": 4250, "SpeakerId": 1, "Words": []},
            ],
        },
    }
}
TENCENT_TEXT = TENCENT["Response"]["Data"]["Result"]
TENCENT_LINES = {
    "Response": {"Data": {"TaskId": 1, "StatusStr": "success", "Result": TENCENT_TEXT, "ResultDetail": None}}
}
TENCENT_FLASH = {
    "code": 0,
    "flash_result": [
        {"channel_id": 0, "sentence_list": [{"text": FIRST, "start_time": 1000, "end_time": 2400, "speaker_id": 0}]},
        {"channel_id": 1, "sentence_list": [{"text": SECOND, "start_time": 3000, "end_time": 4250, "speaker_id": 0}]},
    ],
}
FORMS: dict[str, Any] = {
    "srt": SRT,
    "vtt": VTT,
    "whisperx": WHISPERX,
    "funasr": FUNASR,
    "funasr server": FUNASR_SERVER,
    "model studio": MODEL_STUDIO,
    "speech interaction": SPEECH_INTERACTION,
    "tingwu": TINGWU,
    "tencent": TENCENT,
    "tencent lines": TENCENT_LINES,
    "tencent text": TENCENT_TEXT,
    "tencent flash": TENCENT_FLASH,
}
WITH_CHARACTERS = {"whisperx", "funasr", "funasr server", "model studio", "tingwu", "tencent"}
WITHOUT_SPEAKERS = {"funasr server"}


def written(folder: Path, form: Any, name: str = "visit.json") -> Path:
    path = folder / name
    path.write_text(form if isinstance(form, str) else json.dumps(form, ensure_ascii=False), encoding="utf-8")
    return path


def heard(path: Path) -> Hearing:
    ((place, data),) = documents(path)
    return parse_analysis(data, place)[0]


def plain(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_the_same_talk(tmp_path: Path, name: str) -> None:
    hearing = heard(written(tmp_path, FORMS[name]))
    first, second = hearing.transcript
    assert (plain(first.text), plain(second.text)) == (plain(FIRST), plain(SECOND))
    assert (first.start_s, first.end_s, second.start_s, second.end_s) == (1.0, 2.4, 3.0, 4.25)
    assert (first.speaker != second.speaker) is (name not in WITHOUT_SPEAKERS)
    assert not hearing.warnings


@pytest.mark.parametrize("name", sorted(WITH_CHARACTERS))
def test_characters_have_the_times_of_their_words(tmp_path: Path, name: str) -> None:
    first = heard(written(tmp_path, FORMS[name])).transcript[0]
    times = {c: at for c, at in zip(first.text, first.char_start_s, strict=True) if c.isalnum()}
    assert list(times.values()) == pytest.approx([1 + 0.2 * i for i in range(len(plain(FIRST)))])


def test_names_that_are_roles_are_taken_as_such(tmp_path: Path) -> None:
    assert [u.role for u in heard(written(tmp_path, SRT)).transcript] == [Role.TECHNICIAN, Role.CUSTOMER]


def test_a_colon_within_talk_names_nobody(tmp_path: Path) -> None:
    talk = "1\n00:00:01,000 --> 00:00:03,000\n注意：水阀要关\n\n2\n00:00:03,000 --> 00:00:05,000\n好的\n"
    first, second = heard(written(tmp_path, talk)).transcript
    assert (first.text, first.speaker, second.speaker) == ("注意：水阀要关", "unknown", "unknown")


def test_two_speakers_in_one_caption_share_its_time(tmp_path: Path) -> None:
    talk = "1\n00:00:01,000 --> 00:00:05,000\n技师：您好\n客户：进来\n"
    first, second = heard(written(tmp_path, talk)).transcript
    assert (first.end_s, second.start_s, second.role) == (3.0, 3.0, Role.CUSTOMER)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_subtitles_come_in_the_encodings_of_windows(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(SRT.encode(encoding))
    assert heard(path).transcript[0].text == FIRST


def test_milliseconds_in_the_form_of_whisper_are_seen(tmp_path: Path) -> None:
    segments = [{"start": 1000, "end": 2400, "text": FIRST}, {"start": 3000, "end": 4250, "text": SECOND}]
    assert heard(written(tmp_path, {"segments": segments})).transcript[1].end_s == 4.25


def test_a_list_of_results_is_several_recordings(tmp_path: Path) -> None:
    found = documents(written(tmp_path, [*FUNASR, {**FUNASR[0], "key": "second"}]))
    assert [parse_analysis(data, place)[0].file for place, data in found] == ["visit", "second"]


def test_sense_voice_tags_are_no_words(tmp_path: Path) -> None:
    form = [{"key": "a", "text": f"<|zh|><|NEUTRAL|><|Speech|><|withitn|>{FIRST}", "timestamp": TIMES[0]}]
    assert heard(written(tmp_path, form)).transcript[0].text == FIRST


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"StatusText": "FILE_DOWNLOAD_FAILED", "TaskId": "x"}, "FILE_DOWNLOAD_FAILED"),
        ({"Response": {"Data": {"TaskId": 1, "StatusStr": "waiting", "Result": "", "ResultDetail": None}}}, "waiting"),
        ([{"key": "a", "text": FIRST}], "没有时间"),
        ({"segments": [{"start": "早上", "end": 1, "text": FIRST}]}, "segments 第 1 项.start"),
        ({"segments": [7]}, "应是对象"),
        ({"transcripts": [{"sentences": {}}]}, "应是列表"),
        ("1\n00:00:01,000 --> x\n您好\n", "1 段字幕"),
        (SRT.replace("00:00:04,250", "later"), "1 段字幕"),
    ],
)
def test_what_is_incomplete_is_refused_with_its_place(tmp_path: Path, form: Any, words: str) -> None:
    path = written(tmp_path, form)
    with pytest.raises(TranscriptError) as refused:
        heard(path)
    assert words in str(refused.value)


def test_our_own_documents_pass_untouched(tmp_path: Path) -> None:
    own = {"transcript": [{"start_s": 0, "end_s": 1, "text": "您好"}], "segments": []}
    assert documents(written(tmp_path, own))[0][1] == own


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "segments start end text words word speaker key timestamp sentence_info stamp_sents ts_list transcripts sentences "
                "begin_time end_time Result Sentences StatusText Response Data ResultDetail TaskId StatusStr Paragraphs Words "
                "flash_result sentence_list channel_id Transcription".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(VALUES)
@example({"Paragraphs": None, "Transcription": None})
@example([{"segments": []}, {"text": "您好"}])
def test_any_json_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    try:
        for place, data in documents(path):
            parse_analysis(data, place)
    except TranscriptError as refused:
        assert "any.json" in str(refused)


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("技术员", "technician"), ("座席-1001", "technician"), ("Agent 2", "technician"), ("技师（3）", "technician"),
        ("客户1", "customer"), ("报修人", "customer"), ("Caller", "customer"),
        ("王师傅的爱人", None), ("SPEAKER_01", None), ("12", None),
    ],
)  # fmt: skip
def test_a_name_that_is_a_role_is_known_with_a_number_behind_it_or_without(name: str, role: str | None) -> None:
    assert role_named(name) == role
