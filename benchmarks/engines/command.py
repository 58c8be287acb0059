"""The same weights in each engine: words, verdicts, cost: `python -m benchmarks engines`.

Each configuration runs in a process of its own and leaves a JSON file in `--kept`, so that one can be measured again, or on
another machine, without the others. Writes benchmarks/results/engines.md.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from analyzer.hearing import load_transcriber, provision
from analyzer.settings import Settings
from benchmarks.corpus import SAMPLES, frozen, load_samples, select
from benchmarks.engines import report
from benchmarks.engines.export import export, quantise
from benchmarks.engines.report import Trial
from benchmarks.engines.sizes import SHAPES, Size
from benchmarks.gpu.measured import Words
from benchmarks.gpu.trial import judged
from benchmarks.kit.machine import cpu_s, heading, say
from benchmarks.kit.places import RESULTS, ROOT

SIZE = "size-"  # what the files of sizes begin with
# What each changes of the settings; `exported` stands for the folder of our own weights in sherpa-onnx's format.
CONFIGURATIONS: dict[str, dict[str, Any]] = {
    "faster-whisper": {},
    "openai-whisper": {"engine": "openai-whisper"},
    "faster-whisper greedy, no prompt": {"compute_type": "float32", "beam": 1, "prompt": ""},
    "sherpa-onnx": {"engine": "sherpa-onnx", "model": "exported", "compute_type": "float32"},
    "sherpa-onnx int8": {"engine": "sherpa-onnx", "model": "exported"},
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks engines", description=__doc__)
    parser.add_argument("configurations", nargs="*", metavar="CONFIGURATION", help=f"of {', '.join(CONFIGURATIONS)}")
    parser.add_argument("--only-report", action="store_true", help="write the report from what is kept")
    parser.add_argument("--export", type=Path, metavar="DIR", help="write our weights for sherpa-onnx to DIR, no more")
    parser.add_argument("--only", nargs="+", metavar="ID", help="these samples (ids may be prefixes)")
    parser.add_argument(
        "--sizes", nargs="*", metavar="MODEL", help="what larger models cost (default: all) and no words"
    )
    parser.add_argument("--no-people", action="store_true", help="leave the real people's speech out")
    parser.add_argument("--kept", type=Path, default=ROOT / "var" / "engines", metavar="DIR")
    parser.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="folder of the report")
    parser.add_argument("--note", action="append", default=[], help="a line for the head of the report")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)  # one configuration, in this process
    options = parser.parse_args(arguments)
    wanted = options.configurations or list(CONFIGURATIONS)
    if unknown := [name for name in wanted if name not in CONFIGURATIONS]:
        parser.error(f"no such configuration: {', '.join(unknown)}")
    if options.export:
        exported(Settings.from_environment(), options.export)
        return 0
    if options.here:
        _one(wanted[0], options)
        return 0
    if options.sizes is not None:
        for name in options.sizes or SHAPES:
            _size(name, options.kept)
    for name in [] if options.only_report or options.sizes is not None else wanted:
        only = ["--only", *options.only] if options.only else []
        here = ["--here", "--kept", str(options.kept), *only, *(["--no-people"] if options.no_people else [])]
        subprocess.run([sys.executable, "-m", "benchmarks", "engines", name, *here], check=False, cwd=ROOT)
    found = kept(options.kept)
    if not found:
        parser.error(f"{options.kept} holds nothing that was measured")
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "engines.md").write_text(
        "\n".join(report.lines(found, sizes_kept(options.kept), options.note)) + "\n", "utf-8"
    )
    say(f"{options.out / 'engines.md'}")
    return 0


def exported(settings: Settings, folder: Path | None = None) -> Path:
    """The folder with our base weights in sherpa-onnx's format, float32 and int8; made where it is not whole."""
    folder = folder or settings.cache_dir / "sherpa-base"
    if not (folder / "whole").exists():
        export(provision(settings, checkpoint=True), folder)
        (folder / "whole").touch()
    if not (folder / "base-decoder.int8.onnx").exists():
        quantise(folder)
    return folder


def kept(folder: Path) -> list[Trial]:
    """What was measured, in the order of the configurations."""
    order = list(CONFIGURATIONS)
    paths = [path for path in sorted(folder.glob("*.json")) if not path.name.startswith(SIZE)]
    found = [_read(json.loads(path.read_text("utf-8"))) for path in paths]
    return sorted(found, key=lambda trial: order.index(trial.name) if trial.name in order else len(order))


def sizes_kept(folder: Path) -> list[Size]:
    found = [Size(**json.loads(path.read_text("utf-8"))) for path in folder.glob(f"{SIZE}*.json")]
    return sorted(found, key=lambda size: list(SHAPES).index(size.name))


def _size(name: str, folder: Path) -> None:
    """In a process of its own: its memory is what is told."""
    command = [sys.executable, "-m", "benchmarks.engines.sizes", name]
    done = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{SIZE}{name}.json").write_text(done.stdout, "utf-8")


def _one(name: str, options: argparse.Namespace) -> None:
    settings = Settings.from_environment()
    changes = dict(CONFIGURATIONS[name])
    if changes.get("model") == "exported":
        changes["model"] = str(exported(settings))
    with frozen(replace(settings, **changes)) as fixed:
        began_s = cpu_s()
        chosen = select(load_samples([SAMPLES]), options.only)
        words = judged(chosen, fixed, people=not options.no_people, warm_up=False)
        engine = load_transcriber(fixed).engine
        spent_s = cpu_s() - began_s
    trial = Trial(
        name=name,
        head=heading(["engines", name]),
        engine=f"{engine.name} {engine.version}",
        numbers=engine.compute_type,
        beam=fixed.beam if engine.name != "sherpa-onnx" else 1,
        prompt=bool(fixed.prompt) and engine.name != "sherpa-onnx",
        cpu_s=spent_s,
        threads=fixed.usable_threads,
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        words=words,
    )
    options.kept.mkdir(parents=True, exist_ok=True)
    path = options.kept / f"{name.replace(' ', '-').replace(',', '')}.json"
    path.write_text(json.dumps(asdict(trial), ensure_ascii=False, indent=1), "utf-8")
    say(f"{name}: {words.right}/{len(words.verdicts)} verdicts right")


def _read(entry: dict[str, Any]) -> Trial:
    words = entry.pop("words")
    people = words.pop("people")
    made = Words(people=people and tuple(people), samples=tuple(words.pop("samples")), **words)
    return Trial(**entry, words=made)
