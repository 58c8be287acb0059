"""Files of transcripts: refused by name where they are none; a line that is none costs the others nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyzer.errors import TranscriptError
from analyzer.serial import documents, parse_analysis, read_analysis

MINIMAL = {"start_s": 1.0, "end_s": 2.0, "text": "您好师傅", "role": "technician"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "json"),
        (b"\xff\xfe", "json"),
        ("您好".encode("gb18030"), "json"),
        (b"{", "json"),
        (b"[" * 100_000, "json"),
        (b'{"transcript": [], "duration_s": ' + b"9" * 5000 + b"}", "json"),
        (b"RIFF\x00\x00WAVE", "json"),
    ],
)
def test_a_file_that_is_no_json_is_refused_by_name(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "王师傅.json"
    path.write_bytes(content)
    with pytest.raises(TranscriptError) as refused:
        read_analysis(path)
    assert refused.value.code == f"transcript-{code}"
    assert str(path) in refused.value.message


@pytest.mark.parametrize("name", ["没有.json", "."])
def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(TranscriptError, match="读不到转写文件") as refused:
        read_analysis(tmp_path / name)
    assert refused.value.code == "transcript-unreadable"


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "王师傅.json"
    path.write_text(json.dumps({"transcript": [MINIMAL]}), encoding="utf-8-sig")
    assert len(read_analysis(path)[0].transcript) == 1


def test_json_lines_are_so_many_documents_each_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    line = json.dumps({"transcript": [{**MINIMAL, "text": "您好\u2028师傅"}]}, ensure_ascii=False)
    path.write_text(f"{line}\n\n{line}\n", encoding="utf-8")
    assert [place for place, _ in documents(path)] == [f"{path} 第 1 行", f"{path} 第 3 行"]
    with pytest.raises(TranscriptError, match="2 份转写"):
        read_analysis(path)


def test_a_line_that_is_no_json_costs_the_others_nothing(tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    line = json.dumps({"transcript": [MINIMAL]}, ensure_ascii=False)
    path.write_text(f"{line}\n{line[:-5]}\n{line}\n", encoding="utf-8")
    first, broken, last = documents(path)
    assert [len(parse_analysis(data, place)[0].transcript) for place, data in (first, last)] == [1, 1]
    with pytest.raises(TranscriptError, match="第 2 行 不是 JSON"):
        parse_analysis(broken[1], broken[0])


def test_a_list_of_nothing_is_no_transcript_but_a_recording_without_words_is_one() -> None:
    with pytest.raises(TranscriptError, match="没有转写"):
        parse_analysis([], "x.json")
    assert parse_analysis({"transcript": []}, "x.json")[0].transcript == ()


def test_what_moves_a_cursor_or_ends_a_line_is_no_text() -> None:
    said = {**MINIMAL, "text": "您好\x1b[2J师傅\x00\x85\u2028请进"}
    hearing, _ = parse_analysis({"transcript": [said]}, "x.json")
    assert hearing.transcript[0].text == "您好 [2J师傅   请进"
