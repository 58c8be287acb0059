"""Stage times and × real time, beside openai-whisper's own transcribe: `python -m benchmarks speed`.

Every pass runs each recording through both, one right after the other, so that a busy machine slows both alike; medians of
the passes are reported. Loading is timed apart. Writes benchmarks/results/speed.md.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from analyzer.judging import words_for
from analyzer.pipeline import Analyzer, load
from analyzer.settings import Settings
from benchmarks import memory, rejudging, speed_report
from benchmarks.accuracy import RESULTS, frozen, given
from benchmarks.corpus import SAMPLES, Sample, load_samples
from benchmarks.machine import cpu_s, heading, say
from benchmarks.measures import cer
from benchmarks.rival import Rival, mono
from benchmarks.stages import timed

SCENES = ("clean", "phone", "noise")  # one sample of each by default


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


def main(arguments: list[str]) -> int:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks speed", description=__doc__)
    parser.add_argument("--samples", nargs="+", type=Path, default=[SAMPLES], metavar="DIR")
    parser.add_argument("--all", action="store_true", help="every sample instead of one clean, one phone, one noisy")
    parser.add_argument("--only", nargs="+", metavar="ID", help="these samples instead (ids may be prefixes)")
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--no-rival", action="store_true", help="leave openai-whisper's transcribe out")
    parser.add_argument("--long", type=float, default=0.0, metavar="MINUTES", help="also one recording of this length")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="folder of the report")
    options = parser.parse_args(arguments)
    head = heading(["speed", *arguments])
    settings = Settings.from_environment()
    every = load_samples(options.samples)
    recorded = [s for s in every if not s.silent and s.path]
    if options.only:
        recorded = [s for s in recorded if s.id.startswith(tuple(options.only))]
    chosen = recorded if options.all or options.only else choose(recorded)
    if not chosen:
        parser.error("no recording to measure: make the samples first (python -m benchmarks.rendering)")
    with frozen(settings) as fixed:
        timings, loading = measure(chosen, fixed, options.passes, rival=not options.no_rival)
        say("judging stored transcripts again")
        judged = rejudging.measure(every, fixed)
    say("peak memory in a fresh process")
    longest = max(chosen, key=lambda s: s.duration_s)
    assert longest.path is not None
    usage = {longest.id: (longest.duration_s, memory.analyse(longest.path, longest.script.standard))}
    if options.long:
        path, seconds = lengthened(longest, settings, options.long * 60)
        usage[path.name] = (seconds, memory.analyse(path, longest.script.standard))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "speed.md").write_text(
        "\n".join(speed_report.lines(head, timings, loading, judged, usage)) + "\n", "utf-8"
    )
    say(f"{options.out / 'speed.md'}")
    return 0


def choose(samples: list[Sample]) -> list[Sample]:
    """Return the first recorded sample of each of SCENES."""
    found = []
    for kind in SCENES:
        found += [s for s in samples if s.path and not s.silent and s.script.scene.kind == kind][:1]
    return found


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


def lengthened(sample: Sample, settings: Settings, seconds: float) -> tuple[Path, float]:
    """Write the sample again and again into one 16 kHz mono wav in the cache; return it with its length in seconds."""
    import soundfile as sf

    assert sample.path is not None
    samples = mono(sample.path, settings)
    folder = settings.cache_dir / "renderings"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{sample.id}-{seconds / 60:g}-minutes.wav"
    written = 0
    with sf.SoundFile(str(path), "w", samplerate=16_000, channels=1, subtype="PCM_16") as file:
        while written < seconds * 16_000:
            file.write(samples)
            written += len(samples)
    return path, written / 16_000
