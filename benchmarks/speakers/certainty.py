"""Whether speaker confidence is what it says: `python -m benchmarks certainty [--fit]`.

Dialogues are those of `benchmarks speakers`, each clean and under one more condition, a tenth of the turns of every fourth
cutting in. `--fit` prints the constants of analyzer/speakers/certainty.py, fitted on pieces (first seed 300); without it
the confidence of four-character phrases is held against who said them, through the same attribution as in the product
(first seed 400). Never report on seeds that were fitted on.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from analyzer.domain import Segment, Span, SpeakerTurn
from analyzer.hearing.detection import detect_speech
from analyzer.settings import Settings
from analyzer.speakers import Diarizer, attribute, load_diarizer
from analyzer.speakers.certainty import SURE, features
from analyzer.speakers.diarization import Reading, result
from benchmarks.kit.places import SPEECH, speech_clips
from benchmarks.speakers.command import CASTS, CONDITIONS, voices
from benchmarks.speakers.dialogues import Samples, build

Floats = NDArray[np.float64]

CHARACTER_S = 0.22
PHRASE = 4  # characters
SHORT_S, LONG_S = 0.8, 1.5  # a short answer, a turn that is no answer
BINS = (0.0, 0.5, 0.75, 0.85, 0.9, 0.95, 0.98, 1.001)


@dataclass(frozen=True, slots=True)
class PlacedPhrase:
    """Some characters of one reference turn: what was said of them and whether it is true."""

    confidence: float
    right: bool
    turn_s: float
    over: bool = False  # two talk at once


@dataclass(frozen=True, slots=True)
class Read:
    """A dialogue with two voices or more and what the diarizer read in it."""

    turns: tuple[SpeakerTurn, ...]
    reading: Reading


def read_dialogues(
    diarizer: Diarizer, known: dict[str, tuple[Samples, ...]], seeds: Sequence[int], length_s: float
) -> Iterator[Read]:
    """Every cast of two voices or more whose voices are `known`, for every seed, clean and under one condition more."""
    groups = [g for name, cast in CASTS.items() if not name.startswith("one") for g in cast]
    others = [c for c in CONDITIONS if c != "clean"]
    for number, (seed, names) in enumerate(itertools.product(seeds, groups), 1):
        if not set(names) <= set(known):
            continue
        cutting_in = 0.0 if number % 4 else 0.1
        clean = build("+".join(names), {n: known[n] for n in names}, seed, length_s, overlap_share=cutting_in)
        for condition in ("clean", others[number % len(others)]):
            dialogue = CONDITIONS[condition](clean)
            samples = dialogue.pcm()
            yield Read(dialogue.turns, diarizer.read(samples, detect_speech(samples)))


def matching(turns: Sequence[SpeakerTurn], labelled: Sequence[SpeakerTurn]) -> dict[str, str]:
    """Found speaker → true speaker, so that most seconds agree."""
    theirs, ours = sorted({t.speaker for t in turns}), sorted({t.speaker for t in labelled})
    shared = np.zeros((len(ours), len(theirs)))
    for t, f in itertools.product(turns, labelled):
        shared[ours.index(f.speaker), theirs.index(t.speaker)] += t.span.overlap_s(f.span)
    size = max(len(theirs), len(ours))
    best = max(
        itertools.permutations(range(size), len(ours)),
        key=lambda m: sum(shared[i, m[i]] for i in range(len(ours)) if m[i] < len(theirs)),
    )
    return {ours[i]: theirs[best[i]] for i in range(len(ours)) if best[i] < len(theirs)}


def pieces(read: Read) -> tuple[Floats, Floats]:
    """Features (n, 3) of the pieces that somebody says and the share (n,) of each that its voice really said."""
    reading = read.reading
    if len(np.unique(reading.labels)) < 2:
        return np.zeros((0, 3)), np.zeros(0)
    spans = [Span(p.start_s, p.end_s) for p in reading.pieces]
    labelled = [SpeakerTurn(s, str(k)) for s, k in zip(spans, reading.labels.tolist(), strict=True)]
    names = matching(read.turns, labelled)
    said = np.array([sum(t.span.overlap_s(p.span) for t in read.turns) for p in labelled])
    own = np.array(
        [sum(t.span.overlap_s(p.span) for t in read.turns if t.speaker == names.get(p.speaker)) for p in labelled]
    )
    seconds = np.array([p.duration_s for p in reading.pieces])
    gaps = np.array([p.gap_s for p in reading.pieces])
    each = features(reading.prints, seconds, gaps, reading.voices.centroids, reading.labels)
    spoken = said > 0.05
    return each[spoken], own[spoken] / said[spoken]


def fit(table: Floats, right: Floats) -> Floats:
    """Constants (BASE, A_MARGIN, RUNNING_ON, A_SCRAP) of the likeliest logistic, slightly drawn to nought."""
    wide = np.hstack([np.ones((len(table), 1)), table])

    def loss(w: Floats) -> float:
        z = wide @ w
        return float(np.sum(np.logaddexp(0.0, z) - right * z) + 0.05 * np.sum(w[1:] ** 2))

    constants: Floats = minimize(loss, np.zeros(wide.shape[1]), method="BFGS").x
    return constants


def phrases(read: Read) -> list[PlacedPhrase]:
    """Every stretch of PHRASE characters (a whole turn where it has fewer), one a PHRASE, as an accusation would meet it."""
    diarized = result(read.reading)
    names = matching(read.turns, diarized.turns)
    said: list[PlacedPhrase] = []
    for turn in read.turns:
        if sum(turn.span.overlap_s(f.span) for f in diarized.turns) <= 0.05:
            continue  # speech detection heard nothing, so the engines hear nothing either
        over = any(turn is not other and turn.span.overlap_s(other.span) > 0.05 for other in read.turns)
        inside = [u for u in attribute([_spelt(turn.span)], diarized.turns) for _ in u.text]
        for first in range(0, max(1, len(inside) - PHRASE + 1), PHRASE):
            some = inside[first : first + PHRASE]
            if some:
                right = sum(names.get(u.speaker) == turn.speaker for u in some) * 2 > len(some)
                said.append(PlacedPhrase(min(u.speaker_confidence for u in some), right, turn.span.duration_s, over))
    return said


def _spelt(span: Span) -> Segment:
    """As if an engine had heard a character every 0.22 s."""
    count = max(1, round(span.duration_s / CHARACTER_S))
    starts = tuple(span.start_s + i * span.duration_s / count for i in range(count))
    return Segment(span.start_s, span.end_s, "字" * count, starts, (0.9,) * count, 0.9)


def show(said: Sequence[PlacedPhrase]) -> None:
    """Print reliability by predicted confidence, then who is flagged at SURE."""
    print("| said | phrases | mean said | seen right |\n|---|---|---|---|")
    for low, high in itertools.pairwise(BINS):
        some = [p for p in said if low <= p.confidence < high]
        if some:
            mean, seen = np.mean([p.confidence for p in some]), np.mean([p.right for p in some])
            print(f"| {low:.2f}-{min(high, 1):.2f} | {len(some)} | {mean:.3f} | {seen:.3f} |")
    alone, over = [p for p in said if not p.over], [p for p in said if p.over]
    groups = {
        f"wrong, short turns (< {SHORT_S} s)": [p for p in alone if not p.right and p.turn_s < SHORT_S],
        "wrong, other turns": [p for p in alone if not p.right and p.turn_s >= SHORT_S],
        "right, short turns": [p for p in alone if p.right and p.turn_s < SHORT_S],
        f"right, turns over {LONG_S} s": [p for p in alone if p.right and p.turn_s > LONG_S],
        "wrong, in turns that overlap": [p for p in over if not p.right],
        "right, in turns that overlap": [p for p in over if p.right],
    }
    print(f"\n| phrases | in all | under {SURE} | under 0.85 | under 0.9 |\n|---|---|---|---|---|")
    for name, some in groups.items():
        under = [f"{sum(p.confidence < limit for p in some)}" for limit in (SURE, 0.85, 0.9)]
        print(f"| {name} | {len(some)} | {' | '.join(under)} |")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks certainty", description=__doc__)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--first-seed", type=int)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--length", type=float, default=80.0, help="seconds a dialogue")
    parser.add_argument("--tts", type=Path, help="folder for the clips of the synthetic voices")
    chosen = parser.parse_args(arguments)
    if not speech_clips():
        parser.error(f"needs the real speakers of {SPEECH}, which is not on this machine")
    first = chosen.first_seed if chosen.first_seed is not None else (300 if chosen.fit else 400)
    diarizer = load_diarizer(Settings.from_environment())
    reads = read_dialogues(diarizer, voices(chosen.tts), range(first, first + chosen.seeds), chosen.length)
    if chosen.fit:
        tables, right = zip(*map(pieces, reads), strict=True)
        names = ("BASE", "A_MARGIN", "RUNNING_ON", "A_SCRAP")
        for name, value in zip(names, fit(np.concatenate(tables), np.concatenate(right)).tolist(), strict=True):
            print(f"{name} = {value:.2f}")
    else:
        show([phrase for read in reads for phrase in phrases(read)])

    return 0
