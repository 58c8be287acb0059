"""What a difference in log-probability is worth, and what a second hearing costs: `python -m benchmarks sound`.

Phrases and look-alikes (the lexicons' examples and dialogues that may be learnt from) are rendered near, by phone, far
and in noise, heard, and everything that is worth a second hearing is held against the sound, without the bound that a
recording has otherwise. Writes benchmarks/results/sound.md, on which the thresholds of analyzer/hearing/rescoring.py rest.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzer.audio import open_audio
from analyzer.domain import Analysis, Check, Hearing
from analyzer.hearing import Scorer, listen_again, load_transcriber
from analyzer.judging import candidates, judge, words_for
from analyzer.pipeline import Analyzer, load
from analyzer.serial import analysis_to_dict, dump, hearing_from_dict
from analyzer.settings import Settings
from benchmarks.accuracy import sweep
from benchmarks.corpus import SAMPLES, Sample, frozen, given, load_samples, select
from benchmarks.kit.machine import heading, say
from benchmarks.kit.places import RESULTS
from benchmarks.sound import report
from benchmarks.sound.dialogues import CONDITIONS, dialogues
from benchmarks.sound.truth import was_said

UNBOUNDED = 1000


@dataclass(frozen=True, slots=True)
class Scored:
    """A check with what the script says of it (None: nothing), and whether its words would count without the sound."""

    condition: str
    near: bool
    check: Check
    said: bool | None


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds of one sample: all that goes before judging, and the second hearing in it."""

    sample: str
    duration_s: float
    first_s: float
    second_s: float
    checks: int


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks sound", description=__doc__)
    parser.add_argument("--heard", type=Path, metavar="DIR", help="keep what was heard here, and take it from here")
    parser.add_argument("--no-cost", action="store_true", help="leave the processor time on the samples out")
    parser.add_argument("--only", nargs="+", metavar="ID", help="these dialogues and samples (ids may be prefixes)")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="folder of the report")
    options = parser.parse_args(arguments)
    head = heading(["sound", *arguments])
    with frozen(Settings.from_environment()) as settings:
        ears = Ears(settings, options.heard)
        every = list(dialogues(settings))
        wanted = {sample.id for sample in select(every, options.only)}
        scored = [s for n, sample in enumerate(every) if sample.id in wanted for s in ears.scored(sample, n)]
        samples = [s for s in select(load_samples([SAMPLES]), options.only) if s.path is not None]
        costs = [] if options.no_cost else [ears.cost(sample) for sample in samples]
    options.out.mkdir(parents=True, exist_ok=True)
    report.write(options.out / "sound.md", head, scored, costs)
    say(f"{options.out / 'sound.md'}")
    return 0


class Ears:
    """The analyzer with its engines."""

    def __init__(self, settings: Settings, heard: Path | None) -> None:
        self._settings, self._heard = settings, heard
        self._analyzer = Analyzer(settings)
        self._words = words_for(settings.lexicons, settings.cache_dir)

    def scored(self, sample: Sample, place: int) -> Iterator[Scored]:
        """Every check of a dialogue in two of the conditions, the others in turn."""
        scorer = load_transcriber(self._settings)
        assert isinstance(scorer, Scorer)
        standard = load(sample.script.standard, self._settings)
        for condition in (*CONDITIONS,)[place % 2 :: 2]:
            path, turns = sweep.rendering(sample, CONDITIONS[condition], self._settings)
            hearing = self._hearing(sample, path)
            count = 0
            with open_audio(path, self._settings) as audio:
                for candidate in candidates(hearing, standard, {}, self._words, UNBOUNDED):
                    for check in listen_again(tuple(audio.samples), [candidate], scorer):
                        count += 1
                        yield Scored(condition, candidate.near, check, was_said(check, turns))
            say(f"{condition:8} {sample.id:40} {count} checks")

    def _hearing(self, sample: Sample, path: Path) -> Hearing:
        kept = None if self._heard is None else self._heard / f"{path.stem}.json"
        if kept is not None and kept.is_file():
            return hearing_from_dict(json.loads(kept.read_text("utf-8")), path.name)
        standard = load(sample.script.standard, self._settings)
        with open_audio(path, self._settings) as audio:
            hearing = self._analyzer.hear(audio, "call" if standard.recording == "call" else "visit")
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            judged = Analysis(hearing, judge(hearing, standard, {}, self._words))
            kept.write_text(dump(analysis_to_dict(judged)), "utf-8")
        return hearing

    def cost(self, sample: Sample) -> Cost:
        standard, facts = load(sample.script.standard, self._settings), {}
        facts = given(sample, standard)
        assert sample.path is not None
        begun_s = time.process_time()
        with open_audio(sample.path, self._settings) as audio:
            hearing = self._analyzer.hear(audio, "call" if standard.recording == "call" else "visit")
            heard_s = time.process_time()
            again = self._analyzer.hear_again(audio, hearing, standard, facts)
        done_s = time.process_time()
        say(f"cost     {sample.id:40} {heard_s - begun_s:.1f} s + {done_s - heard_s:.2f} s")
        return Cost(sample.id, hearing.duration_s, heard_s - begun_s, done_s - heard_s, len(again.checks))
