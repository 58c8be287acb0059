"""Where an Ogg, MP3, MP4 or Matroska recording ends inside a file, whatever follows. Standard library only."""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

OGG_PAGE_BYTES = 65_307  # of the largest page (RFC 3533 §6)
LEAST_BYTES = 1_024  # less after the end is padding, a tag or a rounding


def ogg_end(data: mmap.mmap, at: int, size: int) -> int:
    """Where the next chain begins: a page that begins a stream after pages that did not (RFC 3533 §4)."""
    begun = False
    while at + 27 <= size and data[at : at + 4] == b"OggS":
        first = bool(data[at + 5] & 2)
        if first and begun:
            return at
        begun = begun or not first
        segments = data[at + 26]
        at += 27 + segments + sum(data[at + 27 : at + 27 + segments])
    return size


def ogg_is_cut(path: Path) -> bool:
    """Whether the last page of an Ogg file states more bytes than are there: copying or recording stopped inside it."""
    size = path.stat().st_size
    with path.open("rb") as f:
        f.seek(max(0, size - 2 * OGG_PAGE_BYTES))
        tail = f.read()
    at = tail.rfind(b"OggS\0")
    if at < 0:
        return False
    segments = tail[at + 26] if at + 26 < len(tail) else 0
    laced = tail[at + 27 : at + 27 + segments]
    return at + 27 + segments + sum(laced) > len(tail) or len(laced) < segments


def mp3_end(data: mmap.mmap, at: int, size: int) -> int:
    """Where a second file begins: an ID3 tag with a frame of sound behind it."""
    while (at := data.find(b"ID3", at + 10)) >= 0:
        head = data[at : at + 10]
        if len(head) == 10 and head[3] in (2, 3, 4) and max(head[6:]) < 0x80:
            frame = at + 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9])
            if data[frame : frame + 1] == b"\xff" and data[frame + 1 : frame + 2] >= b"\xe0":
                return at
    return size


def mp4_end(data: mmap.mmap, at: int, size: int) -> int:
    """Where a second file begins: an `ftyp` box behind an index."""
    indexed = False
    while at + 8 <= size:
        length, name = struct.unpack(">I4s", data[at : at + 8])
        if name == b"ftyp" and indexed:
            return at
        indexed = indexed or name == b"moov"
        if length == 1:
            length = struct.unpack(">Q", data[at + 8 : at + 16].ljust(8, b"\0"))[0]
        if length < 8:
            break
        at += length
    return size


def mp4_tail(path: Path) -> int:
    """Bytes behind the last box of an MP4 file that can be followed."""
    size = path.stat().st_size
    with path.open("rb") as f:
        at = 0
        for _ in range(100_000):
            f.seek(at)
            head = f.read(16)
            if len(head) < 8:
                return max(0, size - at)
            length, name = struct.unpack(">I4s", head[:8])
            if length == 1 and len(head) == 16:
                length = struct.unpack(">Q", head[8:])[0]
            if length == 0:
                return 0
            if length < 8 or not all(32 <= byte < 127 or byte == 0xA9 for byte in name):
                return size - at
            at += length
    return 0


def endless_matroska(data: mmap.mmap, at: int, end: int) -> tuple[tuple[int, bytes], ...]:
    """A patch that makes the segment's size unknown, where it is stated and clusters go on behind it."""
    segment = data.find(b"\x18\x53\x80\x67", at, min(end, at + 4_096))
    if segment < 0:
        return ()
    width = 9 - data[segment + 4].bit_length()
    if not 1 <= width <= 8:
        return ()
    value = int.from_bytes(data[segment + 4 : segment + 4 + width]) & (1 << 7 * width) - 1
    behind = segment + 4 + width + value
    if value == (1 << 7 * width) - 1 or end - behind < LEAST_BYTES:
        return ()
    if data[behind : behind + 4] != b"\x1f\x43\xb6\x75":  # no cluster: something else, which is told
        return ()
    return ((segment + 4 - at, ((1 << 7 * width) - 1 | 1 << 7 * width).to_bytes(width)),)
