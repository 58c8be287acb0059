"""Items, words, speakers and roles on the samples: `python -m benchmarks accuracy`.

Judged once from the recordings and once from the scripts, so that what was misheard and what was mismatched are told
apart, then again over the noise sweep. Writes benchmarks/results/accuracy.md and accuracy.png.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from analyzer.serial import analysis_to_dict, dump
from analyzer.settings import Settings
from benchmarks.accuracy import report
from benchmarks.accuracy.runs import Runs, run
from benchmarks.corpus import HELD_OUT, SAMPLES, frozen, load_samples, select
from benchmarks.kit.machine import heading, say
from benchmarks.kit.places import RESULTS


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks accuracy", description=__doc__)
    parser.add_argument("--samples", nargs="+", type=Path, default=[SAMPLES], metavar="DIR")
    parser.add_argument("--no-sweep", action="store_true", help="leave the noise sweep out")
    parser.add_argument("--held-out", action="store_true", help="also the dialogues kept apart: figures only")
    parser.add_argument("--no-human", action="store_true", help="leave the real people's speech out")
    parser.add_argument("--no-audio", action="store_true", help="from the scripts alone: seconds instead of minutes")
    parser.add_argument("--only", nargs="+", metavar="ID", help="these samples (ids may be prefixes)")
    parser.add_argument("--sweep-only", nargs="+", metavar="ID", help="sweep these samples (prefixes)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="also write every Analysis JSON into this folder")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="folder of the report")
    options = parser.parse_args(arguments)
    head = heading(["accuracy", *arguments])
    samples = load_samples([*options.samples, *([HELD_OUT] if options.held_out else [])])
    samples = select(samples, options.only)
    swept = [] if options.no_sweep else select(samples, options.sweep_only)
    with frozen(Settings.from_environment()) as settings:
        runs = run(samples, settings, audio=not options.no_audio, swept=swept, people=not options.no_human)
    options.out.mkdir(parents=True, exist_ok=True)
    report.write(options.out, head, runs)
    if options.keep:
        keep(options.keep, runs)
    say(f"{options.out / 'accuracy.md'}")
    return 0


def keep(folder: Path, runs: Runs) -> None:
    """Write every Analysis as CONDITION/ID.json."""
    for name, evaluations in runs.columns.items():
        place = folder / name.replace(" ", "-")
        place.mkdir(parents=True, exist_ok=True)
        for e in evaluations:
            (place / f"{e.sample.id}.json").write_text(dump(analysis_to_dict(e.analysis)), "utf-8")
