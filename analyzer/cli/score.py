"""`python -m analyzer score`: judge a stored transcript again, without audio or model."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from analyzer.cli.options import add_common, open_out
from analyzer.cli.report import report
from analyzer.domain import Analysis
from analyzer.errors import TranscriptError
from analyzer.judging import check_given
from analyzer.pipeline import load, rescore
from analyzer.serial import analysis_to_dict, documents, dump, parse_analysis
from analyzer.settings import Settings


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("score", help="对已有转写重新判分，不需要录音和模型")
    parser.add_argument(
        "transcripts",
        nargs="+",
        type=Path,
        metavar="TRANSCRIPT.json",
        help="run --json 的结果（可以每行一份），或别的系统的转写：srt、vtt、json",
    )
    add_common(parser)
    parser.set_defaults(action=score)


def score(arguments: argparse.Namespace) -> int:
    """Score every transcript; report those that cannot be read and go on."""
    settings = Settings.from_environment(lexicons=arguments.lexicons)
    check_given(dict(arguments.fact), load(arguments.standard, settings))
    transcripts, failed = _read(arguments.transcripts)
    with ExitStack() as stack:
        out = open_out(arguments.json, stack)
        for place, data in transcripts:
            try:
                analysis = _scored(data, place, arguments, settings)
            except TranscriptError as error:
                failed += _print_error(error)
                continue
            if out is not None:
                lines = len(transcripts) > 1 or out is sys.stdout
                print(dump(analysis_to_dict(analysis), lines=lines), file=out, flush=True)
            if out is not sys.stdout:
                report(analysis, sys.stdout)
    return 1 if failed else 0


def _read(paths: list[Path]) -> tuple[list[tuple[str, object]], int]:
    """All documents of all files, read before anything is written (the output may be one of them)."""
    transcripts: list[tuple[str, object]] = []
    failed = 0
    for path in paths:
        try:
            transcripts += documents(path)
        except TranscriptError as error:
            failed += _print_error(error)
    return transcripts, failed


def _print_error(error: TranscriptError) -> int:
    print(f"错误：{error}", file=sys.stderr)
    return 1


def _scored(data: object, place: str, arguments: argparse.Namespace, settings: Settings) -> Analysis:
    hearing, stored = parse_analysis(data, place)
    facts = load(arguments.standard, settings).facts
    for name in stored.keys() - facts.keys():
        print(f"{place}：标准 {arguments.standard} 没有事实 {name}，不再使用", file=sys.stderr)
    kept = {name: value for name, value in stored.items() if name in facts}
    return rescore(hearing, arguments.standard, {**kept, **dict(arguments.fact)}, settings)
