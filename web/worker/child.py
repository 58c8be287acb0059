"""The spawned process in which the analyzer works: one for hearing (models stay loaded), one for scoring (warm).

It gets tasks through a pipe and answers with what happens; it dies with its supervisor.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from web.config import AnalyzerError, Settings, WebSettings
from web.intake.effective import effective
from web.intake.storage import Storage, StorageError, open_storage
from web.kit import logs
from web.models import JobKind
from web.queue import MEMORY_WORDS, OUT_OF_MEMORY, JobFailure
from web.worker import engine, sound
from web.worker.parts import ChildMessage, Done, Playable, Ready, Task
from web.worker.stages import standing

log = logging.getLogger(__name__)
Tell = Callable[[ChildMessage], None]
HEARING_NICE = 5  # pages and scoring go first where the cores are few
FIRST_TO_GO = 500  # where memory runs out; a decoding child goes before
SENT_EVERY_S = 0.5


def main(pipe: Connection, settings: Settings, web: WebSettings, kind: JobKind) -> None:
    """Work until the pipe closes. `kind` says which jobs this process is for."""
    engine.first_to_go(FIRST_TO_GO)
    logs.configure(web.log_format, settings.home / "web")
    if kind is JobKind.HEAR:
        os.nice(HEARING_NICE)
        engine.inspection(settings)  # hashes the weights while the first recording is decoded
    work = Work(settings, open_storage(web, settings.home))
    if kind is JobKind.SCORE:
        engine.warm(settings)
    with contextlib.suppress(EOFError, BrokenPipeError):
        pipe.send(Ready())
        while True:
            pipe.send(answer(work, pipe.recv(), pipe.send))
    os._exit(0)  # no farewell of thread pools: CTranslate2 and onnxruntime may wait for each other (RELIABILITY §1.11)


def answer(work: Work, task: Task, tell: Tell) -> Done | JobFailure:
    """Return the result of a task or why there is none. Never raises an Exception."""
    try:
        with logs.at_work_on(task.recording_id):
            document = work.hear(task, tell) if task.kind is JobKind.HEAR else work.score(task, tell)
    except AnalyzerError as error:
        return JobFailure(error.code, error.message, error.advice, "\n".join(getattr(error, "__notes__", [])))
    except MemoryError:
        return JobFailure(OUT_OF_MEMORY, *MEMORY_WORDS, traceback.format_exc()[-8000:])
    except StorageError as error:
        return JobFailure("storage", "存放录音的地方没有应答", "请稍后重试；仍不行请联系管理员", str(error))
    except Exception as error:  # a surprise in one recording must not end the night's work
        known = isinstance(error, OSError)
        advice = "请检查磁盘后重试" if known else "请把技术细节交给管理员；其他录音不受影响"
        return JobFailure("internal", "处理时出现意外错误", advice, traceback.format_exc()[-8000:])
    return Done(document)


class Work:
    def __init__(self, settings: Settings, storage: Storage) -> None:
        self._settings = settings
        self._storage = storage
        self._analyzer = engine.LoadedAnalyzer(settings)

    def hear(self, task: Task, tell: Tell) -> dict[str, Any]:
        """Hear and judge a recording; on the way make what pages need to play it.

        One that was heard already is listened to again only where the standard makes something of it that was never
        held against its sound; without its sound it is judged as it stands.
        """
        if task.heard is not None:
            return self._listen_again(task, task.heard, tell)
        standard = self._standard(task)  # first: it costs no decoding
        sent_at = 0.0
        stage = ""

        def progress(now: engine.Progress) -> None:
            nonlocal sent_at, stage
            if now.stage != stage or time.monotonic() - sent_at >= SENT_EVERY_S:
                stage, sent_at = now.stage, time.monotonic()
                tell(standing(now.stage, now.done_s, now.total_s))

        with self._storage.local_path(task.key) as stored, _named(stored, task.name) as path:
            progress(engine.Progress("decode", 0.0, 0.0))
            with sound.opened(self._storage, task.key, path, self._settings) as (audio, made):
                if made is not None:
                    tell(Playable(made.media_type, made.duration_s, made.channels))
                facts, channel = task.inputs.facts, task.inputs.technician_channel
                return self._analyzer.analyse(audio, standard, facts, progress, channel)

    def _listen_again(self, task: Task, heard: dict[str, Any], tell: Tell) -> dict[str, Any]:
        tell(standing("recheck", 0.0, 0.0))
        standard = self._standard(task)
        hearing = effective(engine.hearing_from_dict(heard, task.name), task.inputs)
        try:
            with self._storage.local_path(task.key) as stored, _named(stored, task.name) as path:
                hearing = self._analyzer.listen_again(path, hearing, standard, task.inputs.facts)
        except (AnalyzerError, OSError) as error:
            log.info("recording %d is judged without listening again: %r", task.recording_id, error)
        return engine.judge(hearing, standard, task.inputs.facts, self._of_its_day(task))

    def score(self, task: Task, tell: Tell) -> dict[str, Any]:
        """Judge again what was heard, with all that people said about it."""
        tell(standing("judge", 0.0, 0.0))
        if task.heard is None:
            raise AnalyzerError("nothing-heard", "这段录音还没有转写，不能重新判分", "请先重试处理这段录音")
        standard = self._standard(task)
        hearing = effective(engine.hearing_from_dict(task.heard, task.name), task.inputs)
        return engine.judge(hearing, standard, task.inputs.facts, self._of_its_day(task))

    def _standard(self, task: Task) -> engine.Standard:
        """The standard of the day on which a recording was made, for all that judges from here on. Raises AnalyzerError."""
        self._analyzer.judge_by(task.lexicons)
        return engine.standard_of(task.inputs.standard_id, self._of_its_day(task))

    def _of_its_day(self, task: Task) -> Settings:
        return replace(self._settings, lexicons=task.lexicons)


@contextlib.contextmanager
def _named(stored: Path, name: str) -> Iterator[Path]:
    """Give the stored file under the user's name, so that reports and errors speak of what the user knows."""
    short = name.replace("/", "／").replace("\0", "").encode()[-200:].decode(errors="ignore") or "录音"
    with tempfile.TemporaryDirectory(prefix=f"tingjian-name-{os.getpid()}-") as folder:
        link = Path(folder) / ("录音" if short in (".", "..") else short)
        link.symlink_to(stored.resolve())
        yield link
