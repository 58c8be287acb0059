"""The command line."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from analyzer import interrupt
from analyzer.errors import AnalyzerError, LexiconError, SettingsError

COMMANDS = ("run", "score", "check", "demo", "model", "readers", "serve")
WRONG_USAGE = ("fact-", "model-unknown")  # errors of the command line rather than of a file


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    if isinstance(sys.stdout, TextIOWrapper):  # a terminal that cannot show ✓ is no reason to stop
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            return _run(list(sys.argv[1:] if argv is None else argv))
        finally:
            sys.stdout.flush()  # here rather than at exit, where nobody could catch what it raises
    except BrokenPipeError:  # `| head` has read enough; the flush at exit must not complain again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(arguments_given: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m analyzer", description="听检：按书面服务标准检查上门与通话录音（离线运行）。"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="|".join(COMMANDS))
    # only the command that is asked for is imported: `check` must not wait for the engines
    command = arguments_given[0] if arguments_given and arguments_given[0] in COMMANDS else None
    try:
        for name in COMMANDS if command is None else (command,):
            importlib.import_module(f"analyzer.cli.{name}").add_parser(commands)
        arguments = parser.parse_args(arguments_given)
        with interrupt.tidily():
            return int(arguments.action(arguments))
    except KeyboardInterrupt:
        print(interrupt.SENTENCE, file=sys.stderr)
        return interrupt.STATUS
    except (LexiconError, SettingsError) as error:
        print(f"错误：{error}", file=sys.stderr)
        return 2
    except AnalyzerError as error:
        print(f"错误：{error}", file=sys.stderr)
        return 2 if error.code.startswith(WRONG_USAGE) else 1
