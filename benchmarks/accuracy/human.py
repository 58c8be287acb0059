"""Real people reading aloud: the character error rate on voices that no synthesiser made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from analyzer.domain import Hearing
from benchmarks.kit.measures import cer
from benchmarks.kit.places import SPEECH, speech_clips


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
    """Hear every clip; None where the folder is not on this machine."""

    def source(clip: dict[str, str]) -> str:
        return clip["file"].partition("-")[0]

    corpora = []
    for name, group in groupby(sorted(speech_clips(folder), key=source), key=source):
        clips = list(group)
        texts = ["".join(u.text for u in hear(folder / clip["file"]).transcript) for clip in clips]
        errors = [cer(clip["text"], text) for clip, text in zip(clips, texts, strict=True)]
        seconds = sum(float(clip["seconds"]) for clip in clips)
        corpora.append(Corpus(name, len(clips), seconds, sum(e for e, _ in errors), sum(n for _, n in errors)))
    return Human(tuple(corpora)) if corpora else None
