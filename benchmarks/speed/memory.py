"""Peak memory of the analyzer by stage and length: `python -m benchmarks memory --minutes 10 60 180`.

The command line runs in a fresh process, watched from outside with all its children: private pages, and pages of files
(libraries, the samples where they are mapped), which the kernel takes back when somebody needs them. Three hours take
about thirteen minutes of two cores. Writes benchmarks/results/memory.md.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from analyzer.audio import open_audio
from analyzer.cli.progress import STAGES
from analyzer.settings import Settings
from benchmarks.corpus import SAMPLES, load_samples
from benchmarks.kit.machine import heading, say
from benchmarks.kit.places import RESULTS, ROOT

POLL_S = 0.05
LOADING = "loading"
STANDARD = "property-visit"


@dataclass(frozen=True, slots=True)
class Resident:
    """MiB of a process tree; pages that several processes share count for each."""

    private: float
    mapped: float

    @property
    def total(self) -> float:
        return self.private + self.mapped


@dataclass(frozen=True, slots=True)
class Usage:
    """Peak resident memory of the process tree in MiB, wall seconds, and the largest reading of each stage."""

    peak_mib: float
    seconds: float
    stages: dict[str, Resident] = field(default_factory=dict)


def main(arguments: list[str]) -> int:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks memory", description=__doc__)
    parser.add_argument("--minutes", nargs="+", type=float, default=[10.0, 60.0], metavar="N")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="folder of the report")
    options = parser.parse_args(arguments)
    head = heading(["memory", *arguments])
    usages: dict[float, Usage] = {}
    with tempfile.TemporaryDirectory(prefix="tingjian-memory-") as folder:
        for minutes in options.minutes:
            path = long_recording(Path(folder) / f"{minutes:g}-minutes.wav", minutes * 60)
            usages[minutes] = analyse(path, STANDARD)
            say(f"{minutes:g} min: {usages[minutes].peak_mib:.0f} MiB in {usages[minutes].seconds:.0f} s")
            path.unlink()
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "memory.md").write_text("\n".join(report(head, usages)) + "\n", "utf-8")
    return 0


def long_recording(path: Path, seconds: float) -> Path:
    """Write all visits among the samples, one after the other and again, as one 16 kHz mono wav of at least `seconds`."""
    import soundfile

    visits = [s.path for s in load_samples([SAMPLES]) if s.path and not s.silent and s.script.standard == STANDARD]
    written = 0
    with soundfile.SoundFile(str(path), "w", samplerate=16_000, channels=1, subtype="PCM_16") as file:
        for visit in itertools.cycle(visits):
            if written >= seconds * 16_000:
                return path
            with open_audio(visit, Settings()) as audio:
                samples = audio.mix(0.0, audio.duration_s)
            file.write(samples)
            written += len(samples)
    raise AssertionError("there are visits among the samples")


def report(head: list[str], usages: dict[float, Usage]) -> list[str]:
    """Return the lines of memory.md."""
    stages = list(dict.fromkeys(stage for usage in usages.values() for stage in usage.stages))
    lines = [
        "# Memory",
        "",
        *head,
        "",
        "`analyzer run` in a fresh process, all its children counted. MiB: private + mapped from files, at the stage's peak.",
        "",
        "| length | " + " | ".join(stages) + " | peak | s |",
        "| :-- |" + " --: |" * (len(stages) + 2),
    ]
    for minutes, usage in usages.items():
        cells = [f"{r.private:.0f} + {r.mapped:.0f}" if (r := usage.stages.get(s)) else "–" for s in stages]
        lines.append(
            f"| {minutes:g} min | " + " | ".join(cells) + f" | {usage.peak_mib:.0f} MiB | {usage.seconds:.0f} |"
        )
    return lines


def analyse(path: Path, standard: str) -> Usage:
    """Run `python -m analyzer run` on a file. Raises RuntimeError with what it said where it fails."""
    command = [sys.executable, "-m", "analyzer", "run", str(path), "--standard", standard, "--json", os.devnull]
    return watch(command)


def watch(command: list[str]) -> Usage:
    """Run a command and poll the resident memory of its process tree. Raises RuntimeError where it fails."""
    names = {title: name for name, title in STAGES.items()}
    said: list[str] = []
    stage = LOADING

    def listen() -> None:  # a pipe that nobody empties would hold it up after 64 KiB
        nonlocal stage
        assert child.stderr is not None
        for line in child.stderr:
            said.append(line)
            stage = next((names[title] for title in line.split("  ") if title in names), stage)

    began_s = time.perf_counter()
    stages: dict[str, Resident] = {}
    peak = 0.0
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8"
    ) as child:
        listener = threading.Thread(target=listen)
        listener.start()
        root = psutil.Process(child.pid)
        while child.poll() is None:
            now = _resident(root)
            peak = max(peak, now.total)
            stages[stage] = max(stages.get(stage, now), now, key=lambda r: r.total)
            time.sleep(POLL_S)
        listener.join()
    if child.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit status {child.returncode}: {''.join(said)[-2000:]}")
    return Usage(peak, time.perf_counter() - began_s, stages)


def _resident(root: psutil.Process) -> Resident:
    private = mapped = 0
    try:
        tree = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        tree = []
    for process in tree:
        try:
            memory = process.memory_info()
        except psutil.NoSuchProcess:
            continue
        private += memory.rss - memory.shared
        mapped += memory.shared
    return Resident(private / 2**20, mapped / 2**20)
