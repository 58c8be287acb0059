"""`python -m analyzer model [NAME] [--verify]`: put a model in place for both engines; prints the folder where it lies.

Where another machine hears (`openai-api`) it asks that one whether it can; of a folder for `sherpa-onnx` it tells which model it holds.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from analyzer.errors import ModelError
from analyzer.hearing import mend, provision
from analyzer.hearing.onnxfolder import recognise
from analyzer.hearing.remote import look
from analyzer.settings import Settings


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("model", help="准备语音模型：拼合、校验、转换一次（未安装的型号需联网下载）")
    parser.add_argument("name", nargs="?", metavar="NAME", help="模型名或文件夹，默认按设置（base）")
    parser.add_argument("--verify", action="store_true", help="逐字节核对所有模型文件，损坏的重新生成（约一秒）")
    parser.set_defaults(action=model)


def model(arguments: argparse.Namespace) -> int:
    try:
        settings = Settings.from_environment(model=arguments.name)
        if settings.engine == "openai-api":
            print(look(settings).sentence)
            return 0
        if settings.engine == "sherpa-onnx":
            held = recognise(Path(settings.model), settings.compute_type)
            print(f"{settings.model} {held.family} {held.compute_type}")
            return 0
        folder = mend(settings) if arguments.verify else provision(settings, checkpoint=True).parent
    except OSError as error:
        raise ModelError("model-write", f"模型写不到磁盘：{error}", "请检查磁盘空间和权限后重试") from error
    print(folder)
    return 0
