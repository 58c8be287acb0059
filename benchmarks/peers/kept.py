"""What was measured, a JSON file each, so that a run can be stopped and gone on with and its report made again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers.heard import Heard
from benchmarks.peers.registry import PEERS, Peer


@dataclass(frozen=True, slots=True)
class Record:
    """One recording through one peer once. Memory is of its process tree; `digest` is of the sound that it got.

    `waiting_cpu_s` is what all the other peers' processes used meanwhile. `stages` are wall seconds, ours only.
    """

    peer: str
    recording: str
    number: int
    digest: str
    duration_s: float
    wall_s: float
    cpu_s: float
    peak_mib: float
    private_mib: float
    waiting_cpu_s: float
    heard: Heard
    stages: dict[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Met:
    """A peer as it was found: versions and seconds to load, or why it is not here."""

    name: str
    versions: dict[str, str]
    load_s: float | None
    absent: str | None


class Kept:
    """The folder: `PEER/RECORDING.PASS.json`, `PEER/peer.json`, `sittings.json` with the heading of every run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def material(self) -> Path:
        return self.folder / "material"

    def place(self, peer: Peer) -> Path:
        place = self.folder / peer.slug
        place.mkdir(parents=True, exist_ok=True)
        return place

    def record(self, peer: Peer, recording: str, number: int, digest: str) -> Record | None:
        """None where it was not measured, or on another sound."""
        path = self.folder / peer.slug / f"{recording}.{number}.json"
        record = _record(path) if path.is_file() else None
        return record if record is not None and record.digest == digest else None

    def keep(self, peer: Peer, record: Record) -> None:
        _write(self.place(peer) / f"{record.recording}.{record.number}.json", asdict(record))

    def records(self, digests: dict[str, str]) -> list[Record]:
        """Everything measured on these sounds (`digests` by recording)."""
        found = [_record(p) for peer in PEERS.values() for p in sorted((self.folder / peer.slug).glob("*.[0-9]*.json"))]
        return [r for r in found if digests.get(r.recording) == r.digest]

    def meet(self, peer: Peer, met: Met) -> None:
        _write(self.place(peer) / "peer.json", asdict(met))

    def met(self) -> list[Met]:
        paths = [self.folder / peer.slug / "peer.json" for peer in PEERS.values()]
        return [Met(**json.loads(path.read_text("utf-8"))) for path in paths if path.is_file()]

    def sit(self, head: Iterable[str]) -> None:
        """Add the heading of a run that measured something."""
        self.folder.mkdir(parents=True, exist_ok=True)
        _write(self.folder / "sittings.json", [*self.sittings(), list(head)])

    def sittings(self) -> list[list[str]]:
        path = self.folder / "sittings.json"
        return json.loads(path.read_text("utf-8")) if path.is_file() else []


def _record(path: Path) -> Record:
    entry = json.loads(path.read_text("utf-8"))
    return Record(**{**entry, "heard": Heard.read(entry["heard"])})


def _write(path: Path, entry: Any) -> None:
    """Whole or not at all."""
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(entry, ensure_ascii=False), "utf-8")
    temporary.replace(path)
