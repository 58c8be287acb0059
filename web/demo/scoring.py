"""Judging the archive's transcripts in child processes: the real matcher, on documents as an import brings them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from analyzer.pipeline import load, rescore
from analyzer.serial import analysis_to_dict, parse_analysis
from web.config import Settings
from web.intake.terms import KEY, terms_of

CHUNK = 20  # transcripts that travel to a child at a time


@dataclass(frozen=True, slots=True)
class Task:
    """A transcript to judge; `facts` of its order and its own."""

    document: Mapping[str, Any]
    standard_id: str
    facts: Mapping[str, bool]
    settings: Settings


def judged(task: Task) -> dict[str, Any]:
    """Return the Analysis JSON of one transcript, with the terms of the standard that judged it."""
    standard = load(task.standard_id, task.settings)
    hearing, given = parse_analysis(dict(task.document), str(task.document["file"]))
    known = {name: value for name, value in {**task.facts, **given}.items() if name in standard.facts}
    return {**analysis_to_dict(rescore(hearing, task.standard_id, known, task.settings)), KEY: terms_of(standard)}


def all_judged(tasks: Iterable[Task], processes: int) -> Iterator[dict[str, Any]]:
    """Return the analyses of all tasks in their order, made in `processes` children (1: here)."""
    if processes <= 1:
        yield from map(judged, tasks)
        return
    context = multiprocessing.get_context("spawn")  # the parent may hold threads and a database
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        yield from pool.map(judged, tasks, chunksize=CHUNK)
