"""What is wrong with a folder of standards, in the words of `analyzer check`: the same code."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path

from analyzer.judging.examples import example_judge
from analyzer.rubric import example
from analyzer.rubric.load import shared_reading, standard_files, standard_reading
from analyzer.rubric.messages import explain
from analyzer.rubric.problems import Problem
from analyzer.rubric.standard import read_standard
from web.config import Settings

__all__ = ["Problem", "breaks", "problems"]


def problems(settings: Settings, folder: Path, standard_id: str, *, judge_examples: bool = True) -> tuple[Problem, ...]:
    """Everything wrong with one standard of a folder and with the shared files, and what breaks in other standards.

    `file` of each is its path within the folder. With `judge_examples` each example is judged (about a second).
    The checklist of the shipped standards is not asked: a company's text is its own. Folders never change, so that what
    was found is kept.
    """
    return _found(settings, folder, standard_id, judge_examples)


def breaks(found: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Those that forbid publishing."""
    return tuple(problem for problem in found if problem.severity == "error")


@functools.lru_cache(maxsize=64)
def _found(settings: Settings, folder: Path, standard_id: str, judge_examples: bool) -> tuple[Problem, ...]:
    shared = shared_reading(folder)
    found = list(shared.problems)
    broken = any(p.severity == "error" for p in shared.problems)
    names = {path.stem: path for path in standard_files(folder)}
    if standard_id not in names:
        message, advice = explain("unreadable-file", reason="没有这个文件")
        found.append(Problem(f"{standard_id}.yaml", 1, "", "unreadable-file", message, advice))
    for name, path in names.items():
        if name != standard_id:  # of the others only what keeps them from being read
            found += breaks(tuple(standard_reading(path, folder).findings.problems))
            continue
        reading = read_standard(path, shared)
        own = list(reading.findings.problems)
        sound = not broken and not any(p.severity == "error" for p in own)
        example.count(reading)
        if judge_examples and sound:
            example.judge(reading, example_judge(replace(settings, lexicons=folder)))
        found += reading.findings.problems
    return tuple(sorted({_placed(problem, folder) for problem in found}))


def _placed(problem: Problem, folder: Path) -> Problem:
    prefix = f"{folder.as_posix()}/"
    return replace(problem, file=problem.file.removeprefix(prefix))
