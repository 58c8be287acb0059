"""Real people reading aloud (../shared/speech): the character error rate on voices that no synthesiser made."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analyzer.domain import Hearing
from benchmarks.corpus import ROOT
from benchmarks.measures import cer

SPEECH = ROOT.parent / "shared" / "speech"


@dataclass(frozen=True, slots=True)
class Corpus:
    """One source of clips: how many, their length, edits of reference characters."""

    name: str
    clips: int
    seconds: float
    edits: int
    characters: int


@dataclass(frozen=True, slots=True)
class Human:
    """All sources, in order of name."""

    corpora: tuple[Corpus, ...]

    @property
    def cer(self) -> float | None:
        characters = sum(c.characters for c in self.corpora)
        return sum(c.edits for c in self.corpora) / characters if characters else None


def measure(hear: Callable[[Path], Hearing], folder: Path = SPEECH) -> Human | None:
    """Hear every clip of `manifest.tsv`; None where the folder is not on this machine."""
    if not (folder / "manifest.tsv").is_file():
        return None
    found: dict[str, Corpus] = {}
    with (folder / "manifest.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            text = "".join(u.text for u in hear(folder / row["file"]).transcript)
            edits, characters = cer(row["text"], text)
            name = row["file"].partition("-")[0]
            old = found.get(name, Corpus(name, 0, 0.0, 0, 0))
            found[name] = Corpus(
                name,
                old.clips + 1,
                old.seconds + float(row["seconds"]),
                old.edits + edits,
                old.characters + characters,
            )
    return Human(tuple(found[name] for name in sorted(found)))
