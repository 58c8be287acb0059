"""The clock: each recording through ours and theirs, as often as there are passes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

from analyzer.judging import words_for
from analyzer.pipeline import Analyzer, load
from analyzer.settings import Settings
from benchmarks.corpus import Sample, given
from benchmarks.kit.machine import cpu_s, say
from benchmarks.kit.measures import cer
from benchmarks.speed.rival import Rival, mono
from benchmarks.speed.stages import timed


@dataclass
class Timing:
    """One recording: seconds of each pass (wall and processor), ours with its stages and theirs; errors of both texts."""

    sample: Sample
    duration_s: float = 0.0
    speech_s: float = 0.0
    ours_s: list[float] = field(default_factory=list)
    ours_cpu_s: list[float] = field(default_factory=list)
    stages: list[dict[str, float]] = field(default_factory=list)
    theirs_s: list[float] = field(default_factory=list)
    theirs_cpu_s: list[float] = field(default_factory=list)
    our_errors: tuple[int, int] = (0, 0)
    their_errors: tuple[int, int] = (0, 0)

    def stage_s(self, name: str) -> float:
        """Median seconds of a stage."""
        return median(spent[name] for spent in self.stages)


@dataclass(frozen=True, slots=True)
class Loading:
    """Seconds from nothing in memory: analyzer with the first recording less a warm one, and the rival's model."""

    ours_s: float
    theirs_s: float | None


def measure(
    samples: list[Sample], settings: Settings, passes: int, *, rival: bool = True
) -> tuple[list[Timing], Loading]:
    """Time every sample `passes` times after one untimed round through the first."""
    began_s = time.perf_counter()
    analyzer = Analyzer(settings)
    words_for(settings.lexicons, settings.cache_dir)
    first = samples[0]
    assert first.path is not None
    analyzer.analyse(first.path, load(first.script.standard, settings), {})
    cold_s = time.perf_counter() - began_s
    other = Rival(settings) if rival else None
    timings = [Timing(sample) for sample in samples]
    for number in range(passes):
        for timing in timings:
            _pass(timing, analyzer, other, settings)
            theirs = f", transcribe {timing.theirs_s[-1]:.1f} s" if other else ""
            say(f"pass {number + 1} {timing.sample.id:32} {timing.ours_s[-1]:6.1f} s{theirs}")
    loading_s = max(0.0, cold_s - median(timings[0].ours_s))
    return timings, Loading(loading_s, other.load_s if other else None)


def _pass(timing: Timing, analyzer: Analyzer, other: Rival | None, settings: Settings) -> None:
    sample = timing.sample
    assert sample.path is not None
    standard = load(sample.script.standard, settings)
    reference = "".join(turn.text for turn in sample.turns)
    with timed() as spent, _clocked(timing.ours_s, timing.ours_cpu_s):
        analysis = analyzer.analyse(sample.path, standard, given(sample, standard))
    timing.stages.append(spent)
    timing.duration_s, timing.speech_s = analysis.hearing.duration_s, analysis.hearing.speech_s
    timing.our_errors = cer(reference, "".join(u.text for u in analysis.hearing.transcript))
    if other is not None:
        samples = mono(sample.path, settings)
        with _clocked(timing.theirs_s, timing.theirs_cpu_s):
            text = other.transcribe(samples)
        timing.their_errors = cer(reference, text)


@contextmanager
def _clocked(wall_s: list[float], processor_s: list[float]) -> Iterator[None]:
    """Add the seconds of the block to both lists."""
    began_s, cpu_began_s = time.perf_counter(), cpu_s()
    yield
    wall_s.append(time.perf_counter() - began_s)
    processor_s.append(cpu_s() - cpu_began_s)
