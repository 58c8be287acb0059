"""`python -m analyzer model [NAME]`: put a model in place for both engines; prints the folder where it lies."""

from __future__ import annotations

import argparse
from typing import Any

from analyzer.errors import ModelError
from analyzer.hearing import provision
from analyzer.settings import Settings


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("model", help="准备语音模型：拼合、校验、转换一次（未安装的型号需联网下载）")
    parser.add_argument("name", nargs="?", metavar="NAME", help="模型名或文件夹，默认按设置（base）")
    parser.set_defaults(action=model)


def model(arguments: argparse.Namespace) -> int:
    try:
        checkpoint = provision(Settings.from_environment(model=arguments.name), checkpoint=True)
    except OSError as error:
        raise ModelError("model-write", f"模型写不到磁盘：{error}", "请检查磁盘空间和权限后重试") from error
    print(checkpoint.parent)
    return 0
