"""Everything that is heard of one file: its parts one after the other, the tracks of each side by side.

A file may hold several recordings end to end (`containers`), a recording several tracks: a caller and a called one, a
picture's sound and a microphone. Whatever can be decoded is; what cannot be is counted, so that it can be told.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from analyzer.audio import containers, ends, kinds, sniff
from analyzer.audio.report import BLOCK_SAMPLES, DecodeError, legs_of
from analyzer.audio.room import Room
from analyzer.audio.stream import MOST_PLANES, Source
from analyzer.physics import SAMPLE_RATE_HZ

MOST_TRACKS = 4
LEAST_UNREAD_S = 1.0
ENDS_WITH_SOUND = {"wav", "w64", "aiff", "au", "caf", "mp3", "aac", "flac", "amr", "asf"}
TAGS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3", b"3DI")

Block = NDArray[np.float32]


class Tape:
    """An open file. Use as a context manager; raises DecodeError with a code of `messages.ERRORS`.

    Parts of a joined file and mended copies are written to `folder`, one at a time.
    """

    def __init__(self, path: Path, folder: Path, room: Room) -> None:
        named = kinds.foreign(path)
        if named is not None:
            raise DecodeError(named)
        if sniff.is_box_bomb(path):
            raise DecodeError("damaged", f"more than {sniff.BOMB_BOXES} boxes")
        self._path, self._folder, self._room = path, folder, room
        self._parts = containers.parts(path)
        self._stack = ExitStack()
        try:
            self._sources = self._opened(0)
        except BaseException:
            self._stack.close()
            raise
        first = self._sources[0]
        self.container, self.codec = first.container, first.codec
        self.rate_hz, self.channels = first.rate_hz, first.channels
        self.legs = legs_of(first.comment)
        self.tracks = len(self._sources)
        self.left_out_tracks = first.skipped + first.tracks - self.tracks
        self.joined = len(self._parts)
        self.mended = any(part.patches for part in self._parts)
        self.planes = _planes(self._sources)
        self.bad_packets = self.non_finite = self.decoded_samples = self.filled_samples = 0
        self.unread_bytes = ends.mp4_tail(path) if self.container == "mov" and self.joined == 1 else 0
        self.cut = self.container == "ogg" and ends.ogg_is_cut(path)
        self.origin_s = self._sources[0].origin_s
        self._stated_s: list[float | None] = []

    def __enter__(self) -> Tape:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    @property
    def as_it_is(self) -> bool:
        """Whether a browser that plays the file plays all of it."""
        return self.joined == 1 and not self.mended and self.tracks == 1

    @property
    def stated_s(self) -> float | None:
        """The length that headers state, as far as the file has been read; None where one of its parts states none."""
        stated = [s for s in self._stated_s if s is not None]
        return sum(stated) if stated and len(stated) == len(self._stated_s) else None

    def blocks(self, max_duration_s: float, deadline: float, alive: Callable[[], bool]) -> Iterator[Block]:
        """Blocks of shape (planes, BLOCK_SAMPLES), the last one shorter. Raises DecodeError as `Source.blocks` does."""
        pending: list[Block] = []
        count = total = 0
        for block in self._all(max_duration_s, deadline, alive):
            pending.append(block)
            count += block.shape[1]
            total += block.shape[1]
            if total > max_duration_s * SAMPLE_RATE_HZ:
                raise DecodeError("too-long")
            while count >= BLOCK_SAMPLES:
                joined = np.concatenate(pending, axis=1)
                yield joined[:, :BLOCK_SAMPLES]
                pending, count = [joined[:, BLOCK_SAMPLES:]], count - BLOCK_SAMPLES
        if count:
            yield np.concatenate(pending, axis=1)

    def _all(self, max_duration_s: float, deadline: float, alive: Callable[[], bool]) -> Iterator[Block]:
        for number in range(len(self._parts)):
            if number:
                self._stack.close()
                try:
                    self._sources = self._opened(number)
                except DecodeError:  # what follows the first recording is no recording
                    self.unread_bytes += self._parts[number].end - self._parts[number].start
                    continue
            together = [source.blocks(max_duration_s, deadline, alive) for source in self._sources]
            for block in _side_by_side(together, self._sources):
                yield block if block.shape[0] == self.planes else _fitted(block, self.planes)
            self._count(self._parts[number])

    def _opened(self, number: int) -> list[Source]:
        """The tracks of a part, each read by itself."""
        part = self._parts[number]
        path = self._path
        if len(self._parts) > 1 or part.patches:
            path = self._folder / "part"
            self._room.take(part.end - part.start)
            self._stack.callback(self._room.give_back, part.end - part.start)
            containers.write(self._path, part, path)
            self._stack.callback(path.unlink, missing_ok=True)
        first = self._stack.enter_context(Source(path))
        sources = [first]
        for track in range(1, min(first.tracks, MOST_TRACKS)):
            with suppress(DecodeError):  # one broken track does not cost the others
                source = self._stack.enter_context(Source(path, track))
                if _planes([*sources, source]) <= MOST_PLANES:
                    sources.append(source)
        return sources

    def _count(self, part: containers.Part) -> None:
        first = self._sources[0]
        self.bad_packets += sum(s.bad_packets for s in self._sources)
        self.non_finite += sum(s.non_finite for s in self._sources)
        longest = max(self._sources, key=lambda s: s.decoded_samples + s.filled_samples)
        self.decoded_samples += longest.decoded_samples
        self.filled_samples += longest.filled_samples
        decoded_s = longest.decoded_samples / SAMPLE_RATE_HZ
        if part.missing:
            self._stated_s.append(decoded_s / (1.0 - part.missing))
        else:
            self._stated_s.append(longest.stated_s)
        if first.container in ENDS_WITH_SOUND and not part.patches and first.read_bytes:
            self.unread_bytes += self._unread(part, first.read_bytes, decoded_s)

    def _unread(self, part: containers.Part, read: int, decoded_s: float) -> int:
        """Bytes behind the last packet, where they could hold a second of sound and are no tag."""
        left = part.end - part.start - read
        if left < ends.LEAST_BYTES or left / max(read, 1) * decoded_s < LEAST_UNREAD_S:
            return 0
        with self._path.open("rb") as f:
            f.seek(part.start + read)
            tail = f.read(64)
            f.seek(part.start + read)
            empty = not any(f.read(min(left, 1 << 20)))
            f.seek(max(part.start, part.end - 160), os.SEEK_SET)
            last = f.read(160)
        tagged = tail.startswith(TAGS) or b"APETAGEX" in last or last[-128:-125] == b"TAG"
        chunked = all(32 <= byte < 127 for byte in tail[:4]) and self.container in {"wav", "aiff", "caf"}
        return 0 if empty or tagged or chunked else left


def _planes(sources: list[Source]) -> int:
    return sum(source.planes for source in sources)


def _side_by_side(together: list[Iterator[Block]], sources: list[Source]) -> Iterator[Block]:
    """The blocks of all tracks under each other; a track that has ended is silent."""
    while True:
        blocks = [next(blocks, None) for blocks in together]
        length = max((b.shape[1] for b in blocks if b is not None), default=0)
        if not length:
            return
        rows = [
            np.zeros((source.planes, length), np.float32)
            if block is None
            else np.pad(block, ((0, 0), (0, length - block.shape[1])))
            for block, source in zip(blocks, sources, strict=True)
        ]
        yield np.concatenate(rows)


def _fitted(block: Block, planes: int) -> Block:
    """A block of a later part with another number of channels than the first part has."""
    return np.repeat(block.mean(axis=0, keepdims=True, dtype=np.float32), planes, axis=0)
