"""What one configuration (engine, device, windows together) did on one machine, as it is kept between machines."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Configuration:
    """Written `ENGINE:DEVICE:BATCH[:COMPUTE_TYPE]`."""

    engine: str
    device: str
    batch: int
    compute_type: str = "auto"

    @classmethod
    def read(cls, text: str) -> Configuration:
        """Raises ValueError for anything else."""
        engine, device, batch, *rest = text.split(":")
        return cls(engine, device, int(batch), *rest)

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.engine, self.device, self.batch, self.compute_type))


@dataclass
class Words:
    """Errors and verdicts by the project's own measures; `seconds` of the whole pipeline over `audio_s` of samples.

    `verdicts` are by "sample/item". `people` is None without their clips.
    """

    people: tuple[int, int] | None
    samples: tuple[int, int]
    verdicts: dict[str, str]
    right: int
    seconds: float
    audio_s: float
    stages: dict[str, float]


@dataclass
class Measured:
    """Transcription (`hear`) of `audio_s` seconds: wall and processor seconds of each pass after a warm-up.

    `device` and `compute_type` are those that the engine says it used, `warnings` its own.
    `gpu_mib` is what the card holds more at the highest than before the engine was loaded; None without a card.
    """

    configuration: str
    machine: str
    versions: str
    when: str
    device: str
    compute_type: str
    warnings: list[str]
    load_s: float
    audio_s: float
    windows: int
    wall_s: list[float]
    cpu_s: list[float]
    gpu_mib: int | None
    text: str
    words: Words | None = field(default=None)

    @property
    def asked(self) -> Configuration:
        return Configuration.read(self.configuration)

    @property
    def as_asked(self) -> bool:
        """Whether it ran where it should: an engine without its GPU goes on on the processor."""
        return self.device == self.asked.device

    @property
    def times_real_time(self) -> float:
        return median(self.wall_s) / self.audio_s

    @property
    def processor_a_second(self) -> float:
        """Processor seconds for a second of audio."""
        return median(self.cpu_s) / self.audio_s


def keep(folder: Path, name: str, measured: Measured) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(asdict(measured), ensure_ascii=False, indent=1), "utf-8")


def kept(folder: Path) -> list[Measured]:
    """In order of path: a folder a machine keeps them apart."""
    return [_read(json.loads(path.read_text("utf-8"))) for path in sorted(folder.rglob("*.json"))]


def _read(entry: dict[str, Any]) -> Measured:
    words = entry.pop("words")
    if words:
        people = words.pop("people")
        words = Words(people=people and tuple(people), samples=tuple(words.pop("samples")), **words)
    return Measured(**entry, words=words)
