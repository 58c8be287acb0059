"""Children that do as the recording's name says: quick, and without any engine."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from analyzer.settings import Settings
from web.config import WebSettings
from web.kit import leash
from web.models import JobKind
from web.queue import JobFailure
from web.worker.parts import Done, Playable, Ready, Task
from web.worker.stages import standing

DOCUMENT = Path(__file__).parents[1] / "data" / "followup-02.analysis.json"


def child(pipe: Connection, settings: Settings, web: WebSettings, kind: JobKind) -> None:
    """Answer every task as its recording is called."""
    leash.attach()
    (settings.home / f"child-{os.getpid()}").touch()
    document = json.loads(DOCUMENT.read_text("utf-8")) | {"terms": {}}
    with contextlib.suppress(EOFError, BrokenPipeError):
        pipe.send(Ready())
        while True:
            task = pipe.recv()
            pipe.send(standing("decode", 0.0, 0.0))
            if task.name.startswith("waits"):
                wait_for(settings.home / "go-on")
            pipe.send(_answer(task, pipe, document))


def wait_for(path: Path) -> None:
    while not path.exists():
        time.sleep(0.01)


def unable(pipe: Connection, settings: Settings, web: WebSettings, kind: JobKind) -> None:
    """Die before being ready."""


def _answer(task: Task, pipe: Connection, document: dict[str, Any]) -> Done | JobFailure:
    if task.kind is JobKind.HEAR and not task.key:
        return JobFailure("no-key", "没有录音")
    match task.name.split(".")[0]:
        case "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hangs":
            time.sleep(600)
        case "fails":
            return JobFailure("audio-damaged", "文件已损坏，解不出声音", "请重新导出")
        case "unheard":
            return JobFailure("model-damaged", "语音模型 base 的文件损坏了", "请运行 python -m analyzer model --verify")
        case "thirsty":
            return JobFailure("out-of-memory", "处理这段录音时内存不够", "请给这台机器加内存")
        case "unstorable":
            return Done({"items": []})
        case "works":
            pipe.send(Playable("audio/mp4", 61.0, 2))
            for done in range(3):
                pipe.send(standing("transcribe", done * 20.0, 60.0))
        case _:
            time.sleep(random.uniform(0.0, 0.15))
            pipe.send(standing("transcribe", 30.0, 60.0))
            time.sleep(random.uniform(0.0, 0.15))
    return Done(document)
