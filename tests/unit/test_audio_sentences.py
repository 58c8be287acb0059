"""What the audio stage tells users, and what it reads from the first bytes of a file."""

from __future__ import annotations

import dataclasses
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.audio import Audio, containers, ends, kinds, messages, sniff
from analyzer.audio.report import Failure, Report, Request, request_from_json, result_from_json, to_json
from analyzer.domain import Layout
from analyzer.physics import SAMPLE_RATE_HZ

GOOD = Report(
    container="wav",
    codec="pcm_s16le",
    source_rate_hz=8_000,
    source_channels=1,
    container_s=60.0,
    decoded_s=60.0,
    filled_s=0.0,
    bad_packets=0,
    non_finite=0,
    clipped_share=0.0,
    dc_offset=0.0,
    level_db=-20.0,
    gain_db=0.0,
    leak_db=None,
    choice="only",
    channels=1,
    samples=960_000,
    correlation=1.0,
)

WARNINGS = [
    ({}, None),
    ({"container_s": None}, None),
    ({"container_s": 60.2}, None),
    ({"container_s": 3_606.0, "decoded_s": 3_600.0}, None),  # 0.2 % of an hour: rounding of a header
    ({"container_s": 90.0}, "录音可能不完整：文件标明 90.0 秒，只解出 60.0 秒，缺少的 30.0 秒没有参与判断。"),
    ({"bad_packets": 3}, "文件有损坏：3 个数据包无法解码，已跳过。"),
    ({"container_s": 61.5, "filled_s": 1.5}, "录音中间缺少 1.5 秒，已用静音补齐，时间位置不变。"),
    ({"non_finite": 7}, "有 7 个采样值不是有效数字（NaN 或无穷大），已按静音处理。"),
    ({"clipped_share": 0.012}, "录音过载（削波）：1.2% 的采样达到满幅，文字可能不准。"),
    ({"dc_offset": -0.05}, "录音有直流偏移（-5.0%），已去除。"),
    ({"level_db": -60.0, "gain_db": 36.0}, "录音音量很小（-60 dBFS），已放大 36 dB，文字可能不准。"),
    ({"gain_db": -8.0}, "录音音量超过满幅，已降低 8 dB。"),
    ({"choice": "mixdown", "source_channels": 6}, "录音有 6 个声道，已混合成一个声道。"),
    ({"choice": "left", "source_channels": 2}, "右声道没有声音，只用左声道。"),
    ({"choice": "silent", "source_channels": 2}, "录音里几乎没有声音。"),
    ({"level_db": -90.0}, "录音里几乎没有声音。"),
    ({"choice": "two", "channels": 2, "leak_db": -15.0}, "两个声道互相串音（约 -15 dB），串音部分已压低。"),
    ({"choice": "two", "channels": 2}, None),
    ({"choice": "same", "source_channels": 2}, None),
    ({"choice": "same", "delay_s": 0.15}, "两个声道是同一段谈话，只差约 150 毫秒，已按一个声道处理。"),
    (
        {"choice": "two", "channels": 2, "echoes": ((1, 0.22),)},
        "左声道的话约 220 毫秒后又出现在右声道（回声），回声部分已压低。",
    ),
    ({"tracks": 2, "choice": "two", "channels": 2}, "文件里有 2 条音轨，已全部听过，当作两个声道。"),
    ({"tracks": 2, "choice": "right"}, "文件里有 2 条音轨，只有一条有声音，已用这一条。"),
    ({"tracks": 3, "choice": "mixdown"}, "文件里有 3 条音轨，已合在一起听。"),
    ({"left_out_tracks": 1}, "另有 1 条音轨无法解码或数量太多，没有听。"),
    ({"unread_bytes": 40_960}, "文件末尾还有 40 KB 读不出来，如果其中有声音，没有参与判断。"),
    ({"cut": True}, "录音可能不完整：文件写到一半就断了，断开以后的声音没有参与判断，缺了多少看不出来。"),
    ({"mended": True}, "文件头标明的长度比实际短，后面的声音也已全部读出。"),
    ({"joined": 2}, "这个文件由 2 段录音首尾相接而成，已全部读出，当作一段录音判断。"),
    ({"samples": 4_000, "container_s": 0.25, "decoded_s": 0.25}, "录音只有 0.25 秒。"),
]


@pytest.mark.parametrize(("changes", "sentence"), WARNINGS)
def test_each_condition_has_one_sentence(changes: dict[str, object], sentence: str | None) -> None:
    report = dataclasses.replace(GOOD, **changes)  # type: ignore[arg-type]  # a table of fields
    assert messages.warnings(report) == ((sentence,) if sentence else ())


def test_a_hole_is_not_told_again_as_lost_at_the_end() -> None:
    lost, hole = messages.warnings(dataclasses.replace(GOOD, container_s=90.0, filled_s=10.0))
    assert "缺少的 20.0 秒没有参与判断" in lost and "中间缺少 10.0 秒" in hole


def test_answers_survive_the_pipe() -> None:
    request = Request("/tmp/a", "/tmp/b", "/tmp", 3600.0, 900.0, 2**32, 42)  # noqa: S108  # names only, nothing is opened
    assert request_from_json(to_json(request)) == request
    assert result_from_json(to_json(GOOD)) == GOOD
    assert result_from_json(to_json(Failure("text", "坏"))) == Failure("text", "坏")


