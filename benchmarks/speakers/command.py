"""Speaker turns and the number of speakers on dialogues with known turns: `python -m benchmarks speakers`.

Turn accuracy: the share of reference turns of which the largest part of what was found inside belongs to the right speaker under
the best mapping. Turns in which speech detection heard nothing are counted apart, since no speaker can be found there.
Needs ../shared/speech; the synthetic voices too if --tts names a folder with their clips or say.py's packages are installed.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analyzer.domain import SpeakerTurn
from analyzer.hearing.detection import detect_speech
from analyzer.physics import SAMPLE_RATE_HZ
from analyzer.settings import Settings
from analyzer.speakers import Diarizer, Recording, load_diarizer
from benchmarks.kit.places import SPEECH, speech_clips
from benchmarks.speakers.dialogues import (
    Dialogue,
    Samples,
    build,
    far,
    noisy,
    real_voices,
    resped,
    reverberant,
    synthetic_voices,
    telephone,
)  # fmt: skip

CONDITIONS: dict[str, Callable[[Dialogue], Dialogue]] = {
    "clean": lambda d: d,
    "10dB": lambda d: noisy(d, 10),
    "room": reverberant,
    "far": far,
    "phone": telephone,
}
CASTS = {
    "one real": [["F150"], ["M252"], ["Faz"]],
    "two real": [["F150", "M252"], ["F150", "Faz"]],
    "two alike": [["M252", "M252slow"], ["F150", "F150fast"]],
    "three real": [["F150", "M252", "Faz"]],
    "one tts": [["zf_xiaobei"], ["zm_yunxi"]],
    "two tts": [["zf_xiaobei", "zf_xiaoxiao"], ["zm_yunxi", "zm_yunyang"], ["zf_xiaoxiao", "zm_yunyang"]],
    "three tts": [["zf_xiaobei", "zm_yunxi", "zm_yunyang"]],
    "four": [["F150", "M252", "Faz", "zm_yunxi"]],
}


@dataclass(frozen=True, slots=True)
class TurnCounts:
    """What one dialogue gave: turns right, wrong, undetected; voices true, found plainly, kept; CPU x real time."""

    right: int
    wrong: int
    undetected: int
    voices: int
    found: int
    kept: int
    cpu: float


def score(reference: tuple[SpeakerTurn, ...], diarized: tuple[SpeakerTurn, ...]) -> tuple[int, int, int]:
    """(right, wrong, undetected) reference turns under the mapping of speakers that makes most turns right."""
    theirs, ours = sorted({t.speaker for t in reference}), sorted({t.speaker for t in diarized})
    shared = np.array(
        [[sum(r.span.overlap_s(h.span) for h in diarized if h.speaker == name) for name in ours] for r in reference]
    ).reshape(len(reference), len(ours))
    detected = shared.sum(axis=1) > 0.05
    winner = np.where(detected, shared.argmax(axis=1), -1) if ours else np.full(len(reference), -1)
    size = max(len(theirs), len(ours))
    right = max(
        sum(int(winner[i]) == mapping[theirs.index(t.speaker)] for i, t in enumerate(reference))
        for mapping in itertools.permutations(range(size), len(theirs))
    )
    undetected = int((~detected).sum())
    return right, len(reference) - undetected - right, undetected


def run(dialogue: Dialogue, diarizer: Diarizer, kind: Recording) -> TurnCounts:
    samples = dialogue.pcm()
    speech = detect_speech(samples)
    begun = time.process_time()
    result = diarizer.diarize(samples, speech, kind)
    cpu = (time.process_time() - begun) / (len(samples) / SAMPLE_RATE_HZ)
    return TurnCounts(*score(dialogue.turns, result.turns), dialogue.voices, result.found, result.kept, cpu)


def voices(tts: Path | None) -> dict[str, tuple[Samples, ...]]:
    real = real_voices()
    known = {
        "F150": real["AISHELL1-S0150"],
        "M252": real["AISHELL1-S0252"],
        "Faz": real["azure_pronunciation-ec061507"],
        "M252slow": resped(real["AISHELL1-S0252"], 112, 100),
        "F150fast": resped(real["AISHELL1-S0150"], 100, 112),
    }
    return known | (synthetic_voices(tts) if tts else {})


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks speakers", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--kind", choices=("visit", "call"), default="visit")
    parser.add_argument("--tts", type=Path, help="folder for the clips of the synthetic voices")
    parser.add_argument("--casts", nargs="*", choices=list(CASTS), default=list(CASTS))
    parser.add_argument("--conditions", nargs="*", choices=list(CONDITIONS), default=list(CONDITIONS))
    parser.add_argument("--overlap", type=float, default=0.0, help="share of turns that cut in on the last one")
    parser.add_argument("--length", type=float, default=80.0, help="seconds a dialogue")
    parser.add_argument("--show", action="store_true", help="a line for each dialogue that is not perfect")
    chosen = parser.parse_args(arguments)
    if not speech_clips():
        parser.error(f"needs the real speakers of {SPEECH}, which is not on this machine")
    known, diarizer = voices(chosen.tts), load_diarizer(Settings.from_environment())
    table: dict[tuple[str, str], list[TurnCounts]] = defaultdict(list)
    for cast, seed in itertools.product(chosen.casts, range(chosen.seeds)):
        for names in CASTS[cast]:
            if not set(names) <= set(known):
                continue
            speaking = {n: known[n] for n in names}
            clean = build(
                "+".join(names), speaking, chosen.first_seed + seed, chosen.length, overlap_share=chosen.overlap
            )
            for condition in chosen.conditions:
                outcome = run(CONDITIONS[condition](clean), diarizer, chosen.kind)
                table[cast, condition].append(outcome)
                if chosen.show and (outcome.wrong or outcome.kept != outcome.voices):
                    print(f"  {clean.name} seed {chosen.first_seed + seed} {condition}: {outcome}")
    print(
        f"| {chosen.kind} | condition | turns right | wrong | undetected | voices right | found plainly | CPU x real time |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for (cast, condition), rows in table.items():
        detected = sum(r.right + r.wrong for r in rows)
        print(
            f"| {cast} | {condition} | {sum(r.right for r in rows)}/{detected} | {sum(r.wrong for r in rows)} "
            f"| {sum(r.undetected for r in rows)} | {sum(r.kept == r.voices for r in rows)}/{len(rows)} "
            f"| {sum(r.found == r.voices for r in rows)}/{len(rows)} | {np.mean([r.cpu for r in rows]):.3f} |"
        )

    return 0
