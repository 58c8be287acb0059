"""How long stored transcripts take to be judged again: no audio, no model, one core."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from analyzer.domain import Analysis, Hearing, Span, Utterance
from analyzer.judging import judge, words_for
from analyzer.pipeline import load, rescore
from analyzer.serial import analysis_to_dict, dump, quantised, read_analysis
from analyzer.settings import Settings
from benchmarks.corpus import Sample, perfect

HOUR_S = 3600.0
STORED = 1000
REPEATS = 5
_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class Rejudging:
    """Seconds on one core: one long transcript under its standard, and `stored` files read and judged.

    `_s` are wall seconds, `_cpu_s` processor seconds: equal on a quiet machine, and the latter true on a busy one.
    """

    standard: str
    long_s: float
    long_cpu_s: float
    long_characters: int
    stored: int
    stored_s: float
    stored_cpu_s: float


def hour(hearings: Sequence[Hearing], seconds: float = HOUR_S) -> Hearing:
    """One hearing of about that length: these repeated one after the other, their times shifted.

    Raises ValueError where there is nothing to repeat.
    """
    talks = [h for h in hearings if h.transcript]
    if not talks:
        raise ValueError("no transcript to repeat")
    said: list[Utterance] = []
    speech: list[Span] = []
    at_s = 0.0
    while at_s < seconds:
        for talk in talks:
            said += [_later(u, at_s) for u in talk.transcript]
            speech += [Span(s.start_s + at_s, s.end_s + at_s) for s in talk.speech]
            at_s += talk.duration_s + _PAUSE_S
            if at_s >= seconds:
                break
    return replace(
        talks[0],
        file="one-hour",
        duration_s=max(at_s, said[-1].end_s),
        transcript=tuple(quantised(u) for u in said),
        speech=tuple(speech),
    )


def measure(
    samples: Sequence[Sample], settings: Settings, *, stored: int = STORED, seconds: float = HOUR_S
) -> Rejudging:
    """Judge a long transcript of the samples' most frequent standard, then `stored` files of all samples in turn."""
    standards = sorted({s.script.standard for s in samples})
    name = max(standards, key=lambda n: sum(s.script.standard == n for s in samples))
    same = [perfect(s) for s in samples if s.script.standard == name]
    words = words_for(settings.lexicons, settings.cache_dir)
    with one_core(), TemporaryDirectory() as folder:
        standard, long = load(name, settings), hour(same, seconds)
        judge(same[0], standard, {}, words)  # tables of the standard are made once a process
        repeats = [_seconds(lambda: judge(long, standard, {}, words)) for _ in range(REPEATS)]
        kept = _store(samples, settings, Path(folder))

        def read_and_judge() -> None:
            for n in range(stored):
                path, standard_id = kept[n % len(kept)]
                hearing, given = read_analysis(path)
                rescore(hearing, standard_id, given, settings)

        stored_s, stored_cpu_s = _seconds(read_and_judge)
    took_s, cpu_s = (median(seconds) for seconds in zip(*repeats, strict=True))
    characters = sum(len(u.text) for u in long.transcript)
    return Rejudging(name, took_s, cpu_s, characters, stored, stored_s, stored_cpu_s)


def _seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds of a call."""
    began_s, cpu_began_s = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began_s, time.process_time() - cpu_began_s


@contextmanager
def one_core() -> Iterator[None]:
    """Hold this process (all its threads that start inside) to one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _store(samples: Sequence[Sample], settings: Settings, folder: Path) -> list[tuple[Path, str]]:
    kept = []
    words = words_for(settings.lexicons, settings.cache_dir)
    for sample in samples:
        if sample.silent:
            continue
        hearing = perfect(sample)
        analysis = Analysis(hearing, judge(hearing, load(sample.script.standard, settings), {}, words))
        path = folder / f"{sample.id}.json"
        path.write_text(dump(analysis_to_dict(analysis)), "utf-8")
        kept.append((path, sample.script.standard))
    return kept


def _later(u: Utterance, by_s: float) -> Utterance:
    return replace(
        u, start_s=u.start_s + by_s, end_s=u.end_s + by_s, char_start_s=tuple(t + by_s for t in u.char_start_s)
    )
