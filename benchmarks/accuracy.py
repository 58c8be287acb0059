"""Items, words, speakers and roles on the samples: `python -m benchmarks accuracy`.

Judged once from the recordings and once from the scripts, so that what was misheard and what was mismatched are told
apart, then again over the noise sweep. Writes benchmarks/results/accuracy.md and accuracy.png.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from analyzer.domain import Analysis, Hearing, Kind
from analyzer.judging import judge, words_for
from analyzer.pipeline import Analyzer, load
from analyzer.rubric.model import Standard
from analyzer.serial import analysis_to_dict, dump
from analyzer.settings import Settings
from benchmarks import accuracy_report, human, sweep
from benchmarks.corpus import HELD_OUT, ROOT, SAMPLES, ReferenceTurn, Sample, load_samples, perfect
from benchmarks.evaluation import Evaluation, evaluate
from benchmarks.machine import heading, say

RESULTS = ROOT / "benchmarks" / "results"


@dataclass(frozen=True, slots=True)
class Runs:
    """Every evaluation of one invocation. `skipped` says why there is no sweep, in one line."""

    heard: list[Evaluation]
    scripted: list[Evaluation]
    swept: dict[str, list[Evaluation]]
    human: human.Human | None
    skipped: str = ""

    def without_held_out(self) -> Runs:
        """The runs over the samples alone."""
        return self._part(held_out=False)

    def held_out(self) -> Runs:
        """The runs over the dialogues kept apart."""
        return self._part(held_out=True)

    def _part(self, *, held_out: bool) -> Runs:
        def part(evaluations: list[Evaluation]) -> list[Evaluation]:
            return [e for e in evaluations if e.sample.held_out is held_out]

        swept = {name: part(found) for name, found in self.swept.items()}
        return Runs(part(self.heard), part(self.scripted), swept, self.human, self.skipped)


def main(arguments: list[str]) -> int:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks accuracy", description=__doc__)
    parser.add_argument("--samples", nargs="+", type=Path, default=[SAMPLES], metavar="DIR")
    parser.add_argument("--no-sweep", action="store_true", help="leave the noise sweep out")
    parser.add_argument("--held-out", action="store_true", help="also the dialogues kept apart: figures only")
    parser.add_argument("--no-human", action="store_true", help="leave ../shared/speech out")
    parser.add_argument("--no-audio", action="store_true", help="from the scripts alone: seconds instead of minutes")
    parser.add_argument("--only", nargs="+", metavar="ID", help="these samples (ids may be prefixes)")
    parser.add_argument("--sweep-only", nargs="+", default=[""], metavar="ID", help="sweep these samples (prefixes)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="also write every Analysis JSON into this folder")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="folder of the report")
    options = parser.parse_args(arguments)
    head = heading(["accuracy", *arguments])
    settings = Settings.from_environment()
    samples = load_samples([*options.samples, *([HELD_OUT] if options.held_out else [])])
    if options.only:
        samples = [s for s in samples if s.id.startswith(tuple(options.only))]
    with frozen(settings) as fixed:
        swept = [s for s in samples if not options.no_sweep and s.id.startswith(tuple(options.sweep_only))]
        runs = run(samples, fixed, audio=not options.no_audio, swept=swept, people=not options.no_human)
    options.out.mkdir(parents=True, exist_ok=True)
    accuracy_report.write(options.out, head, runs)
    if options.keep:
        keep(options.keep, runs)
    say(f"{options.out / 'accuracy.md'}")
    return 0


@contextmanager
def frozen(settings: Settings) -> Iterator[Settings]:
    """Give the settings with a copy of the lexicons: a run of an hour measures one state of them, whoever edits meanwhile."""
    with TemporaryDirectory(prefix="tingjian-lexicons-") as folder:
        copy = Path(folder) / settings.lexicons.name
        shutil.copytree(settings.lexicons, copy)
        yield replace(settings, lexicons=copy)


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
    if absent := sweep.missing():
        say(f"NOISE SWEEP SKIPPED: {', '.join(absent)} missing (pip install -r requirements-bench.txt)")
        why = f"**SKIPPED**: {', '.join(absent)} missing on this machine (`pip install -r requirements-bench.txt`)"
        return Runs(heard, scripted, {}, read, why)
    return Runs(heard, scripted, {c.name: list(ears.condition(list(swept), c)) for c in sweep.CONDITIONS}, read)


def keep(folder: Path, runs: Runs) -> None:
    """Write every Analysis as CONDITION/ID.json."""
    for name, evaluations in {"scripts": runs.scripted, "samples": runs.heard, **runs.swept}.items():
        place = folder / name.replace(" ", "-")
        place.mkdir(parents=True, exist_ok=True)
        for e in evaluations:
            (place / f"{e.sample.id}.json").write_text(dump(analysis_to_dict(e.analysis)), "utf-8")


def given(sample: Sample, standard: Standard) -> dict[str, bool]:
    """Return the facts that come with the recording, as far as the standard asks for them."""
    return {name: value for name, value in sample.script.facts.items() if name in standard.facts}


def kinds(standard: Standard) -> dict[str, Kind]:
    """Return required or forbidden for every item."""
    return {item.id: item.kind for item in standard.items}


class Ears:
    """The analyzer with its engines, and what it makes of recordings."""

    def __init__(self, settings: Settings, standards: dict[str, Standard]) -> None:
        self._settings, self._standards = settings, standards
        self._analyzer = Analyzer(settings)

    def hear(self, path: Path) -> Hearing:
        """Hear one clip as a visit."""
        return self._analyzer.hear(path, "visit")

    def own_scene(self, samples: Iterable[Sample]) -> Iterable[Evaluation]:
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

    def condition(self, samples: Iterable[Sample], condition: sweep.Condition) -> Iterable[Evaluation]:
        """Judge each sample in one condition of the sweep."""
        for sample in samples:
            path, turns = sweep.rendering(sample, condition.scene(sample), self._settings)
            yield self._evaluate(sample, path, turns, condition.name, near=condition.near)

    def _evaluate(
        self, sample: Sample, path: Path, turns: tuple[ReferenceTurn, ...], name: str, *, near: bool
    ) -> Evaluation:
        standard = self._standards[sample.script.standard]
        began_s = time.perf_counter()
        analysis = self._analyzer.analyse(path, standard, given(sample, standard))
        found = evaluate(sample, analysis, kinds(standard), turns, near=near)
        took_s = time.perf_counter() - began_s
        say(f"{name:12} {sample.id:32} {took_s:6.1f} s  {len(found.wrong)} of {len(found.verdicts)} verdicts wrong")
        return found
