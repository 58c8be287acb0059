"""What a GPU brings: × real time, memory, words and verdicts, beside the processor: `python -m benchmarks gpu`.

Each configuration (`ENGINE:DEVICE:BATCH[:COMPUTE_TYPE]`) runs in a process of its own and leaves a JSON file in `--kept`, so
that figures of several machines come into one report. Writes benchmarks/results/gpu.md.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from analyzer.settings import Settings
from benchmarks.corpus import SAMPLES, frozen, load_samples
from benchmarks.gpu import report
from benchmarks.gpu.measured import Configuration, keep, kept
from benchmarks.gpu.trial import measure
from benchmarks.kit.machine import say
from benchmarks.kit.places import RESULTS, ROOT

CONFIGURATIONS = (
    "openai-whisper:cpu:8", "openai-whisper:cuda:1", "openai-whisper:cuda:8", "openai-whisper:cuda:32",
    "faster-whisper:cpu:8:float32", "faster-whisper:cpu:8", "faster-whisper:cuda:1", "faster-whisper:cuda:8",
    "faster-whisper:cuda:32",
)  # fmt: skip


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks gpu", description=__doc__)
    parser.add_argument("configurations", nargs="*", metavar="CONFIGURATION", help="default: all that this machine can")
    parser.add_argument("--minutes", type=float, default=10.0, help="of the samples, joined, for the times")
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument(
        "--words", nargs="*", default=[], metavar="CONFIGURATION", help="judge all samples by these, too"
    )
    parser.add_argument("--only-report", action="store_true", help="write the report from what is kept")
    parser.add_argument("--kept", type=Path, default=ROOT / "var" / "gpu", metavar="DIR")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="folder of the report")
    parser.add_argument("--note", action="append", default=[], help="a line for the head of the report")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)  # one configuration, in this process
    options = parser.parse_args(arguments)
    wanted = [str(Configuration.read(text)) for text in options.configurations or CONFIGURATIONS]
    judged = {str(Configuration.read(text)) for text in options.words}
    if options.here:
        for name in wanted:
            _one(name, options, words=name in judged)
        return 0
    if not options.only_report:
        shared = [
            "--minutes",
            str(options.minutes),
            "--passes",
            str(options.passes),
            "--kept",
            str(options.kept),
            "--here",
        ]
        for name in wanted:
            words = ["--words", name] if name in judged else []
            subprocess.run([sys.executable, "-m", "benchmarks", "gpu", name, *shared, *words], check=False, cwd=ROOT)
    measured = kept(options.kept)
    if not measured:
        parser.error(f"{options.kept} holds nothing that was measured")
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "gpu.md").write_text("\n".join(report.lines(measured, options.note)) + "\n", "utf-8")
    say(f"{options.out / 'gpu.md'}")
    return 0


def _one(name: str, options: argparse.Namespace, *, words: bool) -> None:
    asked = Configuration.read(name)
    settings = replace(
        Settings.from_environment(),
        engine=asked.engine,
        device=asked.device,
        batch=asked.batch,
        compute_type=asked.compute_type,
    )
    with frozen(settings) as fixed:
        found = measure(asked, load_samples([SAMPLES]), options.minutes * 60.0, options.passes, fixed, words=words)
    keep(options.kept, name.replace(":", "-"), found)
    say(f"{name}: " + (f"{found.times_real_time:.4f} × real time" if found.as_asked else " ".join(found.warnings)))
