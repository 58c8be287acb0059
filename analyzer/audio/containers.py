"""Where the recordings of a file begin and end, whatever its headers say. Standard library only.

FFmpeg stops where a header says that the sound ends. Two things make that wrong: recorders and exchanges that write
the header once and go on (the rest is the same recording), and files joined end to end (the rest is another one).
Either way the rest is made readable here: as a part of its own, or by a mended header.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzer.audio.ends import LEAST_BYTES, endless_matroska, mp3_end, mp4_end, ogg_end

MOST_PARTS = 200
UNKNOWN = 0x7FFF_F000  # sizes from here on are written by programs that do not know them
_RIFF = (b"RIFF", b"RF64")
# what a recording of each kind begins with, where it can be joined to another by copying one after the other
_MARKS = {
    b"fLaC": b"fLaC\x00\x00\x00\x22",
    b"#!AM": b"#!AMR",
    b"\x1a\x45\xdf\xa3": b"\x1a\x45\xdf\xa3",
    b"riff": b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb",  # w64
    b"\x30\x26\xb2\x75": bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),
}


@dataclass(frozen=True, slots=True)
class Data:
    """The sound inside a chunked file: its first byte, the bytes that the header promises, and the fields that do.

    `fields` are (place, struct format, what to add to the size of the sound).
    """

    start: int
    declared: int
    fields: tuple[tuple[int, str, int], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One recording in the file: bytes [start, end), with `patches` (place in the part, bytes) of its header.

    `missing` is the share of the promised sound that the file does not have.
    """

    start: int
    end: int
    patches: tuple[tuple[int, bytes], ...] = ()
    missing: float = 0.0


def parts(path: Path) -> tuple[Part, ...]:
    """The recordings of a file in order; at least one, and nearly always exactly one, the whole file."""
    size = path.stat().st_size
    if size < 16:
        return (Part(0, size),)
    with path.open("rb") as f, mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as data:
        listed: list[Part] = []
        at = 0
        while at < size and len(listed) < MOST_PARTS:
            part = _part(data, at, size)
            listed.append(part)
            at = part.end
        return tuple(listed)


def write(path: Path, part: Part, target: Path) -> None:
    """Copy one part to `target`, its header mended."""
    with path.open("rb") as source, target.open("wb") as out:
        source.seek(part.start)
        left = part.end - part.start
        while left > 0:
            block = source.read(min(left, 1 << 20))
            if not block:
                break
            out.write(block)
            left -= len(block)
    with target.open("r+b") as out:
        for place, value in part.patches:
            out.seek(place)
            out.write(value)


def _part(data: mmap.mmap, at: int, size: int) -> Part:
    start = data[at : at + 12]
    if start[:4] in (*_RIFF, b"FORM", b".snd", b"caff"):
        sound = sound_data(data, at, size)
        return Part(at, size) if sound is None else _chunked(data, at, size, sound)
    if start[:4] == b"OggS":
        return Part(at, ogg_end(data, at, size))
    if start[4:8] == b"ftyp":
        return Part(at, mp4_end(data, at, size))
    if start[:3] == b"ID3" or (start[0] == 0xFF and start[1] & 0xE0 == 0xE0):
        return Part(at, mp3_end(data, at, size))
    mark = next((mark for first, mark in _MARKS.items() if start.startswith(first)), None)
    if mark is None:
        return Part(at, size)
    end = _next(data, mark, at + len(mark), size)
    patches = endless_matroska(data, at, end) if mark == b"\x1a\x45\xdf\xa3" else ()
    return Part(at, end, patches)


def _next(data: mmap.mmap, mark: bytes, at: int, size: int) -> int:
    """Where the next recording of the same kind begins, or the end."""
    while True:
        at = data.find(mark, at)
        if at < 0:
            return size
        if mark[:4] != b"\x1a\x45\xdf\xa3" or any(kind in data[at : at + 64] for kind in (b"webm", b"matroska")):
            return at
        at += len(mark)