@pytest.mark.parametrize(("code", "limit"), [(code, "6 小时") for code in messages.ERRORS])
def test_each_error_names_file_reason_code_and_remedy(code: str, limit: str) -> None:
    error = messages.error(code, "王师傅.wav", limit)
    assert error.message.startswith("录音「王师傅.wav」：")
    assert error.message.endswith(f"（audio-{code}）")
    assert "{" not in str(error)
    assert len(error.advice) > 4


def test_amounts_are_readable() -> None:
    assert [messages.readable_bytes(n) for n in (12, 2_048, 2 * 1024**3)] == ["12 B", "2 KB", "2.0 GB"]
    assert [messages.readable_seconds(s) for s in (90.0, 900.0, 21_600.0)] == ["90 秒", "15 分钟", "6 小时"]


TEXTS = ["工单,师傅\n1,王师傅", "#EXTM3U\nhttp://x", "ffconcat version 1.0\n", "{}"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("text", TEXTS)
def test_text_is_recognised(text: str, encoding: str) -> None:
    assert sniff.is_text((text * 50).encode(encoding))


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"RIFF\x24\0\0\0WAVEfmt ",
        b"\xff\xfb\x90\x64" + bytes(100),
        b"\xff\xf1\x50\x80" + bytes(100),
        b"ID3\x04\0\0",
        bytes(9),
    ],
)
def test_sound_is_not_taken_for_text(start: bytes) -> None:
    assert not sniff.is_text(start)


def wav(stated: int, present: int, *, byte_rate: int = 16_000, extra: bytes = b"", after: bytes = b"") -> bytes:
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8_000, byte_rate, 2, 16)
    sound = bytes(range(1, 251)) * (present // 250)
    return b"RIFF\0\0\0\0WAVE" + extra + fmt + struct.pack("<4sI", b"data", stated) + sound + after


NOTE = struct.pack("<4sI", b"LIST", 3) + b"abc\0"


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        (wav(8_000, 8_000), [(8_044, False, 0.0)]),
        (wav(8_000, 8_000, byte_rate=1), [(8_044, False, 0.0)]),
        (wav(16_000, 8_000), [(8_044, False, 0.5)]),
        (wav(8_000, 8_000, extra=NOTE, after=NOTE), [(8_068, False, 0.0)]),
        (wav(0, 8_000), [(8_044, False, 0.0)]),
        (wav(0xFFFF_FFFF, 8_000), [(8_044, False, 0.0)]),
        (wav(4_000, 8_000), [(8_044, True, 0.0)]),
        (wav(8_000, 8_000, after=bytes(4_096)), [(12_140, False, 0.0)]),
        (wav(8_000, 8_000) + wav(4_000, 4_000), [(8_044, False, 0.0), (12_088, False, 0.0)]),
        (wav(4_000, 8_000) + wav(4_000, 4_000), [(8_044, True, 0.0), (12_088, False, 0.0)]),
        (b"RIFF", [(4, False, 0.0)]),
        (b"ID3", [(3, False, 0.0)]),
    ],
    ids=["whole", "wrong byte rate", "cut off", "a note before and behind", "no length", "largest length", "goes on",
         "padding", "joined", "goes on, then joined", "nothing", "tag"],
)  # fmt: skip
def test_a_file_has_parts_whose_headers_are_mended_where_the_sound_goes_on(
    data: bytes, parts: list[tuple[int, bool, float]], tmp_path: Path
) -> None:
    path = tmp_path / "a"
    path.write_bytes(data)
    assert [(p.end, bool(p.patches), p.missing) for p in containers.parts(path)] == parts


@given(
    st.binary(max_size=400),
    st.sampled_from(
        [
            b"",
            b"\0\0\0\x10ftypM4A ",
            b"RIFF\0\0\0\0WAVE",
            b"\x30\x26\xb2\x75",
            b"OggS",
            b"caff",
            b"FORM\0\0\0\0AIFF",
            b"\x1a\x45\xdf\xa3webm",
        ]
    ),
)
def test_looking_at_any_bytes_never_fails(tmp_path_factory: pytest.TempPathFactory, data: bytes, start: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(start + data)
    sniff.is_encrypted(path)
    sniff.mp3_frames(path)
    kinds.media_type(path)
    assert containers.parts(path)[-1].end == path.stat().st_size
    ends.mp4_tail(path)
    sniff.is_text(sniff.head(path))


@given(st.floats(-10, 40), st.floats(-10, 40))
def test_a_read_never_leaves_the_recording(start_s: float, end_s: float) -> None:
    count = 10 * SAMPLE_RATE_HZ
    samples = np.full((2, count), 20_000, np.int16)
    audio = Audio("a.wav", samples, Layout.STEREO)
    mixed = audio.mix(start_s, end_s)
    assert mixed.size <= max(0, round((min(end_s, 10.0) - max(start_s, 0.0)) * SAMPLE_RATE_HZ) + 1)
    assert mixed.size == 0 or float(mixed.max()) == 1.0  # two loud voices at once are limited, not wrapped


def test_layout_and_channels_must_agree() -> None:
    with pytest.raises(ValueError, match=r"stereo needs shape \(2, n\), got \(1, 5\)"):
        Audio("a.wav", np.zeros((1, 5), np.int16), Layout.STEREO)
