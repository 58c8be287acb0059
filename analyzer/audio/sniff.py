"""What a file is, from its first bytes and boxes, where FFmpeg's own errors say too little. Standard library only."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

HEAD_BYTES = 65_536
MOST_BOXES = (
    20_000  # of a file, all folders together: a long fragmented recording has some thousand before its sound ends
)
BOMB_BOXES = 400_000  # a day in fragments of half a second has fewer
MOST_FOLDERS = 10  # inside each other
MP4_FOLDERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
MP4_ENCRYPTED = {b"enca", b"encv", b"drms", b"drmi", b"sinf"}  # ISO 14496-12 §8.12, iTunes' drms
ASF_ENCRYPTION = (  # content encryption and extended content encryption objects (ASF 1.2 §3.14, §3.15)
    bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e"),
    bytes.fromhex("14e68a292226174cb935dae07ee9289c"),
)
ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")  # ASF 1.2 §3.2
SILK = b"#!SILK_V3"


def head(path: Path) -> bytes:
    with path.open("rb") as f:
        return f.read(HEAD_BYTES)


def is_silk(start: bytes) -> bool:
    """A WeChat or QQ voice message: looks like AMR, needs a decoder that FFmpeg does not have."""
    return start[:10].lstrip(b"\x02").startswith(SILK)


def is_text(start: bytes) -> bool:
    """Printable text in UTF-8, UTF-16 with mark, or GB 18030."""
    if not start:
        return False
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if any(byte < 9 or 13 < byte < 32 for byte in start[:4096]):
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            start[:4096].decode(encoding)
        except UnicodeDecodeError as error:
            if error.start < min(len(start), 4096) - 4:
                continue
        return True
    return False


def is_encrypted(path: Path) -> bool:
    """MP4 with protected sample entries, or ASF (wma) with an encryption object."""
    start = head(path)
    if start[4:8] in {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}:
        with path.open("rb") as f:
            return any(kind in MP4_ENCRYPTED for kind in _boxes(f, 0, os.fstat(f.fileno()).st_size))
    if start[:4] == b"\x30\x26\xb2\x75":
        return any(guid in start for guid in ASF_ENCRYPTION)
    return False


def is_unfinished(path: Path) -> bool:
    """MP4 with sound data but without the index that is written last: the recorder was switched off."""
    if head(path)[4:8] != b"ftyp":
        return False
    with path.open("rb") as f:
        kinds = set(_boxes(f, 0, os.fstat(f.fileno()).st_size))
    return b"mdat" in kinds and not kinds & {b"moov", b"moof", b"meta"}  # meta: a photo


def is_box_bomb(path: Path) -> bool:
    """An MP4 of more boxes than any recorder writes: FFmpeg would read and remember them for minutes."""
    if head(path)[4:8] not in {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}:
        return False
    with path.open("rb") as f:
        boxes = _boxes(f, 0, os.fstat(f.fileno()).st_size, BOMB_BOXES + 1)
        return sum(1 for _ in boxes) > BOMB_BOXES


def is_broadcast(path: Path) -> bool:
    """An ASF (wma) whose length was not known when its header was written."""
    start = head(path)
    at = start.find(ASF_FILE_PROPERTIES)
    return 0 <= at <= len(start) - 92 and bool(start[at + 88] & 1)


def mp3_frames(path: Path) -> int | None:
    """The number of frames that an MP3 states (Xing, Info or VBRI header); without, its length is a guess from the bit rate."""
    with path.open("rb") as f:
        start = f.read(10)
        f.seek(0)
        if start[:3] == b"ID3" and len(start) == 10:  # a tag may hold a picture of megabytes
            f.seek(10 + (start[6] << 21 | start[7] << 14 | start[8] << 7 | start[9]))
        frame = f.read(4_096)
    for mark, flags, count in ((b"Xing", 7, 8), (b"Info", 7, 8), (b"VBRI", None, 14)):
        at = frame.find(mark)
        if 0 <= at <= len(frame) - count - 4 and (flags is None or frame[at + flags] & 1):
            return int(struct.unpack_from(">I", frame, at + count)[0]) or None
    return None


def _boxes(f: BinaryIO, start: int, end: int, most: int = MOST_BOXES) -> Iterator[bytes]:
    """Types of the boxes in [start, end), folders opened, sample entries of `stsd` included; the first `most`.

    Asked in a web thread, of a stranger's file: work and depth are bounded whatever its boxes say.
    """
    stretches = [(start, end)]  # what is left of each open folder, the innermost last
    for _ in range(most):
        while stretches and stretches[-1][0] + 8 > stretches[-1][1]:
            stretches.pop()
        if not stretches:
            return
        start, end = stretches.pop()
        f.seek(start)
        size, kind = struct.unpack(">I4s", f.read(8).ljust(8, b"\0"))
        header = 8
        if size == 1:
            size, header = struct.unpack(">Q", f.read(8).ljust(8, b"\0"))[0], 16
        elif size == 0:
            size = end - start
        if size < header:
            continue  # nothing behind it can be followed
        yield kind
        stretches.append((start + size, end))
        if (kind in MP4_FOLDERS or kind == b"stsd") and len(stretches) <= MOST_FOLDERS:
            inside = start + header + (8 if kind == b"stsd" else 0)
            stretches.append((inside, min(end, start + size)))
