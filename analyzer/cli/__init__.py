"""The command line: run, score, check."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from analyzer.cli import check, run, score
from analyzer.errors import AnalyzerError, LexiconError, SettingsError

INTERRUPTED = 130  # 128 + SIGINT, as shells count it


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m analyzer", description="听检：按书面服务标准检查上门与通话录音（离线运行）。"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="run|score|check")
    run.add_parser(commands)
    score.add_parser(commands)
    check.add_parser(commands)
    arguments = parser.parse_args(argv)
    try:
        return int(arguments.action(arguments))
    except KeyboardInterrupt:
        print("已中断。", file=sys.stderr)
        return INTERRUPTED
    except (LexiconError, SettingsError) as error:
        print(f"错误：{error}", file=sys.stderr)
        return 2
    except AnalyzerError as error:
        print(f"错误：{error}", file=sys.stderr)
        return 2 if error.code.startswith("fact-") else 1
    except BrokenPipeError:  # `| head` has read enough
        sys.stderr.close()
        return 1
