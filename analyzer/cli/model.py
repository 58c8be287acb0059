"""`python -m analyzer model [NAME] [--verify]`: put a model in place for both engines; prints the folder where it lies.

Without NAME the larger model that hears unclear recordings again is fetched too; where it cannot be, that is said and no error.
Where another machine hears (`openai-api`) it asks that one whether it can; of a folder for `sherpa-onnx` it tells which model it holds.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from analyzer.errors import ModelError
from analyzer.hearing import mend, provision
from analyzer.hearing.models import is_installed
from analyzer.hearing.onnxfolder import recognise
from analyzer.hearing.remote import look
from analyzer.settings import Settings

NEVER = "不要它就设 TINGJIAN_UNCLEAR_MODEL=（留空）"


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
        if arguments.name is None:
            _put_larger(settings, verify=arguments.verify)
    except OSError as error:
        raise ModelError("model-write", f"模型写不到磁盘：{error}", "请检查磁盘空间和权限后重试") from error
    print(folder)
    return 0


def _put_larger(settings: Settings, *, verify: bool) -> None:
    """Put the model in place that hears unclear recordings again; without a network the first one hears alone."""
    name = settings.unclear_model
    if not name or (verify and not is_installed(settings, name)):
        return
    other = replace(settings, model=name)
    try:
        if verify:
            mend(other)
        else:
            provision(other)
    except ModelError as error:
        print(f"听不清楚的录音暂时不能换 {name} 重听：{error.message}", file=sys.stderr)
        print(
            f"  {settings.model} 照常可用。联网后运行 python -m analyzer model {name} 就会装上；{NEVER}",
            file=sys.stderr,
        )
