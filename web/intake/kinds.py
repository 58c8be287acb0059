"""What a file is by its first bytes: a container of sound that the analyzer reads, or a reason to refuse it.

Extensions are not looked at: `ledger.xlsx` renamed to `.mp3` is still a spreadsheet, and a recording without
extension is still a recording.
"""

from __future__ import annotations

from pathlib import Path

from analyzer.audio import messages, sniff
from analyzer.audio.messages import readable_bytes

__all__ = ["fault", "media_type", "readable_bytes", "reason"]

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
_MP4_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}
_BITRATE_STEPS = {0, 15}  # "free" and "forbidden": no recorder writes them


def media_type(path: Path) -> str | None:
    """The media type of a container of sound, None for anything else. Raises OSError."""
    start = sniff.head(path)
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
    return _mpeg_sound(start)


def fault(path: Path) -> str | None:
    """Why a file is no recording (a code of `analyzer.audio.messages.ERRORS`), None where it looks like one."""
    start = sniff.head(path)
    if not start:
        return "empty"
    if sniff.is_silk(start):
        return "silk"
    if media_type(path) is None:
        return "text" if sniff.is_text(start) else "not-audio"
    if sniff.is_encrypted(path):
        return "encrypted"
    return "unfinished" if sniff.is_unfinished(path) else None


def reason(code: str, limit_bytes: int) -> tuple[str, str]:
    """Why a file with this fault is refused, and what to do."""
    words, advice = messages.ERRORS[code]
    return words.format(limit=readable_bytes(limit_bytes)), advice


def _mpeg_sound(start: bytes) -> str | None:
    """The type of a bare MPEG or ADTS stream: two frame headers that agree, junk before them allowed."""
    at = start.find(b"\xff")
    while 0 <= at < len(start) - 4:
        header = start[at : at + 4]
        if header[1] & 0xF6 == 0xF0:  # ADTS: layer 00
            length = (start[at + 3] & 3) << 11 | start[at + 4] << 3 | start[at + 5] >> 5 if at + 6 < len(start) else 0
            if length > 7 and start[at + length : at + length + 2] == header[:2]:
                return "audio/aac"
        elif header[1] & 0xE0 == 0xE0 and _plausible(header):
            again = start.find(header[:2], at + 24, at + 4096)
            if again > 0 and _plausible(start[again : again + 4]):
                return "audio/mpeg"
        at = start.find(b"\xff", at + 1)
    return None


def _plausible(header: bytes) -> bool:
    """Whether four bytes can begin an MPEG audio frame (ISO 11172-3 §2.4.1.3)."""
    if len(header) < 4:
        return False
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    return version != 1 and layer != 0 and header[2] >> 4 not in _BITRATE_STEPS and header[2] >> 2 & 3 != 3
