"""How well other people's wordings are judged from perfect text: `python -m benchmarks wording`.

The dialogues of paraphrase/ were written without sight of the lexicons. Odd ids (`dev`) may be looked at
and learnt from; even ids (`test`), the short dialogues of `fresh/` and those of `blind/`, `fifth/` and `seventh/` are only ever counted, so
`--failures` refuses to show them. `fresh/` holds forbidden items alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field

from analyzer.domain import ItemResult, Kind, Role, Verdict
from analyzer.judging import judge, words_for
from analyzer.judging.examples import conversation
from analyzer.reading import NO_READERS, library_of
from analyzer.rubric.load import load_standard
from analyzer.settings import Settings
from benchmarks.kit.measures import Tally
from benchmarks.kit.report import interval, precision, recall
from benchmarks.wording import lines
from benchmarks.wording.dialogues import FRESH, WHOLE, JudgedDialogue, cases


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """The verdict on one item beside the expected one."""

    case: JudgedDialogue
    result: ItemResult
    expected: str


def outcomes(split: str, settings: Settings, *, by_meaning: bool = True) -> Iterator[ItemOutcome]:
    """Judge every dialogue of a split, with the second reading or by rule alone."""
    words = words_for(settings.lexicons, settings.cache_dir)
    readers = library_of(settings.lexicons) if by_meaning else NO_READERS
    for case in cases(split):
        standard = load_standard(case.standard, settings.lexicons)
        given = {name: value for name, value in case.facts.items() if name in standard.facts}
        judgement = judge(conversation(case.turns, case.id), standard, given, words, readers=readers)
        for result in judgement.items:
            if result.id in case.expect:
                yield ItemOutcome(case, result, case.expect[result.id])


@dataclass
class Suspicions:
    """Forbidden items left to a person: where the words were said, and where they were not; over how many dialogues."""

    said: int = 0
    noticed: int = 0
    false: int = 0
    dialogues: set[str] = field(default_factory=set)

    def add(self, outcome: ItemOutcome) -> None:
        self.dialogues.add(outcome.case.id)
        waits = outcome.result.verdict is Verdict.CANNOT_JUDGE
        if outcome.expected == Verdict.MISSED:
            self.said += 1
            self.noticed += waits or outcome.result.verdict is Verdict.MISSED
        else:
            self.false += waits

    def line(self) -> str:
        return (
            f"forbidden, accused or suspected: {interval(self.noticed, self.said)}; "
            f"false suspicions {self.false} in {len(self.dialogues)} dialogues"
        )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks wording")
    parser.add_argument("--split", choices=("dev", "test", FRESH, *WHOLE, "all"), default="all")
    parser.add_argument("--standard")
    parser.add_argument("--item")
    parser.add_argument("--rule-only", action="store_true", help="without the second reading")
    parser.add_argument("--failures", action="store_true", help="show what went wrong (dev half only)")
    parser.add_argument("--lines", action="store_true", help="write the dev half as lines for the readers, and end")
    options = parser.parse_args(arguments)
    settings = Settings.from_environment()
    if options.lines:
        print(f"{lines.write(settings.lexicons)} lines")
        return 0
    if options.failures:
        options.split = "dev"
    tallies: dict[str, Tally] = {}
    suspicions = Suspicions()
    for o in outcomes(options.split, settings, by_meaning=not options.rule_only):
        if options.standard not in (None, o.case.standard) or options.item not in (None, o.result.id):
            continue
        actual = o.result.verdict.value if o.result.verdict else "none"
        required = o.result.kind is Kind.REQUIRED
        positive = Verdict.MET.value if required else Verdict.MISSED.value
        group = "required" if required else "forbidden"
        for name in (group, f"{o.case.standard} {group}", f"{o.case.standard} {o.result.id}"):
            tallies.setdefault(name, Tally()).add(o.expected, actual, positive)
        if not required:
            suspicions.add(o)
        if options.failures and actual != o.expected:
            _show(o, actual)
    print(f"{'split ' + options.split:44} {'n':>4} {'right':>6}  {'precision':28}  recall")
    for name, tally in sorted(tallies.items(), key=lambda kv: (kv[0].count(" "), kv[0])):
        print(f"{name:44} {tally.n:>4} {tally.right / tally.n:>6.1%}  {precision(tally):28}  {recall(tally)}")
    print(suspicions.line())
    return 0


def _show(o: ItemOutcome, actual: str) -> None:
    print(f"{o.case.id} {o.result.id}: expected {o.expected}, got {actual}\n    {o.result.reason}")
    for role, text in o.case.turns if o.result.kind is Kind.REQUIRED or o.expected == "missed" else ():
        if role is Role.TECHNICIAN or o.expected == "not_applicable" or actual == "not_applicable":
            print(f"        {role.value[:4]}: {text}")
