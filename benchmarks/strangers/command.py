"""How well other people's wordings are judged from audio: `python -m benchmarks strangers`.

The dialogues of wording/paraphrase are spoken by other voices in two of four conditions each (near and far, or phone and
noise of 5 dB) and judged by rules alone, with the second hearing, and with the second reading. Odd ids (`dev`) may be
looked at (`--failures`); even ones (`test`) and whole sets (`fifth`) are counted only. What was heard is kept in var/cache
by the model that heard it: a second run only judges. Where a larger model hears unclear recordings again
(`TINGJIAN_UNCLEAR_MODEL`, in place), both are kept.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.audio import open_audio
from analyzer.domain import Analysis, Hearing, Judgement, Kind, Role, Verdict
from analyzer.hearing.unclear import is_unclear, larger
from analyzer.judging import examined, words_for
from analyzer.judging.case import Case
from analyzer.judging.required import clearness_of, is_poorly_heard
from analyzer.pipeline import Analyzer, load, rescore
from analyzer.reading import NO_READERS, library_of
from analyzer.serial import analysis_to_dict, dump, hearing_from_dict
from analyzer.settings import Settings
from benchmarks.accuracy import sweep
from benchmarks.accuracy.evaluation import Evaluation, evaluate
from benchmarks.accuracy.runs import kinds
from benchmarks.corpus import ReferenceTurn, Sample, frozen, given, reference_turns
from benchmarks.kit.machine import heading, say
from benchmarks.kit.places import RESULTS
from benchmarks.rendering import Expected, Script
from benchmarks.rendering.script import ExpectedItem, ScriptTurn
from benchmarks.sound.dialogues import CONDITIONS, VOICES
from benchmarks.strangers import report
from benchmarks.wording.dialogues import WHOLE, JudgedDialogue, cases

MEANS = ("rules", "+ sound", "+ meaning")


@dataclass(frozen=True, slots=True)
class Judged:
    """One dialogue in one condition, judged with some of the means.

    `unfound`: of each required item that was not found, how clearly its speakers were heard there, and what is true of it.
    """

    condition: str
    means: str
    evaluation: Evaluation
    unfound: tuple[tuple[float, str], ...]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks strangers", description=__doc__)
    parser.add_argument("--split", choices=("dev", "test", *WHOLE), default="dev")
    parser.add_argument("--part", default="0/1", metavar="K/N", help="only every N-th dialogue, from the K-th")
    parser.add_argument("--failures", action="store_true", help="show what went wrong (dev half only)")
    parser.add_argument("--listen", action="store_true", help="roles and second hearing again, for changed rules")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="folder of the report")
    options = parser.parse_args(arguments)
    first, every = (int(number) for number in options.part.split("/"))
    head = heading(["strangers", *arguments])
    with frozen(Settings.from_environment()) as settings:
        chosen = itertools.islice(enumerate(cases(options.split)), first, None, every)
        ears = Ears(settings, options.listen)
        judged = [one for place, case in chosen for one in ears.judged(sample_of(case, place), place)]
    if options.failures and options.split == "dev":
        for one in judged:
            if one.means == MEANS[-1]:
                report.show(one.condition, one.evaluation)
    if every == 1:
        options.out.mkdir(parents=True, exist_ok=True)
        other = "" if larger(settings) else f"-{Path(settings.model).name}"
        report.write(options.out / f"strangers-{options.split}{other}.md", head, judged, MEANS)
    return 0


def sample_of(case: JudgedDialogue, place: int) -> Sample:
    """The dialogue as something to be spoken; voices go round by its place."""
    voices = VOICES[place % len(VOICES)]
    said = tuple(ScriptTurn(role.value, text) for role, text in case.turns)
    speakers = {"technician": voices[0], "customer": voices[1], "other": voices[1]}
    used = {role: voice for role, voice in speakers.items() if any(turn.role == role for turn in said)}
    script = Script(
        f"{case.split}-{case.standard}-{case.id}", case.standard, "", CONDITIONS["near"], "wav", case.facts, used, said
    )
    items = {name: ExpectedItem(verdict, "") for name, verdict in case.expect.items()}
    held_out = case.split != "dev"
    return Sample(
        script, Expected(case.standard, case.facts, len(used), items), None, reference_turns(script), held_out
    )


def unfound(judgement: Judgement, case: Case, sample: Sample) -> tuple[tuple[float, str], ...]:
    """(clearness, expected verdict) of the required items that were not found, whether that counts or a person is asked."""
    items = {item.id: item for item in case.standard.items}
    return tuple(
        (clearness_of(items[result.id], case, result.searched[0]), sample.expected.items[result.id].verdict)
        for result in judgement.items
        if result.kind is Kind.REQUIRED and result.id in sample.expected.items
        if result.verdict is Verdict.MISSED or is_poorly_heard(result)
    )


class Ears:
    """The analyzer with its engines, and what it has heard already."""

    def __init__(self, settings: Settings, listen: bool) -> None:
        self._settings, self._listen = settings, listen
        self._larger = larger(settings)
        self._analyzers = {
            ear.model: Analyzer(ear) for ear in (replace(settings, unclear_model=""), self._larger) if ear
        }
        self._words = words_for(settings.lexicons, settings.cache_dir)
        self._library = library_of(settings.lexicons)

    def judged(self, sample: Sample, place: int) -> Iterator[Judged]:
        """The dialogue in two of the conditions, with each of the means."""
        standard = load(sample.script.standard, self._settings)
        facts = given(sample, standard)
        for condition in (*CONDITIONS,)[place % 2 :: 2]:
            path, turns = sweep.rendering(sample, CONDITIONS[condition], self._settings)
            hearing = self._heard(sample, path)
            for means in MEANS:
                checked = replace(hearing, checks=()) if means == MEANS[0] else hearing
                readers = self._library if means == MEANS[-1] else NO_READERS
                judgement, case = examined(checked, standard, facts, self._words, readers=readers)
                evaluation = self._evaluated(sample, Analysis(checked, judgement), turns, condition)
                yield Judged(condition, means, evaluation, unfound(judgement, case, sample))

    def _evaluated(
        self, sample: Sample, analysis: Analysis, turns: tuple[ReferenceTurn, ...], condition: str
    ) -> Evaluation:
        standard = load(sample.script.standard, self._settings)
        return evaluate(sample, analysis, kinds(standard), turns, near=condition in ("near", "phone"))

    def _heard(self, sample: Sample, path: Path) -> Hearing:
        """What the product hears: by the first model, by the larger one where that heard badly."""
        first = self._heard_by(self._settings.model, sample, path)
        if self._larger is None or not is_unclear(first.transcript, first.unheard):
            return first
        return self._heard_by(self._larger.model, sample, path)

    def _heard_by(self, model: str, sample: Sample, path: Path) -> Hearing:
        """What was heard with the second hearing; heard now where nothing is kept. By `listen`, roles and checks are new."""
        kept = path.with_suffix(f".{Path(model).name}.heard.json")
        standard = load(sample.script.standard, self._settings)
        facts = given(sample, standard)
        known = hearing_from_dict(json.loads(kept.read_text("utf-8")), path.name) if kept.is_file() else None
        if known is not None and not self._listen:
            return known
        analyzer = self._analyzers[model]
        with open_audio(path, self._settings) as audio:
            first = known and self._anew(known, sample.script.standard)
            first = first or analyzer.hear(audio, "call" if standard.recording == "call" else "visit")
            hearing = analyzer.hear_again(audio, first, standard, facts)
        judged, _ = examined(hearing, standard, facts, self._words)
        kept.write_text(dump(analysis_to_dict(Analysis(hearing, judged))), "utf-8")
        undecided = sum(item.verdict is Verdict.CANNOT_JUDGE for item in judged.items)
        say(f"heard    {path.stem:60} by {model}, {len(hearing.checks)} checks, {undecided} undecided")
        return hearing

    def _anew(self, hearing: Hearing, standard: str) -> Hearing:
        """The words and voices of a hearing with roles as they are given today, and without checks."""
        nobody = tuple(replace(u, role=Role.UNKNOWN) for u in hearing.transcript)
        return rescore(replace(hearing, transcript=nobody, checks=()), standard, {}, self._settings).hearing
