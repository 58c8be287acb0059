"""What is wrong with one text while it is being typed: read beside the rest of a folder, without making a folder of it."""

from __future__ import annotations

import functools
import tempfile
from dataclasses import replace
from pathlib import Path

from analyzer.rubric import example
from analyzer.rubric.load import shared_reading
from analyzer.rubric.problems import Problem
from analyzer.rubric.shared import FOLDER, MEANINGS, SharedReading, read_shared
from analyzer.rubric.standard import ADDITIONS, read_standard


def text_problems(folder: Path, path: str, text: str) -> tuple[Problem, ...]:
    """The problems of a file of `folder` if it held `text`, in the words of `analyzer check`; examples are only counted.

    About 0.2 s for a standard, 1 s for a shared list (all lists are read anew). Raises nothing for any text.
    """
    return _found(folder, path, text)


@functools.lru_cache(maxsize=128)
def _found(folder: Path, path: str, text: str) -> tuple[Problem, ...]:
    with tempfile.TemporaryDirectory(prefix="tingjian-check-") as name:
        here = Path(name)
        _linked(folder, here, path)
        file = here / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8", errors="replace", newline="")
        found = read_shared(here).problems if path.startswith(f"{FOLDER}/") else _of_standard(file, folder)
        own = [problem for problem in found if problem.file == file.as_posix()]
        return tuple(sorted({replace(problem, file=path) for problem in own}))


def _of_standard(file: Path, folder: Path) -> list[Problem]:
    shared: SharedReading = shared_reading(folder)
    reading = read_standard(file, shared)
    example.count(reading)
    return reading.findings.problems


def _linked(folder: Path, here: Path, but: str) -> None:
    """The other files of `folder`, as links."""
    for part in (FOLDER, ADDITIONS.split("/")[0]):
        (here / part).mkdir()
        for file in (folder / part).glob("*"):
            if f"{part}/{file.name}" != but:
                (here / part / file.name).symlink_to(file.resolve())
    if (folder / MEANINGS).is_dir():
        (here / MEANINGS).symlink_to((folder / MEANINGS).resolve(), target_is_directory=True)
