"""`python -m analyzer check`: every problem of a folder of standards at once."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from analyzer.judging.examples import example_judge
from analyzer.rubric.check import check as check_folder
from analyzer.rubric.check import render
from analyzer.settings import Settings


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("check", help="检查标准文件，一次列出所有问题")
    parser.add_argument("directory", nargs="?", type=Path, metavar="DIR", help="标准所在的文件夹（默认 lexicons/）")
    parser.set_defaults(action=check)


def check(arguments: argparse.Namespace) -> int:
    """Check a folder; exit status 2 where it has errors."""
    settings = Settings.from_environment(lexicons=arguments.directory)
    problems = check_folder(settings.lexicons, judge_example=example_judge(settings))
    print(render(problems))
    return 2 if any(p.severity == "error" for p in problems) else 0
