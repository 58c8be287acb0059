"""Stage times and × real time, beside openai-whisper's own transcribe: `python -m benchmarks speed`.

Every pass runs each recording through both, one right after the other, so that a busy machine slows both alike; medians of
the passes are reported. Loading is timed apart. Writes benchmarks/results/speed.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from analyzer.physics import SAMPLE_RATE_HZ
from analyzer.settings import Settings
from benchmarks.corpus import SAMPLES, Sample, frozen, load_samples, select
from benchmarks.kit.machine import heading, say
from benchmarks.kit.places import RESULTS
from benchmarks.speed import memory, rejudging, report
from benchmarks.speed.passes import measure
from benchmarks.speed.rival import mono

SCENES = ("clean", "phone", "noise")  # one sample of each by default


def main(arguments: list[str]) -> int:
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
    recorded = select([s for s in every if not s.silent and s.path], options.only)
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
    text = "\n".join(report.lines(head, timings, loading, judged, usage))
    (options.out / "speed.md").write_text(text + "\n", "utf-8")
    say(f"{options.out / 'speed.md'}")
    return 0


def choose(samples: list[Sample]) -> list[Sample]:
    """The first recorded sample of each of SCENES."""
    first: dict[str, Sample] = {}
    for sample in samples:
        if sample.path and not sample.silent:
            first.setdefault(sample.script.scene.kind, sample)
    return [first[kind] for kind in SCENES if kind in first]


def lengthened(sample: Sample, settings: Settings, seconds: float) -> tuple[Path, float]:
    """The sample again and again in one 16 kHz mono wav in the cache, with its length in seconds."""
    import soundfile as sf

    assert sample.path is not None
    samples = mono(sample.path, settings)
    folder = settings.cache_dir / "renderings"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{sample.id}-{seconds / 60:g}-minutes.wav"
    written = 0
    with sf.SoundFile(str(path), "w", samplerate=SAMPLE_RATE_HZ, channels=1, subtype="PCM_16") as file:
        while written < seconds * SAMPLE_RATE_HZ:
            file.write(samples)
            written += len(samples)
    return path, written / SAMPLE_RATE_HZ
