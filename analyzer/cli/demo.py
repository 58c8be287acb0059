"""`python -m analyzer demo DIR`: judge every sample by the standard and the facts that its script names."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from analyzer.cli.progress import listener
from analyzer.cli.report import report, summary
from analyzer.domain import Analysis
from analyzer.errors import AnalyzerError, AudioError
from analyzer.pipeline import Analyzer, load
from analyzer.settings import Settings

_SCRIPT = ".script.yaml"


@dataclass(frozen=True, slots=True)
class ScriptedRecording:
    """A recording with what its script says about it."""

    path: Path
    standard: str
    facts: dict[str, bool]


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("demo", help="分析 samples/ 里的全部示例录音并打印报告")
    parser.add_argument("directory", nargs="?", type=Path, default=Path("samples"), metavar="DIR")
    parser.set_defaults(action=demo)


def demo(arguments: argparse.Namespace) -> int:
    """Analyse every sample, then print one line for each."""
    settings = Settings.from_environment()
    samples = list(_samples(arguments.directory))
    if not samples:
        raise AnalyzerError("no-samples", f"{arguments.directory} 里没有带 {_SCRIPT} 的录音", "请在项目根目录运行")
    analyzer = Analyzer(settings)
    done: list[tuple[ScriptedRecording, Analysis]] = []
    failed = 0
    began = time.monotonic()
    for sample in samples:
        with listener(sample.path.name, sys.stderr) as progress:
            try:
                standard = load(sample.standard, settings)
                analysis = analyzer.analyse(sample.path, standard, sample.facts, progress)
            except AudioError as error:
                failed += 1
                print(f"{sample.path}：{error}", file=sys.stderr)
                continue
        report(analysis, sys.stdout)
        done.append((sample, analysis))
    print(summary([analysis for _, analysis in done], time.monotonic() - began))
    return 1 if failed else 0


def _samples(directory: Path) -> Iterator[ScriptedRecording]:
    for script in sorted(directory.rglob(f"*{_SCRIPT}")):
        data = yaml.safe_load(script.read_text("utf-8"))
        stem = script.name.removesuffix(_SCRIPT)
        sounds = [p for p in script.parent.glob(f"{stem}.*") if p.suffix not in (".yaml", ".json", ".md")]
        for path in sounds:
            yield ScriptedRecording(path, data["standard"], data.get("facts") or {})
