"""`python -m analyzer score`: judge a stored transcript again, without audio or model."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from analyzer.cli.options import add_common, write_json
from analyzer.cli.report import report
from analyzer.errors import TranscriptError
from analyzer.pipeline import rescore
from analyzer.serial import analysis_to_dict, dump, read_analysis
from analyzer.settings import Settings


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("score", help="对已有转写重新判分，不需要录音和模型")
    parser.add_argument("transcript", nargs="+", type=Path, metavar="TRANSCRIPT.json")
    add_common(parser)
    parser.set_defaults(action=score)


def score(arguments: argparse.Namespace) -> int:
    """Score every transcript; report those that cannot be read and go on."""
    settings = Settings.from_environment(lexicons=arguments.lexicons)
    failed = 0
    documents = []
    for path in arguments.transcript:
        try:
            hearing, stored = read_analysis(path)
            analysis = rescore(hearing, arguments.standard, {**stored, **dict(arguments.fact)}, settings)
        except TranscriptError as error:
            print(f"错误：{error}", file=sys.stderr)
            failed += 1
            continue
        if arguments.json:
            documents.append(dump(analysis_to_dict(analysis), lines=len(arguments.transcript) > 1))
        if arguments.json != "-":
            report(analysis, sys.stdout)
    if arguments.json:
        write_json(documents, arguments.json, sys.stdout)
    return 1 if failed else 0
