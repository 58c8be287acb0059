"""Find everything that is wrong with a folder of lexicons at once: `python -m analyzer.rubric.check lexicons`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from analyzer.rubric import example
from analyzer.rubric.checklist import compare, missing_standards, read_checklist
from analyzer.rubric.load import CHECKLIST, standard_files
from analyzer.rubric.problems import Findings, Problem, render
from analyzer.rubric.shared import read_shared
from analyzer.rubric.standard import read_standard

__all__ = ["check", "has_errors", "render"]


def check(
    folder: Path, checklist: Path | None = None, judge_example: example.JudgeExample | None = None
) -> list[Problem]:
    """Return all problems of the standards, the shared files and the checklist in `folder`, ordered by place.

    `checklist` is by default `folder`/checklist.yaml, if there is one. `judge_example(standard, item, text)` tells
    whether the item is met (a forbidden one: said) in an example; without it examples are only counted.
    Only problems with severity "error" make a folder unusable.
    """
    files = standard_files(folder)
    shared = read_shared(folder)
    problems = list(shared.problems)
    if not files:
        empty = Findings(folder.as_posix())
        empty.add("no-standards", 1, folder=folder.as_posix())
        problems += empty.problems
    listed = checklist or folder / CHECKLIST
    clauses = read_checklist(listed) if checklist or listed.is_file() else None
    for path in files:
        reading = read_standard(path, shared)
        if clauses is not None:
            compare(reading, clauses)
        example.count(reading)
        sound = not any(p.severity == "error" for p in [*shared.problems, *reading.findings.problems])
        if judge_example is not None and sound:
            example.judge(reading, judge_example)
        problems += reading.findings.problems
    if clauses is not None:
        missing_standards(clauses, {path.stem for path in files})
        problems += clauses.findings.problems
    return sorted(set(problems))


def has_errors(problems: Sequence[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)


def main(arguments: Sequence[str]) -> int:
    """Check the folder named first (default: lexicons), print the problems, return the exit status (2: errors)."""
    problems = check(Path(arguments[0] if arguments else "lexicons"))
    sys.stdout.write(render(problems) + "\n")
    return 2 if has_errors(problems) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
