"""What a peer is given and what it hears: the words between the command and the peers' own processes.

Standard library only: a peer may live in a Python that has none of our packages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Models:
    """The same weights in three formats (CTranslate2's folder, openai-whisper's checkpoint, ggml's file), and threads."""

    folder: str
    checkpoint: str
    ggml: str
    threads: int


@dataclass(frozen=True, slots=True)
class Task:
    """One recording: `samples` (.npy, float32, mono, 16 kHz) for peers, the `file` itself with its standard for ours."""

    samples: str
    file: str
    standard: str
    facts: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Word:
    """The smallest thing that a peer gives a time; in Chinese mostly one character."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A segment; `speaker` is empty where the peer tells none apart, `words` where it times segments only."""

    start_s: float
    end_s: float
    text: str
    speaker: str = ""
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """All that a peer heard in one recording, in its own order."""

    said: tuple[Said, ...]

    @property
    def text(self) -> str:
        return "".join(said.text for said in self.said)

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> Heard:
        """From what `dataclasses.asdict` makes of it."""
        return cls(tuple(Said(**{**said, "words": tuple(Word(**w) for w in said["words"])}) for said in entry["said"]))
