"""Every sample judged from its script, from its recording and over the sweep."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzer.audio import open_audio
from analyzer.domain import Analysis, Hearing, Kind
from analyzer.judging import judge, words_for
from analyzer.pipeline import Analyzer, load
from analyzer.rubric.model import Standard
from analyzer.settings import Settings
from benchmarks.accuracy import human, sweep
from benchmarks.accuracy.evaluation import Evaluation, evaluate
from benchmarks.corpus import ReferenceTurn, Sample, given, perfect
from benchmarks.kit.machine import say


@dataclass(frozen=True, slots=True)
class Runs:
    """Every evaluation of one invocation. `skipped` says why there is no sweep, in one line."""

    heard: list[Evaluation]
    scripted: list[Evaluation]
    swept: dict[str, list[Evaluation]]
    human: human.Human | None
    skipped: str = ""

    @property
    def columns(self) -> dict[str, list[Evaluation]]:
        """The runs side by side: from the scripts, the samples as they are, each condition of the sweep."""
        every = {"scripts": self.scripted, "samples": self.heard, **self.swept}
        return {name: evaluations for name, evaluations in every.items() if evaluations}

    @property
    def every_swept(self) -> list[Evaluation]:
        return [e for evaluations in self.swept.values() for e in evaluations]

    def part(self, *, held_out: bool) -> Runs:
        """The runs over the dialogues kept apart, or over the samples alone."""

        def part(evaluations: list[Evaluation]) -> list[Evaluation]:
            return [e for e in evaluations if e.sample.held_out is held_out]

        swept = {name: part(evaluations) for name, evaluations in self.swept.items()}
        return Runs(part(self.heard), part(self.scripted), swept, self.human, self.skipped)


def run(
    samples: list[Sample], settings: Settings, *, audio: bool = True, swept: Sequence[Sample] = (), people: bool = True
) -> Runs:
    """Judge every sample from its script, where asked from its `audio`, those `swept` over conditions, real `people`."""
    standards = {s.script.standard: load(s.script.standard, settings) for s in samples}
    words = words_for(settings.lexicons, settings.cache_dir)

    def from_script(sample: Sample) -> Evaluation:
        standard, hearing = standards[sample.script.standard], perfect(sample)
        analysis = Analysis(hearing, judge(hearing, standard, given(sample, standard), words))
        return evaluate(sample, analysis, kinds(standard), near=sample.near)

    scripted = [from_script(sample) for sample in samples]
    if not audio:
        return Runs([], scripted, {}, None, "left out (--no-audio)")
    ears = Ears(settings, standards)
    heard = list(ears.own_scene(samples))
    read = human.measure(ears.hear) if people else None
    if not swept:
        return Runs(heard, scripted, {}, read, "left out (--no-sweep)")
    if absent := ", ".join(sweep.missing()):
        say(f"NOISE SWEEP SKIPPED: {absent} missing (pip install -r requirements-bench.txt)")
        why = f"**SKIPPED**: {absent} missing on this machine (`pip install -r requirements-bench.txt`)"
        return Runs(heard, scripted, {}, read, why)
    return Runs(heard, scripted, {c.name: list(ears.condition(swept, c)) for c in sweep.CONDITIONS}, read)


def kinds(standard: Standard) -> dict[str, Kind]:
    return {item.id: item.kind for item in standard.items}


class Ears:
    """The analyzer with its engines, and what it makes of recordings."""

    def __init__(self, settings: Settings, standards: dict[str, Standard]) -> None:
        self._settings, self._standards = settings, standards
        self._analyzer = Analyzer(settings)

    def hear(self, path: Path) -> Hearing:
        """One clip, heard as a visit."""
        with open_audio(path, self._settings) as audio:
            return self._analyzer.hear(audio, "visit")

    def own_scene(self, samples: Iterable[Sample]) -> Iterator[Evaluation]:
        """Judge each sample's recording; one that the folder does not hold is rendered from its script."""
        for sample in samples:
            path, turns = sample.path, sample.turns
            if path is None:
                try:
                    script = sample.script
                    path, turns = sweep.rendering(sample, script.scene, self._settings, script.format)
                except RuntimeError as error:
                    say(f"{sample.id}: no recording, and it cannot be rendered ({error})")
                    continue
            yield self._evaluate(sample, path, turns, "samples", near=sample.near)

    def condition(self, samples: Iterable[Sample], condition: sweep.SweepCondition) -> Iterator[Evaluation]:
        for sample in samples:
            path, turns = sweep.rendering(sample, condition.scene(sample), self._settings)
            yield self._evaluate(sample, path, turns, condition.name, near=condition.near)

    def _evaluate(
        self, sample: Sample, path: Path, turns: tuple[ReferenceTurn, ...], name: str, *, near: bool
    ) -> Evaluation:
        standard = self._standards[sample.script.standard]
        began_s = time.perf_counter()
        analysis = self._analyzer.analyse(path, standard, given(sample, standard))
        measured = evaluate(sample, analysis, kinds(standard), turns, near=near)
        took_s = time.perf_counter() - began_s
        say(
            f"{name:12} {sample.id:32} {took_s:6.1f} s  {len(measured.wrong)} of {len(measured.verdicts)} verdicts wrong"
        )
        return measured
