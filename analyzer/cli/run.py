"""`python -m analyzer run`: from recordings to judged reports."""

from __future__ import annotations

import argparse
import sys
import traceback
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from analyzer import interrupt
from analyzer.cli.options import add_common, open_out
from analyzer.cli.progress import listener
from analyzer.cli.report import report
from analyzer.domain import Analysis
from analyzer.errors import AnalyzerError, AudioError, TranscriptError
from analyzer.judging import check_given
from analyzer.pipeline import Analyzer, load
from analyzer.rubric.model import Standard
from analyzer.serial import analysis_to_dict, dump
from analyzer.settings import Settings


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("run", help="分析录音：转写、分清说话人、逐条判断、打分")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="录音文件，或装着录音的文件夹")
    add_common(parser)
    parser.add_argument(
        "--engine", metavar="E", help="faster-whisper（默认）、openai-whisper、sherpa-onnx、openai-api 或 recorded"
    )
    parser.add_argument("--model", metavar="M", help="模型名或文件夹，默认 base")
    parser.add_argument(
        "--technician-channel",
        type=int,
        choices=(1, 2),
        metavar="N",
        help="双声道录音里服务人员在第几声道（1 或 2）",
    )
    parser.set_defaults(action=run)


def run(arguments: argparse.Namespace) -> int:
    """Analyse every file; report those that cannot be and go on."""
    settings = Settings.from_environment(lexicons=arguments.lexicons, engine=arguments.engine, model=arguments.model)
    standard = load(arguments.standard, settings)
    check_given(dict(arguments.fact), standard)
    analyzer = Analyzer(settings)
    failed = 0
    with ExitStack() as stack:
        out = open_out(arguments.json, stack)
        files = _expand(arguments.files)
        for path in files:
            analysis = _analysed(path, analyzer, standard, arguments)
            if analysis is None:
                failed += 1
                continue
            if out is not None:
                lines = len(files) > 1 or out is sys.stdout
                print(dump(analysis_to_dict(analysis), lines=lines), file=out, flush=True)
            if out is not sys.stdout:
                report(analysis, sys.stdout)
    return 1 if failed else 0


def _analysed(path: Path, analyzer: Analyzer, standard: Standard, arguments: argparse.Namespace) -> Analysis | None:
    """One file; None, and the reason on stderr, where it cannot be analysed."""
    channel = None if arguments.technician_channel is None else arguments.technician_channel - 1
    with listener(path.name, sys.stderr) as progress:
        try:
            return analyzer.analyse(path, standard, dict(arguments.fact), progress, channel)
        except (AudioError, TranscriptError) as error:
            progress.close()
            print(f"{path}：{error}", file=sys.stderr)
        except AnalyzerError:  # the model or the standard: no other file would fare better
            raise
        except Exception:  # a bug; a night's batch must not end at its third file
            if interrupt.requested():
                raise KeyboardInterrupt from None
            progress.close()
            print(f"{path}：内部错误，请把下面的内容交给管理员；其他录音不受影响", file=sys.stderr)
            traceback.print_exc()
    return None


def _expand(files: list[Path]) -> list[Path]:
    """A folder stands for the recordings in it and in its folders, which is what people mean by dropping one in."""
    return [path for file in files for path in (_inside(file) or [file])]


def _inside(folder: Path) -> list[Path]:
    try:
        inner = {path: path.relative_to(folder).parts for path in folder.rglob("*") if path.suffix.lower() in _SOUNDS}
        return sorted(path for path, parts in inner.items() if not any(part.startswith(".") for part in parts))
    except (OSError, ValueError):  # no folder: whatever it is, decoding will say
        return []


_SOUNDS = frozenset(".wav .mp3 .m4a .aac .ogg .oga .opus .flac .amr .wma .webm .mkv .mp4 .mov .aif .aiff .3gp".split())
