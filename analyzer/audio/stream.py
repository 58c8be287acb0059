"""Packets in, blocks of 16 kHz float samples out. The only module that imports PyAV.

Runs in the child only. Reads packet by packet, because one exception inside `container.decode` ends that
generator and with it, silently, the recording; here a bad packet is counted and the next one is tried.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.audio import kinds, sniff
from analyzer.audio.formats import BYTES_ARE_THE_LENGTH, CODECS, FORMATS, GUESSED_LENGTH, why_not_opened
from analyzer.audio.report import BLOCK_SAMPLES, DecodeError
from analyzer.physics import SAMPLE_RATE_HZ

RATES_HZ = range(4_000, 384_001)
MAX_CHANNELS = 32
MOST_PLANES = 4  # channels that are kept apart; of more, the mean
MP3_PADDING_S = 0.4  # that encoders put before and behind the sound and players take off
MAX_SAMPLE = 1e5  # float files may hold 16-bit values unscaled; beyond that it is garbage
MIN_GAP_S = 0.1  # a hole in the time stamps; shorter ones are rounding and encoder delay
OPEN_S = 60.0  # a recording opens in milliseconds; what takes minutes is made to
CHECK_PACKETS = 256


class Source:
    """One track of an open recording. Use as a context manager; raises DecodeError with a code of `messages.ERRORS`.

    `track` counts those that can be decoded, `tracks` says how many there are, `skipped` how many cannot be.
    """

    def __init__(self, path: Path, track: int = 0) -> None:
        import av

        self._av = av
        av.logging.set_level(av.logging.PANIC)
        options = {"format_whitelist": FORMATS, "protocol_whitelist": "file", "codec_whitelist": CODECS}
        began = time.monotonic()
        try:
            self._container = av.open(
                f"file:{path}", options=options, metadata_errors="replace", timeout=(OPEN_S, None)
            )
        except MemoryError as error:
            raise DecodeError("memory", repr(error)) from None
        except (av.FFmpegError, OSError, ValueError, EOFError, IndexError) as error:
            slow = time.monotonic() - began >= OPEN_S
            raise DecodeError("damaged" if slow else why_not_opened(path), repr(error)) from None
        self.tracks = self.skipped = 0
        try:
            self._stream = self._choose(path, track)
        except BaseException:
            self._container.close()
            raise
        if self._stream.codec_context.name == "flac":  # else a broken frame comes out as a burst of noise
            self._stream.codec_context.options = {"err_detect": "crccheck+explode"}
        self.container: str = self._container.format.name.split(",")[0]
        context = self._stream.codec_context
        self.codec: str = context.name
        self.rate_hz: int = context.sample_rate
        self.channels: int = context.layout.nb_channels
        self.bad_packets = 0
        self.non_finite = 0
        self.decoded_samples = 0
        self.filled_samples = 0
        self.read_bytes = 0  # how far into the file the packets came from
        self.origin_s: float = (self._container.start_time or 0) / 1e6  # where a piece cut from a longer file begins
        self.stated_s = self._stated_s(path)
        self.comment: str = str(self._container.metadata.get("comment", ""))

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def _choose(self, path: Path, track: int) -> Any:
        if self._container.format.name in {"mp3", "aac"} and kinds.media_type(path) is None:
            raise DecodeError("not-audio", "MPEG frames by chance")
        if sniff.is_encrypted(path):
            raise DecodeError("encrypted")
        streams = self._container.streams.audio
        if not streams:
            raise DecodeError("no-audio-stream" if self._container.streams else "not-audio")
        usable = [s for s in streams if s.codec_context is not None and s.codec_context.name in CODECS.split(",")]
        if not usable:
            raise DecodeError("codec", ",".join(s.codec_context.name for s in streams if s.codec_context))
        self.tracks, self.skipped = len(usable), len(streams) - len(usable)
        usable.sort(
            key=lambda s: "default" not in (s.disposition.name or "")
        )  # the one that players choose comes first
        return usable[track]

    def _stated_s(self, path: Path) -> float | None:
        if self.container in GUESSED_LENGTH:
            return None
        if self.container in BYTES_ARE_THE_LENGTH or (self.container == "asf" and sniff.is_broadcast(path)):
            return None
        stream = self._stream
        read_s = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else None
        if self.container == "mp3":  # where FFmpeg finds no number of frames, or doubts it, it guesses
            frames = sniff.mp3_frames(path)
            counted_s = (frames or 0) * (1152 if self.rate_hz >= 32_000 else 576) / self.rate_hz
            exact = read_s is not None and abs(read_s - counted_s) < MP3_PADDING_S
            return (read_s if exact else counted_s) if frames else None
        if read_s is not None:
            return read_s
        length_s = self._container.duration / 1e6 if self._container.duration else None
        if length_s is not None and self.container == "matroska" and length_s > self.origin_s > 0:
            return length_s - self.origin_s  # there the second at which it ends is written
        return length_s

    @property
    def planes(self) -> int:
        return self.channels if self.channels <= MOST_PLANES else 1

    def blocks(self, max_duration_s: float, deadline: float, alive: Any) -> Iterator[NDArray[np.float32]]:
        """Blocks of shape (planes, n), float, full scale 1.0, NaN and infinities as 0.

        More than MOST_PLANES channels are averaged into one. Raises DecodeError "too-long", "timeout", "sample-rate".
        """
        channels = self.planes
        pending: list[NDArray[np.float32]] = []
        count = 0
        for piece in self._pieces(channels, max_duration_s, deadline, alive):
            pending.append(piece)
            count += piece.shape[1]
            if self.decoded_samples + self.filled_samples > max_duration_s * SAMPLE_RATE_HZ:
                raise DecodeError("too-long")
            if count >= BLOCK_SAMPLES:
                joined = np.concatenate(pending, axis=1)
                whole = count - count % BLOCK_SAMPLES
                for start in range(0, whole, BLOCK_SAMPLES):
                    yield self._sound(joined[:, start : start + BLOCK_SAMPLES])
                pending, count = [joined[:, whole:]], count - whole
        if count:
            yield self._sound(np.concatenate(pending, axis=1))

    def _pieces(
        self, channels: int, max_duration_s: float, deadline: float, alive: Any
    ) -> Iterator[NDArray[np.float32]]:
        resampler: Any = None
        shape = None
        for frame in self._frames(deadline, alive):
            if frame.sample_rate not in RATES_HZ or not 1 <= frame.layout.nb_channels <= MAX_CHANNELS:
                if self.decoded_samples:
                    self.bad_packets += 1  # a damaged header in the middle of a stream
                    continue
                raise DecodeError("sample-rate", f"{frame.sample_rate} Hz, {frame.layout.nb_channels} channels")
            now = (frame.format.name, frame.layout.name, frame.sample_rate)
            if now != shape:
                if resampler is not None:
                    yield from self._out(resampler.resample(None), channels)
                resampler = self._av.AudioResampler(format="flt", layout=frame.layout, rate=SAMPLE_RATE_HZ)
                shape = now
            yield from self._gap(frame, channels, max_duration_s)
            frame = self._finite(frame)
            frame.pts = None
            yield from self._out(resampler.resample(frame), channels)
        if resampler is not None:
            yield from self._out(resampler.resample(None), channels)

    def _frames(self, deadline: float, alive: Any) -> Iterator[Any]:
        """Decoded frames; a packet that cannot be decoded is counted, a container that breaks off ends it."""
        packets = self._container.demux(self._stream)
        failures = number = 0
        while True:
            number += 1
            if number % CHECK_PACKETS == 0:
                if not alive():
                    raise DecodeError("crashed", "parent is gone")
                if time.monotonic() > deadline:
                    raise DecodeError("timeout")
            try:
                packet = next(packets)
            except StopIteration:
                return
            except MemoryError:
                raise DecodeError("memory") from None
            except (self._av.FFmpegError, OSError, ValueError):
                self.bad_packets += 1
                failures += 1
                if failures >= 100:
                    return
                packets = self._container.demux(self._stream)
                continue
            if packet.pos is not None:
                self.read_bytes = max(self.read_bytes, packet.pos + packet.size)
            try:
                frames = packet.decode()
            except MemoryError:
                raise DecodeError("memory") from None
            except EOFError:
                continue
            except (self._av.FFmpegError, OSError, ValueError):
                self.bad_packets += 1
                continue
            yield from frames

    def _gap(self, frame: Any, channels: int, max_duration_s: float) -> Iterator[NDArray[np.float32]]:
        """Silence for a hole before `frame`, so that times stay those of a player; never past the stated end."""
        if frame.pts is None or frame.time_base is None or self.stated_s is None:
            return
        at_s = float(frame.pts * frame.time_base) - self.origin_s
        missing = round(at_s * SAMPLE_RATE_HZ) - self.decoded_samples - self.filled_samples
        if missing < MIN_GAP_S * SAMPLE_RATE_HZ or at_s > min(self.stated_s, max_duration_s) + MIN_GAP_S:
            return
        self.filled_samples += missing
        while missing > 0:
            count = min(missing, BLOCK_SAMPLES)
            yield np.zeros((channels, count), dtype=np.float32)
            missing -= count

    def _finite(self, frame: Any) -> Any:
        """The frame with NaN and infinities as 0, before resampling could smear them over their neighbours."""
        if not self.codec.startswith("pcm_f"):
            return frame
        values = frame.to_ndarray()
        sound = self._sound(values)
        if sound is values:
            return frame
        clean = self._av.AudioFrame.from_ndarray(sound, format=frame.format.name, layout=frame.layout.name)
        clean.sample_rate = frame.sample_rate
        return clean

    def _sound(self, values: NDArray[Any]) -> NDArray[Any]:
        """`values` itself, or a copy in which what is not a plausible number is 0; counted."""
        wrong = ~(np.abs(values) <= MAX_SAMPLE)
        if not wrong.any():
            return values
        self.non_finite += int(np.count_nonzero(wrong))
        return np.where(wrong, values.dtype.type(0), values)

    def _out(self, frames: Any, channels: int) -> Iterator[NDArray[np.float32]]:
        for frame in frames:
            # packed, because PyAV 18.1 counts the planes of 8 and more channels wrongly
            values = frame.to_ndarray().reshape(-1, frame.layout.nb_channels).T
            self.decoded_samples += values.shape[1]
            if values.shape[0] != channels:
                values = np.repeat(values.mean(axis=0, keepdims=True), channels, axis=0)
            yield values
