"""What a file is by its content, whatever its name says."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.samples import sample
from web.intake import kinds

TYPES = {
    "visit-03-heater-rude.m4a": "audio/mp4",
    "visit-02-toilet-late.mp3": "audio/mpeg",
    "visit-01-faucet.ogg": "audio/ogg",
    "visit-06-work-no-speech.opus": "audio/ogg",
    "visit-07-lock-tv.wav": "audio/wav",
    "followup-01-washer.amr": "audio/amr",
}
MP3_FRAME = b"\xff\xfb\x90\x64" + b"\0" * 413
ADTS_FRAME = b"\xff\xf1\x50\x80" + bytes([0x02, 0x1F, 0xFC]) + b"\0" * 9


@pytest.mark.parametrize(("name", "kind"), TYPES.items())
def test_samples_are_recognised_without_their_names(name: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "无扩展名"
    path.write_bytes(sample(name).read_bytes())
    assert (kinds.media_type(path), kinds.fault(path)) == (kind, None)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (MP3_FRAME * 3, "audio/mpeg"),
        (b"junk of a recorder" + MP3_FRAME * 3, "audio/mpeg"),
        (b"ID3\x04" + b"\0" * 100, "audio/mpeg"),
        (ADTS_FRAME * 3, "audio/aac"),
        (b"FORM\0\0\0\0AIFF", "audio/aiff"),
        (b"RIFF\0\0\0\0AVI ", "video/x-msvideo"),
        (b"RIFF\0\0\0\0WEBP", None),
        (b"\x1a\x45\xdf\xa3" + b"\0" * 8, "audio/webm"),
        ((b"\x47" + b"\0" * 187) * 3, "video/mp2t"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, None),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(255, 0, -1)) * 40, None),
        (b"PK\x03\x04" + b"\xff\xfe" * 500, None),
        (b"%PDF-1.7\n" + bytes(range(256)) * 20, None),
        (b"\xff" * 5000, None),
    ],
)
def test_first_bytes_tell_sound_from_the_rest(content: bytes, kind: str | None, tmp_path: Path) -> None:
    path = tmp_path / "x.mp3"
    path.write_bytes(content)
    assert kinds.media_type(path) == kind


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        ("姓名,工号\n王师傅,1001\n".encode(), "text"),
        (b"#EXTM3U\nhttp://127.0.0.1/x.ts\n", "text"),
        (b"\x02#!SILK_V3" + b"\0" * 50, "silk"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\0", "picture"),
        (b"PK\x03\x04" + MP3_FRAME * 9, "zip"),
        (b"PK\x03\x04[Content_Types].xml xl/workbook.xml" + MP3_FRAME * 9, "excel"),
        (b"PK\x03\x04[Content_Types].xml word/document.xml", "word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + MP3_FRAME * 9, "office"),
        (b"7z\xbc\xaf\x27\x1c" + MP3_FRAME * 9, "archive"),
        (b"one frame is chance " + MP3_FRAME + b"\0" * 3000 + MP3_FRAME + b"\0" * 3000, "not-audio"),
        (
            struct.pack(">I4s4sI", 16, b"ftyp", b"M4A ", 0) + struct.pack(">I4s", 16, b"mdat") + b"12345678",
            "unfinished",
        ),
    ],
)
def test_what_is_no_recording_says_why(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "录音.mp3"
    path.write_bytes(content)
    assert kinds.fault(path) == code
