"""What a file is by its first bytes: a container of sound that we read, or something else that has a name.

Extensions are not looked at: `ledger.xlsx` renamed to `.mp3` is still a spreadsheet, and a recording without
extension is still a recording. FFmpeg is no judge of this: it finds MPEG frames in a zip that holds recordings.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from analyzer.audio import sniff

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "audio/x-ms-wma"),  # ASF header object
    (b"\x1a\x45\xdf\xa3", "audio/webm"),  # EBML: webm and mkv
    (b"caff", "audio/x-caf"),
    (b".snd", "audio/basic"),
    (b"riff\x2e\x91\xcf\x11", "audio/x-w64"),
)
_Length = Callable[[bytes], int]
_MP4_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}

# codes of `messages.ERRORS`
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b\x08", "archive"),  # gzip
    (b"BZh", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),  # zstd
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"),  # OLE 2: doc, xls, ppt
    (b"{\\rtf", "word"),
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "picture"),
    (b"\xff\xd8\xff", "picture"),  # JPEG
    (b"GIF87a", "picture"),
    (b"GIF89a", "picture"),
    (b"BM", "picture"),
    (b"II*\x00", "picture"),  # TIFF
    (b"MM\x00*", "picture"),
    (b"SQLite format 3\x00", "database"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_IN_ZIP = ((b"xl/", "excel"), (b"word/", "word"), (b"ppt/", "powerpoint"))
_OPEN_DOCUMENT = ((b"opendocument.spreadsheet", "excel"), (b"opendocument.text", "word"))
_PICTURE_BRANDS = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}

_BIT_RATES = {  # kbit/s by (is MPEG-1, layer), ISO 11172-3 and 13818-3, table of 14 steps
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES_HZ = (44_100, 48_000, 32_000)
_CHAIN = 4  # frames that must follow each other: two agree by chance in 64 KiB of anything compressed


def media_type(path: Path) -> str | None:
    """The media type of a container of sound, None for anything else. Raises OSError."""
    start = sniff.head(path)
    if _named(start, path):
        return None
    for mark, kind in _STARTS:
        if start.startswith(mark):
            return kind
    if start[4:8] in _MP4_BOXES:
        return "audio/mp4"
    if start[:4] in (b"RIFF", b"RF64"):
        return {b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(start[8:12])
    if start[:4] == b"FORM" and start[8:12] in (b"AIFF", b"AIFC"):
        return "audio/aiff"
    if len(start) > 376 and start[0] == start[188] == start[376] == 0x47:
        return "video/mp2t"
    return mpeg_sound(start)


def foreign(path: Path) -> str | None:
    """The code of what a file is that is no recording (zip, excel, picture …), None where it may be one."""
    return _named(sniff.head(path), path)


def _named(start: bytes, path: Path) -> str | None:
    if start.startswith(_ZIP):
        return _inside_zip(start, path)
    if start[257:262] == b"ustar":
        return "archive"
    if (start[4:8] == b"ftyp" and start[8:12] in _PICTURE_BRANDS) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP"):
        return "picture"
    mark, code = next((entry for entry in _FOREIGN if start.startswith(entry[0])), (b"", None))
    if len(mark) == 2 and mpeg_sound(start):  # so short a mark may be junk before a bare stream
        return None
    return code


def _inside_zip(start: bytes, path: Path) -> str:
    """Which office document a zip is; their parts stand in its first or, as a table of contents, its last bytes."""
    with path.open("rb") as f:
        f.seek(max(0, os.fstat(f.fileno()).st_size - sniff.HEAD_BYTES))
        around = start + f.read()
    if b"[Content_Types].xml" in around:
        return next((code for mark, code in _IN_ZIP if mark in around), "zip")
    return next((code for mark, code in _OPEN_DOCUMENT if mark in around), "zip")


def mpeg_sound(start: bytes) -> str | None:
    """The type of a bare MPEG or ADTS stream: a chain of frames, each where the one before ends; junk before it allowed."""
    at = start.find(b"\xff")
    while 0 <= at < len(start) - 7:
        for length_of, kind in ((_adts_length, "audio/aac"), (_mpeg_length, "audio/mpeg")):
            if _chained(start, at, length_of):
                return kind
        at = start.find(b"\xff", at + 1)
    return None


def _chained(start: bytes, at: int, length_of: _Length) -> bool:
    for frames in range(_CHAIN):
        length = length_of(start[at : at + 7])
        if not length:
            return False
        at += length
        if at >= len(start) - 7:  # so short a file: what there is agrees
            return frames > 0
    return True


def _adts_length(header: bytes) -> int:
    """Bytes of an ADTS frame (ISO 13818-7), 0 where none begins here."""
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or header[2] >> 2 & 15 > 12:
        return 0
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if length > 7 else 0


def _mpeg_length(header: bytes) -> int:
    """Bytes of an MPEG audio frame (ISO 11172-3 §2.4.1.3), 0 where none begins here."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    step, rate = header[2] >> 4, header[2] >> 2 & 3
    if (
        version == 1 or layer == 4 or step in (0, 15) or rate == 3
    ):  # "free" and reserved values: no recorder writes them
        return 0
    kbit = _BIT_RATES[version == 3, layer][step - 1]
    rate_hz = _RATES_HZ[rate] >> {3: 0, 2: 1, 0: 2}[version]
    padding = header[2] >> 1 & 1
    if layer == 1:
        return (12_000 * kbit // rate_hz + padding) * 4
    samples = 576 if layer == 3 and version != 3 else 1152
    return samples // 8 * kbit * 1000 // rate_hz + padding
