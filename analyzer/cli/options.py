"""Options that `run` and `score` share."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

_YES = {"true", "yes", "1", "是", "有"}
_NO = {"false", "no", "0", "否", "无", "没有"}


def parse_fact(text: str) -> tuple[str, bool]:
    """Return a fact's name and value from `name=true|false`; argparse reports what it raises."""
    name, equals, value = text.partition("=")
    if not equals or value.strip().lower() not in _YES | _NO:
        raise argparse.ArgumentTypeError(f"{text!r} 应写成 名称=true 或 名称=false，例如 late=true")
    return name.strip(), value.strip().lower() in _YES


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add --standard, --fact, --json and --lexicons."""
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


def write_json(documents: Iterable[str], out: str, stdout: TextIO) -> None:
    """Write JSON documents, one after the other, to a file or to stdout for "-"."""
    if out == "-":
        for document in documents:
            print(document, file=stdout, flush=True)
        return
    with Path(out).open("w", encoding="utf-8") as file:
        for document in documents:
            print(document, file=file, flush=True)
