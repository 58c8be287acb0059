"""The spawned process in which the analyzer works: one for hearing (models stay loaded), one for scoring (warm).

It gets tasks through a pipe and answers with what happens; it dies with its supervisor.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from analyzer.domain import Engine, Hearing, Role, Span, Speaker, Utterance
from analyzer.pipeline import Analyzer, load, rescore
from analyzer.progress import Progress
from analyzer.rubric.load import standard_files
from analyzer.rubric.model import Standard
from analyzer.serial import analysis_to_dict, hearing_from_dict
from web.config import AnalyzerError, Settings, WebSettings
from web.intake.effective import effective
from web.intake.storage import Storage, open_storage
from web.models import JobKind
from web.queue import Failure
from web.worker import sound
from web.worker.parts import Done, Prepared, Ready, Task, Told
from web.worker.stages import standing

Tell = Callable[[Told], None]
HEARING_NICE = 5  # pages and scoring go first where the cores are few
TOLD_EVERY_S = 0.5


def main(pipe: Connection, settings: Settings, web: WebSettings, kind: JobKind) -> None:
    """Work until the pipe closes. `kind` says which jobs this process is for."""
    if kind is JobKind.HEAR:
        os.nice(HEARING_NICE)
    work = Work(settings, open_storage(web, settings.home))
    if kind is JobKind.SCORE:
        work.warm()
    with contextlib.suppress(EOFError, BrokenPipeError):
        pipe.send(Ready())
        while True:
            pipe.send(answer(work, pipe.recv(), pipe.send))
    os._exit(0)  # no farewell of thread pools: CTranslate2 and onnxruntime may wait for each other (RELIABILITY §1.11)


def answer(work: Work, task: Task, tell: Tell) -> Done | Failure:
    """Return the result of a task or why there is none. Never raises an Exception."""
    try:
        document = work.hear(task, tell) if task.kind is JobKind.HEAR else work.score(task, tell)
    except AnalyzerError as error:
        return Failure(error.code, error.message, error.advice, "\n".join(getattr(error, "__notes__", [])))
    except Exception as error:  # a surprise in one recording must not end the night's work
        known = isinstance(error, MemoryError | OSError)
        advice = "请检查内存和磁盘后重试" if known else "请把技术细节交给管理员；其他录音不受影响"
        return Failure("internal", "处理时出现意外错误", advice, traceback.format_exc()[-8000:])
    return Done(document)


class Work:
    def __init__(self, settings: Settings, storage: Storage) -> None:
        self._settings = settings
        self._storage = storage
        self._analyzer = Analyzer(settings)  # its engines are loaded when the first recording comes

    def warm(self) -> None:
        """Load words and standards and judge a few words once, so that the first answer is as quick as the second."""
        for path in standard_files(self._settings.lexicons):
            with contextlib.suppress(AnalyzerError):
                rescore(_TALK, path.stem, {}, self._settings)

    def hear(self, task: Task, tell: Tell) -> dict[str, Any]:
        """Hear and judge a recording; on the way make what pages need to play it."""
        standard = self._standard(task)
        told_at = 0.0
        stage = ""

        def progress(now: Progress) -> None:
            nonlocal told_at, stage
            if now.stage != stage or time.monotonic() - told_at >= TOLD_EVERY_S:
                stage, told_at = now.stage, time.monotonic()
                tell(standing(now))

        with self._storage.local_path(task.key) as stored, _named(stored, task.name) as path:
            progress(Progress("decode", 0.0, 0.0))
            with sound.opened(self._storage, task.key, path, self._settings) as (audio, made):
                if made is not None:
                    tell(Prepared(made.media_type, made.duration_s, made.channels))
                facts = _known(task.inputs.facts, standard)
                channel = task.inputs.technician_channel
                analysis = self._analyzer.analyse_audio(audio, standard, facts, progress, channel)
        return analysis_to_dict(analysis)

    def score(self, task: Task, tell: Tell) -> dict[str, Any]:
        """Judge again what was heard, with all that people said about it."""
        tell(standing(Progress("judge", 0.0, 0.0)))
        if task.heard is None:
            raise AnalyzerError("nothing-heard", "这段录音还没有转写，不能重新判断", "请先重试处理这段录音")
        standard = self._standard(task)
        hearing = effective(hearing_from_dict(task.heard, task.name), task.inputs)
        analysis = rescore(hearing, standard.ref.id, _known(task.inputs.facts, standard), self._settings)
        return analysis_to_dict(analysis)

    def _standard(self, task: Task) -> Standard:
        if task.inputs.standard_id is None:
            raise AnalyzerError("standard-missing", "还没有选定标准", "请先选择按哪个标准判断")
        return load(task.inputs.standard_id, self._settings)


def _known(facts: Any, standard: Standard) -> dict[str, bool]:
    """Facts that the standard asks about: an order states more than each standard needs."""
    return {name: value for name, value in facts.items() if name in standard.facts}


@contextlib.contextmanager
def _named(stored: Path, name: str) -> Iterator[Path]:
    """Give the stored file under the user's name, so that reports and errors speak of what the user knows."""
    short = name.replace("/", "／").replace("\0", "").encode()[-200:].decode(errors="ignore") or "录音"
    with tempfile.TemporaryDirectory(prefix="tingjian-name-") as folder:
        link = Path(folder) / ("录音" if short in (".", "..") else short)
        link.symlink_to(stored.resolve())
        yield link


_TALK = Hearing(
    "",
    4.0,
    (Span(0.0, 4.0),),
    (),
    Engine("none", ""),
    (Speaker("S1", Role.TECHNICIAN, 1.0, 2.0), Speaker("S2", Role.CUSTOMER, 1.0, 2.0)),
    tuple(
        Utterance(at_s, at_s + 2.0, speaker, role, text, 1.0, tuple(at_s + 0.2 * i for i in range(10)), (1.0,) * 10)
        for at_s, speaker, role, text in (
            (0.0, "S1", Role.TECHNICIAN, "您好请问有什么问题吗"),
            (2.0, "S2", Role.CUSTOMER, "厨房水龙头一直在漏水"),
        )
    ),
)
