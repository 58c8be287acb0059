"""Samples to a file, with PyAV: what recorders, phones and call platforms write."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from benchmarks.rendering.voices import Samples


@dataclass(frozen=True, slots=True)
class Codec:
    """How a format is written. `rate_hz` None keeps the samples' own rate."""

    suffix: str
    container: str
    codec: str
    sample_format: str
    rate_hz: int | None = None
    bit_rate: int | None = None


CODECS = {
    "ogg": Codec(".ogg", "ogg", "libopus", "s16", 24_000, 24_000),
    "opus": Codec(".opus", "opus", "libopus", "s16", 16_000, 16_000),
    "mp3": Codec(".mp3", "mp3", "libmp3lame", "s16p", None, 40_000),
    "m4a": Codec(".m4a", "ipod", "aac", "fltp", 24_000, 40_000),
    "amr": Codec(".amr", "amr", "libopencore_amrnb", "s16", 8_000, 12_200),
    "wav": Codec(".wav", "wav", "pcm_s16le", "s16", 16_000),
    "wav-mulaw": Codec(".wav", "wav", "pcm_mulaw", "s16", 8_000),
}


def write_audio(path: Path, samples: Samples, rate_hz: int, file_format: str) -> None:
    """Write `samples` (channels, n), float32, to `path` in one of CODECS.

    AMR is mono by nature: more channels are refused. Raises: ValueError; av.FFmpegError where an encoder is missing.
    """
    import av

    codec = CODECS[file_format]
    if codec.codec == "libopencore_amrnb" and samples.shape[0] != 1:
        raise ValueError(f"{path}: AMR holds one channel, got {samples.shape[0]}")
    target_hz = codec.rate_hz or rate_hz
    if target_hz != rate_hz:
        ratio = Fraction(target_hz, rate_hz)
        samples = resample_poly(samples, ratio.numerator, ratio.denominator, axis=1).astype(np.float32)
    layout = "mono" if samples.shape[0] == 1 else "stereo"
    pcm = (np.clip(samples, -1, 1) * 32767).astype(np.int16)
    with av.open(str(path), "w", format=codec.container) as container:
        stream = container.add_stream(codec.codec, rate=target_hz)
        assert isinstance(stream, av.AudioStream)
        stream.layout = layout
        if codec.bit_rate:
            stream.bit_rate = codec.bit_rate * samples.shape[0]
        resampler = av.AudioResampler(format=codec.sample_format, layout=layout, rate=target_hz)
        fifo = av.AudioFifo()
        size = stream.codec_context.frame_size or 1024
        for start in range(0, pcm.shape[1], 4096):
            block = np.ascontiguousarray(pcm[:, start : start + 4096].T.reshape(1, -1))
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout=layout)
            frame.sample_rate = target_hz
            frame.pts = start
            for ready in resampler.resample(frame):
                fifo.write(ready)
            while (packet := fifo.read(size)) is not None:
                container.mux(stream.encode(packet))
        if (packet := fifo.read(0, partial=True)) is not None:
            container.mux(stream.encode(packet))
        container.mux(stream.encode(None))
