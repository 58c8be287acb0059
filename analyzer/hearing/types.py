"""What the parts of hearing hand to each other, and the protocol that every engine keeps."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from analyzer.domain import Dropped, Engine, Segment, Span
from analyzer.physics import SAMPLE_RATE_HZ

WINDOW_S = 30.0  # what Whisper's encoder takes: 3000 frames of 10 ms
WINDOW_SAMPLES = int(WINDOW_S * SAMPLE_RATE_HZ)

REPETITIVE = 2.4  # zlib ratio over which a text repeats itself (Whisper's paper, section 4.5)
IMPROBABLE = -1.0  # mean log-probability a token under which a text is doubted (same place)
LEAST_PROBABILITY = 1e-10  # of a token that is scored, so that its logarithm is a number
TEMPERATURES = (0.0, 0.2, 0.4, 0.6, 0.8)  # of a careful decoding, each tried when the one before failed

Pcm = NDArray[np.int16]


def compression_ratio(text: str) -> float:
    """Bytes of the text against its zlib-compressed bytes; 0.0 for no text. Ordinary Chinese is about 1.1."""
    raw = text.encode("utf-8")
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0


@dataclass(frozen=True, slots=True)
class WindowPiece:
    """A stretch of the recording (`first` to `last` sample, half-open) that stands at `offset` of its window."""

    first: int
    last: int
    offset: int

    def __post_init__(self) -> None:
        if not 0 <= self.first < self.last or self.offset < 0:
            raise ValueError(f"piece must satisfy 0 <= first < last and 0 <= offset, got {self}")

    @property
    def span(self) -> Span:
        return Span(self.first / SAMPLE_RATE_HZ, self.last / SAMPLE_RATE_HZ)

    @property
    def window_start_s(self) -> float:
        return self.offset / SAMPLE_RATE_HZ

    @property
    def window_end_s(self) -> float:
        return (self.offset + self.last - self.first) / SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces of one channel laid one after the other, at most 30 s, decoded together.

    `source` is the whole channel, int16 at 16 kHz (it may be a memory map): samples are copied only when
    `audio` is asked for, so that a three-hour recording costs one batch of windows and no more.
    """

    source: Pcm
    pieces: tuple[WindowPiece, ...]
    gain: float = 1.0

    def __post_init__(self) -> None:
        if not self.pieces:
            raise ValueError("a window needs at least one piece")
        if self.samples > WINDOW_SAMPLES:
            # Longer audio would be cut off without a word by the feature extractor (RELIABILITY §1.1).
            raise ValueError(f"a window holds at most {WINDOW_S} s, got {self.samples / SAMPLE_RATE_HZ:.2f} s")

    @property
    def samples(self) -> int:
        """Length with the silence between pieces, in samples."""
        last = self.pieces[-1]
        return last.offset + last.last - last.first

    @property
    def duration_s(self) -> float:
        return self.samples / SAMPLE_RATE_HZ

    @property
    def span(self) -> Span:
        """From the first piece's start to the last piece's end in the recording."""
        return Span(self.pieces[0].span.start_s, self.pieces[-1].span.end_s)

    @property
    def speech_s(self) -> float:
        """Seconds of recorded sound in the window."""
        return sum(piece.span.duration_s for piece in self.pieces)

    def audio(self) -> NDArray[np.float32]:
        """Samples in [-1, 1], shape (samples,), silence between the pieces."""
        out = np.zeros(self.samples, np.float32)
        for piece in self.pieces:
            length = piece.last - piece.first
            out[piece.offset : piece.offset + length] = self.source[piece.first : piece.last]
        out *= np.float32(self.gain / 32768.0)
        return out


@dataclass(frozen=True, slots=True)
class Decoded:
    """What an engine heard in one window. Times are seconds of the window, one value a character of `text`.

    `avg_logprob` is the mean log-probability a token, `no_speech_prob` the engine's doubt that there is
    speech at all, `compression_ratio` that of zlib on the UTF-8 text (over 2.4 the text repeats itself).
    What an engine does not tell is None, and `char_confidence` empty: nothing stands in for it. `coarse` times are
    shared out over longer stretches than words.
    """

    text: str
    char_start_s: tuple[float, ...]
    char_end_s: tuple[float, ...]
    char_confidence: tuple[float, ...]
    avg_logprob: float | None
    no_speech_prob: float | None
    compression_ratio: float
    temperature: float = 0.0
    coarse: bool = False

    def __post_init__(self) -> None:
        count = len(self.text)
        if not count == len(self.char_start_s) == len(self.char_end_s) or len(self.char_confidence) not in (0, count):
            raise ValueError(
                f"every character needs a start and an end, and a confidence if any has one: {self.text!r}"
            )


class Look(StrEnum):
    """Why windows are decoded: for the first time, again because the text is doubted, or because none came."""

    FIRST = "first"
    CAREFUL = "careful"  # one at a time, warmer while it repeats itself or is improbable (paper, 4.5)
    MISSED = "missed"


class Transcriber(Protocol):
    """An engine that turns windows into text with character times."""

    @property
    def engine(self) -> Engine:
        """Name, model, version, number format and device: travels with every result."""
        ...

    @property
    def warnings(self) -> tuple[str, ...]: ...

    def transcribe(self, windows: Sequence[Window], look: Look = Look.FIRST) -> Iterator[Decoded]:
        """One Decoded a window, in order; batched inside."""
        ...


@runtime_checkable
class Scorer(Protocol):
    """An engine that tells how probable a text is as the words of a window: both Whisper engines do."""

    def beside(self) -> int:
        """Return how many windows may be scored at once, each from a thread of its own."""
        ...

    def score(self, window: Window, texts: Sequence[str]) -> tuple[float, ...]:
        """Summed log-probability of the tokens of each text in nats, by teacher forcing, no prompt before them."""
        ...


@runtime_checkable
class Prompted(Protocol):
    """An engine whose prompt can be another for the windows to come."""

    def prompt_by(self, prompt: str) -> None: ...


@dataclass(frozen=True, slots=True)
class ChannelHearing:
    """All that was heard on one channel: text with times, where speech was, and what of it has no text."""

    segments: tuple[Segment, ...]
    speech: tuple[Span, ...]
    unheard: tuple[Span, ...]
    dropped: tuple[Dropped, ...]
    warnings: tuple[str, ...] = ()
