"""`python -m analyzer run`: from recordings to judged reports."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from analyzer.cli.options import add_common
from analyzer.cli.progress import listener
from analyzer.cli.report import report
from analyzer.errors import AnalyzerError, AudioError, TranscriptError
from analyzer.pipeline import Analyzer, load
from analyzer.serial import analysis_to_dict, dump
from analyzer.settings import Settings


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("run", help="分析录音：转写、分清说话人、逐条判断、打分")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    add_common(parser)
    parser.add_argument("--engine", metavar="E", help="faster-whisper（默认）、openai-whisper 或 recorded")
    parser.add_argument("--model", metavar="M", help="模型名或文件夹，默认 base")
    parser.add_argument(
        "--technician-channel", type=int, metavar="N", help="双声道录音里服务人员在第几声道（从 1 数起）"
    )
    parser.set_defaults(action=run)


def run(arguments: argparse.Namespace) -> int:
    """Analyse every file; report those that cannot be and go on."""
    settings = Settings.from_environment(lexicons=arguments.lexicons, engine=arguments.engine, model=arguments.model)
    standard = load(arguments.standard, settings)
    channel = None if arguments.technician_channel is None else arguments.technician_channel - 1
    analyzer = Analyzer(settings)
    failed = 0
    with ExitStack() as stack:
        out = _out(arguments.json, stack)
        for path in _expand(arguments.files):
            with listener(path.name, sys.stderr) as progress:
                try:
                    analysis = analyzer.analyse(path, standard, dict(arguments.fact), progress, channel)
                except (AudioError, TranscriptError) as error:
                    failed += 1
                    progress.close()
                    print(f"{path}：{error}", file=sys.stderr)
                    continue
            if out is not None:
                lines = len(arguments.files) > 1 or out is sys.stdout
                print(dump(analysis_to_dict(analysis), lines=lines), file=out, flush=True)
            if out is not sys.stdout:
                report(analysis, sys.stdout)
    return 1 if failed else 0


def _out(name: str | None, stack: ExitStack) -> TextIO | None:
    if name is None:
        return None
    if name == "-":
        return sys.stdout
    try:
        return stack.enter_context(Path(name).open("w", encoding="utf-8"))
    except OSError as error:
        raise AnalyzerError("out-unwritable", f"不能写入 {name}：{error.strerror}", "请换一个路径") from None


def _expand(files: list[Path]) -> Iterator[Path]:
    """A folder stands for the recordings in it, which is what people mean by dropping one in."""
    for file in files:
        if file.is_dir():
            yield from sorted(p for p in file.iterdir() if p.is_file() and p.suffix.lower() in _SOUNDS)
        else:
            yield file


_SOUNDS = frozenset(".wav .mp3 .m4a .aac .ogg .oga .opus .flac .amr .wma .webm .mkv .mp4 .mov .aif .aiff .3gp".split())