def sound_data(data: mmap.mmap, at: int, size: int) -> Data | None:
    """The sound of the wav, AIFF, AU or CAF file that begins at `at`; None where its header does not say."""
    kind = data[at : at + 4]
    if kind == b".snd":
        first, length = struct.unpack(">II", data[at + 4 : at + 12].ljust(8, b"\0"))
        return None if length >= UNKNOWN else Data(at + first, length, ((8, ">I", 0),))
    if kind in _RIFF and data[at + 8 : at + 12] == b"WAVE":
        return _riff_data(data, at, size)
    if kind == b"FORM" and data[at + 8 : at + 12] in (b"AIFF", b"AIFC"):
        for place, name, length in _chunks(data, at + 12, size, ">4sI"):
            if name == b"SSND":
                return Data(place + 8, length, ((place + 4 - at, ">I", 0), (4, ">I", place - at)))
    if kind == b"caff":
        for place, name, length in _chunks(data, at + 8, size, ">4sq"):
            if name == b"data":
                return None if length < 0 else Data(place + 12, length, ((place + 4 - at, ">q", 0),))
    return None


def _riff_data(data: mmap.mmap, at: int, size: int) -> Data | None:
    long_size = None
    for place, name, length in _chunks(data, at + 12, size, "<4sI"):
        if name == b"ds64" and length >= 16:
            long_size = struct.unpack("<Q", data[place + 16 : place + 24].ljust(8, b"\0"))[0], place + 16 - at
        if name == b"data":
            if length >= UNKNOWN and long_size is not None:
                return Data(place + 8, long_size[0], ((long_size[1], "<Q", 0),))
            # streamed files state 0 or the maximum: unknown, not 37 hours
            if not 0 < length < UNKNOWN:
                return None
            return Data(place + 8, length, ((place + 4 - at, "<I", 0), (4, "<I", place - at)))
    return None


def _chunks(data: mmap.mmap, at: int, size: int, form: str) -> Iterator[tuple[int, bytes, int]]:
    """Place, name and length of the chunks from `at` on, as far as they can be followed."""
    head = struct.calcsize(form)
    for _ in range(10_000):
        if at + head > size:
            return
        name, length = struct.unpack(form, data[at : at + head])
        yield at, name, length
        if length < 0:
            return
        at += head + length + (length & 1 if form[-1] == "I" else 0)


def _chunked(data: mmap.mmap, at: int, size: int, sound: Data) -> Part:
    end = sound.start + sound.declared
    if end > size:
        return Part(at, size, missing=(end - size) / sound.declared)
    big = data[at : at + 4] in (b"FORM", b".snd", b"caff")
    form = ">4sq" if data[at : at + 4] == b"caff" else ">4sI" if big else "<4sI"
    place = end if form[-1] == "q" else end + (end - at & 1)
    if data[end : end + 4] in (*_RIFF, b"FORM", b".snd", b"caff"):  # joined without the byte that makes it even
        place = end
    for _ in range(1_000):  # lists, tags and markers behind the sound
        if data[place : place + 4] in (*_RIFF, b"FORM", b".snd", b"caff") and place + 16 < size:
            return Part(at, place)
        if place + 8 > size:
            return Part(at, size)
        name, length = struct.unpack(form, data[place : place + struct.calcsize(form)].ljust(struct.calcsize(form)))
        if not (all(32 <= byte < 127 for byte in name) and 0 <= length <= size - place - 8):
            break
        place += struct.calcsize(form) + length + (length & 1 if form[-1] == "I" else 0)
    if place > end + 1 or size - end < LEAST_BYTES or not any(data[end : min(size, end + (1 << 20))]):
        return Part(at, size)
    follower = min((n for n in (data.find(mark, end) for mark in _RIFF) if n >= 0), default=size)
    until = follower if data[follower + 8 : follower + 12] == b"WAVE" else size
    length = until - sound.start
    patches = tuple((where, _packed(form, length + more)) for where, form, more in sound.fields)
    return Part(at, until, patches)


def _packed(form: str, value: int) -> bytes:
    return struct.pack(form, min(value, 0xFFFF_FFFF) if form[-1] == "I" else value)
