"""From a script to one clean channel a role, with the seconds of every turn and sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from benchmarks.rendering.script import Script, ScriptTurn
from benchmarks.rendering.voices import RATE_HZ, Samples, Speak

LEAD_IN_S = 0.6
LEAD_OUT_S = 0.8
MAX_CHARS = 48  # the TTS takes about 60 characters a call
_SENTENCE = re.compile(r"[^。！？；…]+[。！？；…]*")
_CLAUSE = re.compile(r"[^，、]+[，、]*")


@dataclass(frozen=True, slots=True)
class SpokenSentence:
    """A sentence of a turn with its seconds."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class TimedTurn:
    """A turn with the seconds of its sentences; start and end are those of the first and the last."""

    role: str
    text: str
    pieces: tuple[SpokenSentence, ...]

    @property
    def start_s(self) -> float:
        return self.pieces[0].start_s

    @property
    def end_s(self) -> float:
        return self.pieces[-1].end_s

    def find(self, words: str) -> float | None:
        """When `words` begin, by their place in their sentence; None where they are not said."""
        whole = "".join(piece.text for piece in self.pieces)
        place = whole.find(words)
        if place < 0:
            return None
        for piece in self.pieces:
            if place < len(piece.text):
                return round(piece.start_s + (piece.end_s - piece.start_s) * place / len(piece.text), 2)
            place -= len(piece.text)
        return None


@dataclass(frozen=True, slots=True)
class CleanSpeech:
    """Clean speech: `channels[role]` has shape (n,), the same n for all, at RATE_HZ."""

    channels: dict[str, Samples]
    turns: tuple[TimedTurn, ...]
    duration_s: float


def seeded(*parts: str) -> np.random.Generator:
    """A random generator that depends on the words given and nothing else."""
    return np.random.default_rng(int.from_bytes(sha256("|".join(parts).encode()).digest()[:8]))


def sentences(text: str) -> list[str]:
    """Cut at sentence ends, and at commas where a sentence is longer than MAX_CHARS. Nothing is lost."""
    pieces: list[str] = []
    for sentence in _SENTENCE.findall(text):
        if len(sentence) <= MAX_CHARS:
            pieces.append(sentence)
            continue
        current = ""
        for clause in _CLAUSE.findall(sentence):
            if current and len(current) + len(clause) > MAX_CHARS:
                pieces.append(current)
                current = ""
            current += clause
        pieces.append(current)
    return pieces


def lay_out(script: Script, speak: Speak) -> CleanSpeech:
    """Speak all turns and place them in time. The same script gives the same samples.

    Speed varies by up to 5 % and level by up to 1.5 dB from turn to turn, as people do.
    """
    rng = seeded(script.id, "layout")
    placed: list[tuple[str, float, Samples]] = []
    turns: list[TimedTurn] = []
    talked_until_s = 0.0  # a back-channel ends before the turn it falls into: the later end counts
    for n, turn in enumerate(script.turns):
        pause_s = turn.pause_s if turn.pause_s is not None else float(rng.uniform(0.2, 0.65))
        clock_s = max(0.05, talked_until_s + (LEAD_IN_S if n == 0 else pause_s))
        pieces: list[SpokenSentence] = []
        for text, samples, gap_s in _spoken(turn, script, speak, rng):
            clock_s += gap_s
            end_s = clock_s + len(samples) / RATE_HZ
            pieces.append(SpokenSentence(text, round(clock_s, 2), round(end_s, 2)))
            placed.append((turn.role, clock_s, samples))
            clock_s = end_s
        turns.append(TimedTurn(turn.role, turn.text, tuple(pieces)))
        talked_until_s = max(talked_until_s, clock_s)
    duration_s = max(talked_until_s + LEAD_OUT_S, script.duration_s or 0.0)
    channels = {role: np.zeros(int(duration_s * RATE_HZ), np.float32) for role in script.voices}
    for role, start_s, samples in placed:
        start = int(start_s * RATE_HZ)
        channels[role][start : start + len(samples)] += samples
    return CleanSpeech(channels, tuple(turns), duration_s)


def _spoken(
    turn: ScriptTurn, script: Script, speak: Speak, rng: np.random.Generator
) -> list[tuple[str, Samples, float]]:
    """Each sentence of a turn: its text, its samples, and the breath before it in seconds."""
    voice = script.voices[turn.role]
    speed = round(turn.speed * float(rng.uniform(0.96, 1.05)), 2)
    gain_db = voice.level_db + turn.level_db + float(rng.uniform(-1.5, 1.5))
    spoken: list[tuple[str, Samples, float]] = []
    for n, text in enumerate(sentences(turn.text)):
        samples = speak(text, voice, speed) * np.float32(10 ** (gain_db / 20))
        spoken.append((text, samples, 0.0 if n == 0 else float(rng.uniform(0.12, 0.35))))
    return spoken
