"""Boxes of an MP4 that a stranger has made to keep a web thread busy."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from analyzer.audio import sniff
from analyzer.audio.report import DecodeError
from analyzer.audio.room import Room
from analyzer.audio.tape import Tape

START = struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 0)


def box(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def inside(kind: bytes, depth: int, gap: int = 0) -> bytes:
    """Boxes of one kind inside each other, without copying their bodies."""
    size = 8 + gap
    return b"".join(struct.pack(">I4s", size * (depth - i), kind) + bytes(gap) for i in range(depth))


BOMBS: dict[str, Callable[[], bytes]] = {
    "side by side": lambda: box(b"moov", box(b"free") * 1_000_000),
    "folders of folders": lambda: box(b"moov", box(b"trak", box(b"free") * 9_000) * 100),
    "inside each other": lambda: inside(b"moov", 200_000),
    "sample tables inside each other": lambda: inside(b"stsd", 100_000, 8),
    "without length": lambda: struct.pack(">I4s", 0, b"moov") * 200_000,
    "longer than the file": lambda: struct.pack(">I4sQ", 1, b"moov", 2**63) * 100_000,
    "shorter than their head": lambda: struct.pack(">I4s", 3, b"moov") * 200_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_however_boxes_are_laid_the_work_on_them_is_bounded(
    tmp_path: Path, bomb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bomb.mp4"
    path.write_bytes(START + BOMBS[bomb]())
    with path.open("rb") as f:
        assert sum(1 for _ in sniff._boxes(f, 0, path.stat().st_size)) <= sniff.MOST_BOXES
    sniff.is_encrypted(path)
    sniff.is_unfinished(path)


def test_a_decoding_process_does_not_let_ffmpeg_read_boxes_for_minutes(tmp_path: Path) -> None:
    path = tmp_path / "bomb.mp4"
    path.write_bytes(START + box(b"moov", box(b"free") * (sniff.BOMB_BOXES + 10)))
    assert sniff.is_box_bomb(path)
    with pytest.raises(DecodeError, match="damaged"):
        Tape(path, tmp_path, Room(tmp_path, 2**30))
    path.write_bytes(START + box(b"moof") * 40_000)  # a long recording in fragments
    assert not sniff.is_box_bomb(path)


def test_what_is_protected_is_found_where_players_look_for_it(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    stsd = box(b"stsd", bytes(8) + box(b"enca"))
    path.write_bytes(START + box(b"moov", box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", stsd))))))
    assert sniff.is_encrypted(path)
    path.write_bytes(START + box(b"mdat", bytes(100)))
    assert sniff.is_unfinished(path)
