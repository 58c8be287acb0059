"""What a day of recordings needs: cores, cards, bytes. Pure arithmetic over stated inputs, each with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

DAY_S, YEAR_DAYS = 86_400, 365
# Processor seconds of a whole worker a second of sound, faster-whisper base int8: benchmarks/results/capacity.md, "Real workers",
# 86.94 s for the 924.82 s of ten recordings; of that the transcription's share by its stages (benchmarks/results/speed.md, 76 %).
PIPELINE, TRANSCRIPTION_SHARE = 86.94 / 924.82, 0.76
# × real time on a core of one full window: benchmarks/results/engines.md, "Sizes"
SIZES = {"tiny": 0.021, "base": 0.039, "small": 0.116, "medium": 0.333, "turbo": 0.369, "large-v3": 0.600}
# README of FunAudioLLM/SenseVoice: 70 ms for 10 s of sound, "15 times faster than Whisper-Large"; on which machine it does
# not say, so that only the ratio is used
SENSE_VOICE_RATIO = 15
GPU_RANGE = (0.0016, 0.0028)  # × real time of transcription, base on an H200: benchmarks/results/gpu.md
GPU_HOST = 0.0194, 0.0308  # processor seconds a second of sound beside them, the same table


@dataclass(frozen=True, slots=True)
class Model:
    """`least`, `most`: processor seconds a second of sound, whole pipeline. `label`: measured | computed …"""

    name: str
    least: float
    most: float
    label: str

    def a_day(self, mean_s: float) -> tuple[float, float]:
        """Recordings of this length that one core hears in 24 hours without a pause, at worst and at best."""
        return DAY_S / (self.most * mean_s), DAY_S / (self.least * mean_s)


def models(pipeline: float = PIPELINE, share: float = TRANSCRIPTION_SHARE) -> list[Model]:
    """Each model: the measured pipeline with its windows in place of those of `base`.

    At one end only the windows grow, at the other all of the transcription (guards, alignment, second looks) with them.
    """
    sizes = {name: (size, "computed from measured windows") for name, size in SIZES.items()}
    sizes["base"] = (SIZES["base"], "measured")
    sizes["SenseVoice-Small"] = (SIZES["large-v3"] / SENSE_VOICE_RATIO, "computed from a published ratio")
    found = []
    for name, (size, label) in sizes.items():
        ends = pipeline + size - SIZES["base"], pipeline * (1 - share + share * size / SIZES["base"])
        found.append(Model(name, min(ends), max(ends), label))
    return found


def model(name: str, pipeline: float = PIPELINE) -> Model:
    return next(one for one in models(pipeline) if one.name == name)


@dataclass(frozen=True, slots=True)
class Codec:
    """Bytes a second of one channel."""

    name: str
    bytes_a_second: float


CODECS = (
    Codec("WAV 16 kHz 16 bit", 32_000),
    Codec("G.711 8 kHz (telephone)", 8_000),
    Codec("MP3 64 kbit/s", 8_000),
    Codec("MP3 32 kbit/s", 4_000),
    Codec("Opus 24 kbit/s", 3_000),
    Codec("Opus 16 kbit/s", 2_000),
    Codec("AMR 12.2 kbit/s", 1_525),
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day's recordings; `peak`: the busiest hour's share of the day."""

    recordings: int
    mean_s: float
    peak: float

    @property
    def sound_s(self) -> float:
        return self.recordings * self.mean_s

    def cores(self, core: float, *, at_once: bool) -> float:
        """Cores that are busy all the time: over 24 hours, or so that the busiest hour is heard within itself."""
        return self.sound_s * core * (self.peak / 3600 if at_once else 1 / DAY_S)

    def cards(self, *, at_once: bool) -> tuple[float, float]:
        """GPUs for the transcription alone, from best to worst of what was measured."""
        low, high = (self.cores(ratio, at_once=at_once) for ratio in GPU_RANGE)
        return low, high

    def bytes_a_year(self, codec: Codec) -> float:
        return self.sound_s * codec.bytes_a_second * YEAR_DAYS

    def bits_a_second(self, codec: Codec) -> float:
        """That come in, in the busiest hour."""
        return self.sound_s * self.peak / 3600 * codec.bytes_a_second * 8


def database_bytes(sound_s: float, fixed: float, a_second: float) -> float:
    """Of one recording: what it takes whatever its length, and its words."""
    return fixed + a_second * sound_s
