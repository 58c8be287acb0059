"""How well other people's wordings are judged from perfect text: `python -m benchmarks wording`.

The dialogues of paraphrase/ were written without sight of the lexicons. Odd ids (`dev`) may be looked at
and learnt from; even ids (`test`) and the short dialogues of `fresh/` are only ever counted, so `--failures` refuses to
show them. `fresh/` holds forbidden items alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from analyzer.domain import How, ItemResult, Kind, Role, Verdict
from analyzer.judging import judge, words_for
from analyzer.judging.examples import conversation
from analyzer.reading import library_of
from analyzer.rubric.load import load_standard
from analyzer.settings import Settings
from benchmarks.kit.measures import Tally
from benchmarks.kit.report import precision, recall

HERE = Path(__file__).parent / "paraphrase"
FRESH = "fresh"
ROLES = {"技": Role.TECHNICIAN, "客": Role.CUSTOMER, "旁": Role.OTHER}


@dataclass(frozen=True, slots=True)
class JudgedDialogue:
    """One dialogue with the verdicts an inspector would give."""

    standard: str
    id: str
    facts: dict[str, bool]
    turns: tuple[tuple[Role, str], ...]
    expect: dict[str, str]
    split: str
    said: dict[str, list[int]]  # item → turns in which it is really said


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """The verdict on one item beside the expected one."""

    case: JudgedDialogue
    result: ItemResult
    expected: str


def cases(split: str) -> Iterator[JudgedDialogue]:
    """Yield the dialogues of a split ("dev", "test", "fresh" or "all")."""
    for path in sorted(HERE.glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text("utf-8")):
            own = "dev" if int(entry["id"][-1]) % 2 else "test"
            if split in ("all", own):
                yield _case(path.stem, entry, entry["expect"], own)
    for path in sorted((HERE / FRESH).glob("*.yaml")) if split in ("all", FRESH) else ():
        for entry in yaml.safe_load(path.read_text("utf-8")):
            yield _case(path.stem, entry, _fresh_verdicts(path.stem, entry), FRESH)


def _case(standard: str, entry: dict[str, Any], expect: dict[str, str], split: str) -> JudgedDialogue:
    turns = tuple((ROLES[who], text) for who, text in entry["turns"])
    facts, said = entry.get("facts") or {}, entry.get("said") or {}
    return JudgedDialogue(standard, entry["id"], facts, turns, expect, split, said if isinstance(said, dict) else {})


def _fresh_verdicts(standard: str, entry: dict[str, Any]) -> dict[str, str]:
    """Every forbidden item judged by rule: `missed` where `said` has it, else `met`; debatable ones are left out."""
    missed, met = Verdict.MISSED.value, Verdict.MET.value
    said, debatable = entry.get("said", {}), entry.get("debatable", ())
    return {
        item.id: missed if item.id in said else met
        for item in load_standard(standard, Settings.from_environment().lexicons).items
        if item.kind is Kind.FORBIDDEN and item.how is How.RULE and item.id not in debatable
    }


def outcomes(split: str, settings: Settings) -> Iterator[ItemOutcome]:
    """Judge every dialogue of a split."""
    words = words_for(settings.lexicons, settings.cache_dir)
    readers = library_of(settings.lexicons)
    for case in cases(split):
        standard = load_standard(case.standard, settings.lexicons)
        given = {name: value for name, value in case.facts.items() if name in standard.facts}
        judgement = judge(conversation(case.turns, case.id), standard, given, words, readers=readers)
        for result in judgement.items:
            if result.id in case.expect:
                yield ItemOutcome(case, result, case.expect[result.id])


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks wording")
    parser.add_argument("--split", choices=("dev", "test", FRESH, "all"), default="all")
    parser.add_argument("--standard")
    parser.add_argument("--item")
    parser.add_argument("--failures", action="store_true", help="show what went wrong (dev half only)")
    parser.add_argument("--lines", action="store_true", help="write the dev half as lines for the readers, and end")
    options = parser.parse_args(arguments)
    if options.lines:
        from benchmarks.wording import lines

        print(f"{lines.write(Settings.from_environment().lexicons)} lines")
        return 0
    if options.failures:
        options.split = "dev"
    judged = [
        o
        for o in outcomes(options.split, Settings.from_environment())
        if options.standard in (None, o.case.standard) and options.item in (None, o.result.id)
    ]
    tallies: dict[str, Tally] = {}
    for o in judged:
        actual = o.result.verdict.value if o.result.verdict else "none"
        required = o.result.kind is Kind.REQUIRED
        positive = Verdict.MET.value if required else Verdict.MISSED.value
        group = "required" if required else "forbidden"
        for name in (group, f"{o.case.standard} {group}", f"{o.case.standard} {o.result.id}"):
            tallies.setdefault(name, Tally()).add(o.expected, actual, positive)
        if options.failures and actual != o.expected:
            print(f"{o.case.id} {o.result.id}: expected {o.expected}, got {actual}\n    {o.result.reason}")
            for role, text in o.case.turns if required or o.expected == "missed" else ():
                if role is Role.TECHNICIAN or o.expected == "not_applicable" or actual == "not_applicable":
                    print(f"        {role.value[:4]}: {text}")
    print(f"{'split ' + options.split:44} {'n':>4} {'right':>6}  {'precision':28}  recall")
    for name, tally in sorted(tallies.items(), key=lambda kv: (kv[0].count(" "), kv[0])):
        print(f"{name:44} {tally.n:>4} {tally.right / tally.n:>6.1%}  {precision(tally):28}  {recall(tally)}")
    return 0
