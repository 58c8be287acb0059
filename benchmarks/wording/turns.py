"""Single turns in other people's words, by meaning and by register: `python -m benchmarks turns`.

Each line of strangers/ is judged as its element, forbidden item or fact would be, by rules alone and with the second
reading. Counted only: no line is ever printed.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.domain import Kind, Role, Verdict
from analyzer.judging import words_for
from analyzer.judging.case import open_case
from analyzer.judging.examples import conversation
from analyzer.judging.facts import establish
from analyzer.judging.forbidden import judge_forbidden
from analyzer.judging.required import judge_required
from analyzer.reading import NO_READERS, Library, library_of
from analyzer.reading.lines import Line, read_lines
from analyzer.rubric.load import load_standard, standard_files
from analyzer.rubric.model import FactRule, Item, Standard, Where
from analyzer.settings import Settings
from benchmarks.kit.machine import heading, say
from benchmarks.kit.places import RESULTS
from benchmarks.kit.report import interval, table

HERE = Path(__file__).parent / "strangers"
YES, PERHAPS, NO = "yes", "perhaps", "no"


@dataclass(frozen=True, slots=True)
class Told:
    """What was made of one line: `by` is "rules" or "+ meaning"; a forbidden meaning by reading is at most PERHAPS."""

    group: str
    meaning: str
    line: Line
    by: str
    answer: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """Where a meaning is asked for: in an item of one element, or as a fact."""

    standard: Standard
    item: Item | None
    fact: FactRule | None


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks turns", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="MEANING")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="folder of the report")
    options = parser.parse_args(arguments)
    head = heading(["turns", *arguments])
    told = list(answers(Settings.from_environment(), options.only))
    text = "\n".join(_report(head, told))
    if not options.only:
        (options.out / "turns.md").write_text(text, "utf-8")
    say(text)
    return 0


def answers(settings: Settings, only: list[str] | None = None) -> Iterator[Told]:
    """What each line is taken for, by rules and with the second reading."""
    words, library = words_for(settings.lexicons, settings.cache_dir), library_of(settings.lexicons)
    asked = _asked(settings.lexicons)
    for path in sorted(HERE.glob("*/*.txt")):
        if path.stem not in asked or (only and path.stem not in only):
            continue
        for line in read_lines(path):
            for by, readers in (("rules", NO_READERS), ("+ meaning", library)):
                yield Told(path.parent.name, path.stem, line, by, _answer(asked[path.stem], line, words, readers))


def _asked(lexicons: Path) -> Mapping[str, _Asked]:
    found: dict[str, _Asked] = {}
    for path in standard_files(lexicons):
        standard = load_standard(path.stem, lexicons)
        for item in standard.items:
            for element in item.elements:
                if element.meaning:
                    kept = item.elements if item.kind is Kind.FORBIDDEN else (element,)
                    alone = replace(item, where=Where.ANYWHERE, after="", elements=kept)
                    found.setdefault(element.meaning, _Asked(standard, alone, None))
        for fact in standard.facts.values():
            if fact.meaning:
                found.setdefault(fact.meaning, _Asked(standard, None, replace(fact, opposite="", default=False)))
    return found


def _answer(asked: _Asked, line: Line, words: object, readers: Library) -> str:
    other = Role.CUSTOMER if line.role is Role.TECHNICIAN else Role.TECHNICIAN
    turns = [(other, line.before)] if line.before else []
    case = open_case(conversation([*turns, (line.role, line.text)]), asked.standard, words, readers)
    if asked.fact is not None:
        fact = establish({asked.fact.name: asked.fact}, {}, case.ear, case.understanding)[asked.fact.name]
        return YES if fact.value else NO
    assert asked.item is not None
    if asked.item.kind is Kind.FORBIDDEN:
        verdict, said = judge_forbidden(asked.item, case).verdict, Verdict.MISSED
    else:
        verdict, said = judge_required(asked.item, case, {}).verdict, Verdict.MET
    return YES if verdict is said else PERHAPS if verdict is Verdict.CANNOT_JUDGE else NO


def _report(head: list[str], told: list[Told]) -> list[str]:
    return [
        "# Strangers' turns, one by one",
        "",
        *head,
        "",
        "Turns of benchmarks/wording/strangers (16 that say a meaning, 16 near misses each), judged alone. *Found*: of those that say it,",
        "taken as said (forbidden: accused); *left open*: to a person; *wrong*: near misses taken as said; *wrongly open*: near misses",
        "left to a person. Near misses are hard on purpose: a talk has few of them. Brackets are 95 % Wilson intervals.",
        "",
        "## By group",
        "",
        *_table(told, lambda t: t.group),
        "## By register",
        "",
        *_table([t for t in told if t.group != "facts"], lambda t: t.line.register),
        "## By meaning",
        "",
        *_table(told, lambda t: f"{t.group}/{t.meaning}"),
    ]


def _table(told: list[Told], key: Callable[[Told], str]) -> list[str]:
    groups: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for one in told:
        groups[key(one), one.by].append(one)
    order = sorted(groups, key=lambda k: (k[0], k[1] != "rules"))
    rows = [[*name, *_figures(groups[name])] for name in order]
    return table(["", "by", "found", "left open", "wrong", "wrongly open"], rows, left=2)


def _figures(told: list[Told]) -> list[str]:
    said = [t.answer for t in told if t.line.said]
    not_said = [t.answer for t in told if not t.line.said]
    return [interval(some.count(answer), len(some)) for some in (said, not_said) for answer in (YES, PERHAPS)]
