"""Options that `run` and `score` share."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from analyzer.errors import AnalyzerError

_YES = {"true", "yes", "1", "是", "有"}
_NO = {"false", "no", "0", "否", "无", "没有"}


def parse_fact(text: str) -> tuple[str, bool]:
    """Return a fact's name and value from `name=true|false`; argparse reports what it raises."""
    name, equals, value = text.partition("=")
    if not equals or value.strip().lower() not in _YES | _NO:
        raise argparse.ArgumentTypeError(f"{text!r} 应写成 名称=true 或 名称=false，例如 late=true")
    return name.strip(), value.strip().lower() in _YES


def add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--standard", required=True, metavar="ID", help="标准的 id（lexicons/ 下的文件名）或文件路径")
    parser.add_argument(
        "--fact",
        action="append",
        default=[],
        type=parse_fact,
        metavar="名称=true",
        help="已知事实，可重复；优先于听到的",
    )
    parser.add_argument("--json", metavar="OUT|-", help="把结果写成 JSON 到文件；- 写到标准输出")
    parser.add_argument("--lexicons", type=Path, metavar="DIR", help="标准所在的文件夹")


def open_out(name: str | None, stack: ExitStack) -> TextIO | None:
    """Return where JSON goes: nowhere for None, stdout for "-", else a new file that `stack` closes.

    JSON is UTF-8 whatever the terminal speaks; half characters (file names of another encoding) become escapes.
    Raises AnalyzerError where the file cannot be written.
    """
    if name is None:
        return None
    if name == "-":
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
        return sys.stdout
    try:
        return stack.enter_context(Path(name).open("w", encoding="utf-8", errors="backslashreplace"))
    except OSError as error:
        raise AnalyzerError("out-unwritable", f"不能写入 {name}：{error.strerror}", "请换一个路径") from None
