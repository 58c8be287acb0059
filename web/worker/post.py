"""A post: a thread of the supervisor with one child process and the jobs it claims for it."""

from __future__ import annotations

import functools
import logging
import math
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from web import queue
from web.db.troubles import trouble_of
from web.intake.effective import heard_document, was_heard
from web.kit import logs
from web.kit.lexicons import lexicons_on
from web.kit.site import Site
from web.models import JobKind, Recording
from web.queue import JobFailure, Standing
from web.worker import assignment
from web.worker.assignment import Assignment
from web.worker.parts import ChildMain, Done, Playable, Ready, Task
from web.worker.patience import AGAIN_S, insist, try_once
from web.worker.stages import StageClock

log = logging.getLogger(__name__)
T = TypeVar("T")
IDLE_S = 3.0  # looks for work even if nobody wakes it
LISTEN_S = 0.2  # how soon a wish to stop is seen
BEATS = 4  # heartbeats a lease: some may come late


@dataclass(frozen=True, slots=True)
class Terms:
    """How a post treats its child. Seconds; `jobs` after which a child is replaced, so that leaks stay small."""

    hung_s: float
    jobs: int = 50
    stop_s: float = 5.0
    damaged_s: float = 60.0  # until damaged weights are looked at again


@dataclass
class Post:
    """Claims jobs of one kind and has its child do them, one after the other."""

    here: Site
    kind: JobKind
    child_main: ChildMain
    terms: Terms
    stopping: threading.Event
    work: threading.Event = field(default_factory=threading.Event)  # set: there may be some
    _child: BaseProcess | None = None
    _pipe: Connection | None = None
    _jobs: int = 0

    def run(self) -> None:
        """Work until the supervisor stops. What goes wrong here is logged and tried again."""
        while not self.stopping.is_set():
            try:
                if self.step():
                    continue
            except Exception:
                log.exception("%s: a step failed", self.name)
                self.close()
            self.work.wait(IDLE_S)
            self.work.clear()
        self.close()

    @property
    def name(self) -> str:
        """What the queue page calls this post."""
        return f"{socket.gethostname()}:{os.getpid()}:{self.kind.value}"

    def step(self) -> bool:
        """Do one job; return whether there was one."""
        reserve = self.here.db.reserve
        if reserve is not None and reserve.is_spent():  # what a recording writes would take the last of people's room
            return False
        self._ready()  # before a job is claimed: a child that cannot start is no recording's fault
        lease_s = self.here.web.lease_seconds
        claimed = try_once(
            self.here.db, lambda s: assignment.take(s, self.name, lease_s, (self.kind,)), f"{self.name}: a claim"
        )
        if claimed is None:
            return False
        with logs.at_work_on(claimed.recording_id):
            self._do(claimed)
        return True

    def _do(self, claimed: Assignment) -> None:
        log.info("%s: job %d, recording %d", self.name, claimed.job_id, claimed.recording_id)
        try:
            pipe = self._ready()
            pipe.send(self._task(claimed))
            ended = self._follow(claimed, pipe)
        except (EOFError, OSError) as error:
            ended = False
            self._note_death(claimed, repr(error))
        except Exception as error:
            # not the child's fault: the job goes back, or waits for its lease where not even that can be written
            self.close()
            if isinstance(error, SQLAlchemyError) and trouble_of(error) is not None:
                try_once(self.here.db, lambda s: queue.give_back(s, claimed.token), f"{self.name}: a job to give back")
            raise
        self._jobs += 1
        if not ended or self._jobs >= self.terms.jobs:
            self.close()

    def _follow(self, claimed: Assignment, pipe: Connection) -> bool:
        """Listen to the child until the job ends; return whether the child may go on living."""
        beat_every_s = self.here.web.lease_seconds / BEATS
        beat_at = message_at = time.monotonic()
        stop_at = math.inf
        standing: Standing | None = None
        clock = StageClock()
        while True:
            if pipe.poll(LISTEN_S):
                message = pipe.recv()
                message_at = time.monotonic()
                if isinstance(message, JobFailure) and message.code == queue.MODEL_DAMAGED:
                    self._hold(claimed, message)
                    return False
                if isinstance(message, Done | JobFailure):
                    self._finish(claimed, message, clock.end(message_at))
                    return not isinstance(message, JobFailure) or message.code != queue.OUT_OF_MEMORY
                if isinstance(message, Playable):
                    self._write(functools.partial(_put_sound, claimed=claimed, prepared=message))
                elif isinstance(message, Standing):
                    clock.enter(message.stage, message_at)
                    if standing is None or standing.stage != message.stage:
                        beat_at = -math.inf  # a new stage shows at once
                    standing = message
            now = time.monotonic()
            if now - beat_at >= beat_every_s:
                ours = self._beat(claimed, standing)
                if ours is False:
                    log.info("%s: job %d is no longer ours", self.name, claimed.job_id)
                    return False
                beat_at = now if ours else now - beat_every_s + AGAIN_S
            if self.stopping.is_set():
                stop_at = min(stop_at, now + self.terms.stop_s)
                if now >= stop_at:
                    self._write(lambda s: queue.give_back(s, claimed.token))
                    return False
            if now - message_at > self.terms.hung_s:
                self._note_death(claimed, f"{self.terms.hung_s:.0f} 秒没有任何进展")
                return False

    def _beat(self, claimed: Assignment, standing: Standing | None) -> bool | None:
        """Whether the job is still ours; None where the database does not say: then it is, until somebody else has it."""
        lease_s = self.here.web.lease_seconds
        return try_once(
            self.here.db, lambda s: queue.heartbeat(s, claimed.token, lease_s, standing), f"{self.name}: a heartbeat"
        )

    def _finish(self, claimed: Assignment, message: Done | JobFailure, stage_s: dict[str, float]) -> None:
        if isinstance(message, Done):
            document = message.document
            try:
                self._write(lambda s: assignment.store(s, claimed, document, stage_s=stage_s))
                return
            except Exception as error:  # a document that cannot be stored must not be computed again and again
                if isinstance(error, SQLAlchemyError) and trouble_of(error) is not None:
                    raise
                log.exception("%s: job %d could not be stored", self.name, claimed.job_id)
                message = JobFailure(
                    "internal", "结果没能保存", "请把技术细节交给管理员；其他录音不受影响", repr(error)
                )
        failure = message
        self._write(lambda s: queue.fail(s, claimed.token, failure))

    def _hold(self, claimed: Assignment, failure: JobFailure) -> None:
        """Give the job back and wait: damaged weights are no recording's fault, and would fail them all."""
        log.error("%s: %s (%s)", self.name, failure.error, failure.advice)
        self._write(lambda s: queue.give_back(s, claimed.token, f"{failure.error}；{failure.advice}"))
        self.stopping.wait(self.terms.damaged_s)

    def _note_death(self, claimed: Assignment, detail: str) -> None:
        """Tell the queue that the child died at this job; one that dies because we stop is nobody's fault."""
        child = self._child
        if child is not None:
            child.join(0.5)
            detail = f"{detail}；退出码 {child.exitcode}"
        killed = child is not None and child.exitcode == -signal.SIGKILL  # not by us: we kill it after this
        if self.stopping.wait(0.5):
            self._write(lambda s: queue.give_back(s, claimed.token))
        else:
            log.warning("%s: job %d: the child died: %s", self.name, claimed.job_id, detail)
            self._write(lambda s: queue.died(s, claimed.token, detail, killed=killed))

    def _task(self, claimed: Assignment) -> Task:
        with self.here.db.reading() as session:
            recording = session.get_one(Recording, claimed.recording_id)
            known = self.kind is JobKind.SCORE or was_heard(session, recording.id)
            heard = heard_document(session, recording.id) if known else None
            lexicons = lexicons_on(session, self.here.settings, recording.recorded_on)
            return Task(
                self.kind, recording.id, recording.stored_key, recording.original_name, claimed.inputs, heard, lexicons
            )

    def _ready(self) -> Connection:
        """Return the pipe to a living child, started where there is none. Raises EOFError where it cannot start."""
        if self._child is not None and self._child.is_alive() and self._pipe is not None:
            return self._pipe
        self.close()
        spawn = multiprocessing.get_context("spawn")
        ours, theirs = spawn.Pipe()
        settings = replace(self.here.settings, lexicons=self.here.lexicons)  # what it gets ready is what most need
        child = spawn.Process(
            target=self.child_main,
            args=(theirs, settings, self.here.web, self.kind),
            name=f"tingjian-{self.kind.value}",
            daemon=True,
        )
        child.start()
        theirs.close()
        self._child, self._pipe, self._jobs = child, ours, 0
        while not ours.poll(LISTEN_S):
            if not child.is_alive() or self.stopping.is_set():
                raise EOFError("the child did not start")
        if not isinstance(ours.recv(), Ready):
            raise EOFError("the child said something else")
        return ours

    def close(self) -> None:
        """End the child."""
        if self._pipe is not None:
            self._pipe.close()
        if self._child is not None:
            self._child.kill()
            self._child.join()
        self._child = self._pipe = None

    def _write(self, act: Callable[[Session], T]) -> T:
        return insist(self.here.db, act, self.name, self.stopping)


def _put_sound(session: Session, claimed: Assignment, prepared: Playable) -> None:
    """Let the page play the recording before it has been judged."""
    recording = session.get_one(Recording, claimed.recording_id)
    recording.media_type = prepared.media_type
    recording.duration_s = recording.duration_s or prepared.duration_s
    recording.channels = prepared.channels
