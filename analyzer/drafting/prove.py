"""A draft that passes the check: what the check refuses is mended or handed to a person, until it finds nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.domain import How, Kind
from analyzer.drafting.entries import Entry, entry
from analyzer.drafting.library import Library
from analyzer.drafting.propose import Row
from analyzer.drafting.write import Head, Written, write
from analyzer.judging.examples import example_judge
from analyzer.rubric import example
from analyzer.rubric.load import shared_reading
from analyzer.rubric.model import Item, Standard
from analyzer.rubric.problems import Problem
from analyzer.rubric.standard import StandardReading, read_standard

_ROUNDS = 40  # more than any draft has needed; after them every clause in question is a person's
_NO_ITEMS = Row(
    id="empty",
    ref="正文",
    source="",
    start=0,
    end=0,
    heading="",
    kind=Kind.REQUIRED,
    how=How.PERSON,
    listed=True,
    confidence=0.0,
    text="（还没有条目，请补上）",
    parts=(),
    titles=(),
    when="always",
    condition="",
    like="",
    said=(),
    notes=("文件里没有选出一条要求；标准至少要有一条。",),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that passes `analyzer check`; `given_up`: ids of clauses that were to be heard and are a person's now."""

    text: str
    given_up: tuple[str, ...]
    items: tuple[tuple[str, str, str, str], ...]  # id, kind, how, clause of each item of the file


def draft(rows: Sequence[Row], head: Head, library: Library) -> Draft:
    """Return the YAML of the rows that are listed. Whatever they hold, it passes the check with its examples judged."""
    shared = shared_reading(library.folder)
    book = shared.lists.book
    listed = _named([row for row in rows if row.listed]) or [_NO_ITEMS]
    entries = [entry(row, library, book) for row in listed]
    wanted = {e.row.id for e in entries if e.row.how is How.RULE}
    judge = _guarded(library)
    with tempfile.TemporaryDirectory(prefix="tingjian-draft-") as folder:
        path = Path(folder) / f"{head.id}.yaml"
        proven: set[str] = set()
        for round_ in range(_ROUNDS + len(entries)):
            for each in entries:
                if not each.enough():
                    each.give_up("找不到足够的例句来验证这些短语")
            written = write(head, entries)
            path.write_text(written.text, "utf-8")
            reading = read_standard(path, shared)
            problems = [p for p in reading.findings.problems if p.severity == "error"]
            if not problems:
                if _prove(reading, entries, judge, proven):
                    continue
                reading = read_standard(path, shared)
                example.count(reading)
                example.judge(reading, judge)
                problems = [p for p in reading.findings.problems if p.severity == "error"]
            if not problems:
                break
            _mend(problems, written, entries, patient=round_ < _ROUNDS)
    given_up = tuple(e.row.id for e in entries if e.row.id in wanted and not e.is_rule)
    items = tuple((e.row.id, e.keys["kind"], e.keys["how"], e.keys["clause"]) for e in entries)
    return Draft(written.text, given_up, items)


def _guarded(library: Library) -> example.JudgeExample:
    with library.guard:
        judge = example_judge(replace(library.settings, lexicons=library.folder))

    def judge_alone(standard: Standard, item: Item, text: str) -> bool:
        with library.guard:
            return judge(standard, item, text)

    return judge_alone


def _named(rows: list[Row]) -> list[Row]:
    """Return the rows with ids that are ids, each once."""
    from analyzer.drafting.slugs import Slugs

    slugs = Slugs()
    return [replace(row, id=slugs.take(row.id, row.text)) for row in rows]


def _prove(reading: StandardReading, entries: list[Entry], judge: example.JudgeExample, proven: set[str]) -> bool:
    """Drop examples that do not come out as they should; return whether any was dropped from the file."""
    if reading.standard is None:
        return False
    items = {item.id: item for item in reading.standard.items}
    dropped = False
    for each in entries:
        name = each.row.id
        if not each.is_rule or name in proven:
            continue
        proven.add(name)
        if each.trusted:
            continue
        before = each.examples()
        for pool, wanted in ((each.match, True), (each.no_match, False)):
            kept: list[str] = []
            enough = pool[: each.most + SPARE]
            if not wanted and not judge(reading.standard, items[name], "／".join(f"技：{s}" for s in enough)):
                pool[:] = enough  # none of them counts where all are said: asked once
                continue
            for sentence in pool:
                if len(kept) < each.most + SPARE and judge(reading.standard, items[name], sentence) is wanted:
                    kept.append(sentence)
            pool[:] = kept
        dropped |= each.examples() != before
    return dropped


SPARE = 2  # examples more than stand in the file, for those that another clause accuses


def _mend(problems: list[Problem], written: Written, entries: list[Entry], patient: bool) -> None:
    """Drop the examples that problems stand at; clauses with other problems are handed to a person."""
    by_id = {e.row.id: e for e in entries}
    for problem in problems:
        at = written.examples.get(problem.line)
        if at is not None and patient:
            name, key, sentence = at
            pool = by_id[name].match if key == "match" else by_id[name].no_match
            if sentence in pool:
                pool.remove(sentence)
        elif problem.item in by_id and by_id[problem.item].is_rule:
            by_id[problem.item].give_up(f"检查说：{problem.message}")
        elif not patient or problem.item not in by_id:
            for each in entries:
                if each.is_rule:
                    each.give_up(f"检查说：{problem.message}")
