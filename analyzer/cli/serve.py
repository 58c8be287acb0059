"""`python -m analyzer serve`: our own engine for other machines, by OpenAI's transcription interface."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from analyzer import interrupt
from analyzer.errors import SettingsError
from analyzer.serving.app import Limits
from analyzer.serving.server import Server, key_of, local_engine
from analyzer.settings import Settings

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("serve", help="把本机的语音引擎借给别的机器（OpenAI 兼容接口，见 docs/ENGINES.md）")
    parser.add_argument("--host", default="127.0.0.1", metavar="H", help="监听的地址，默认 127.0.0.1（只有本机）")
    parser.add_argument("--port", type=_port, default=8700, metavar="P", help="端口，默认 8700；0 由系统选")
    parser.add_argument("--key-file", type=Path, metavar="FILE", help="存放密钥的文件：来的请求都要带上它")
    parser.add_argument("--without-key", action="store_true", help="在别的机器够得到的地址上也不要密钥")
    parser.add_argument("--waiting", type=_waiting, default=32, metavar="N", help="最多同时收几个请求，默认 32")
    parser.add_argument("--engine", metavar="E", help="faster-whisper（默认）或 openai-whisper")
    parser.add_argument("--model", metavar="M", help="模型名或文件夹，默认 base")
    parser.set_defaults(action=serve)


def serve(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    key = key_of(arguments.key_file)
    if not key and arguments.host not in LOOPBACK and not arguments.without_key:
        raise SettingsError(
            "serve-open",
            f"在 {arguments.host} 上监听而没有密钥：够得到这台机器的人都能用它转写",
            "请给 --key-file，或用 --without-key 表明就是这样",
        )
    settings = Settings.from_environment(engine=arguments.engine, model=arguments.model)
    server = Server(
        local_engine(settings), settings, arguments.host, arguments.port, key, Limits(waiting=arguments.waiting)
    )
    signal.signal(signal.SIGTERM, _end)
    for warning in server.warnings:
        print(warning, file=sys.stderr)
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    print(
        f"语音引擎在 http://{host}:{server.port}/v1（{server.engine_line}；{'要密钥' if key else '不要密钥'}）",
        flush=True,
    )
    try:
        server.run()
    except SystemExit:
        return 0
    if interrupt.requested():
        raise KeyboardInterrupt
    return 0


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _port(text: str) -> int:
    return _whole(text, 0, 65535)


def _waiting(text: str) -> int:
    return _whole(text, 1, 1000)


def _whole(text: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdecimal() or not low <= int(text[:6]) <= high:
        raise argparse.ArgumentTypeError(f"{text!r:.40} 应是 {low} 到 {high} 的整数")
    return int(text)
