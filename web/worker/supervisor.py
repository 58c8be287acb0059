"""The supervisor of a worker. It imports no engine; its children do the work and may die of it.

Threads: a post for hearing, a post for scoring, the chores, and an ear at the broker where there is one; the main
thread looks for work and reaps.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Sequence
from types import FrameType

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from web.kit.site import site_of
from web.models import Job, JobKind, JobState
from web.queue import doorbell
from web.worker.chores import Chore, Housekeeping
from web.worker.parts import ChildMain
from web.worker.post import Post, Terms
from web.worker.reaper import Reaper

log = logging.getLogger(__name__)
LOOK_S = 1.0  # how often the jobs table is looked at
REAP_S = 3.0
SLOW_S = 900.0  # a batch of a large model on a weak machine; decoding may take its own limit before that
SCORE_S = 120.0


class Supervisor:
    """A worker of one site: run it in the main thread of its process."""

    def __init__(self, app: Flask, child_main: ChildMain, chores: Sequence[Chore]) -> None:
        self._here = here = site_of(app)
        self._stopping = threading.Event()
        hung_s = here.settings.decode_timeout_s * 2 + SLOW_S
        self.posts = [
            Post(here, JobKind.HEAR, child_main, Terms(hung_s), self._stopping),
            Post(here, JobKind.SCORE, child_main, Terms(SCORE_S, jobs=1000), self._stopping),
        ]
        self._house = Housekeeping(app, chores)
        self._reaper = Reaper(here.db, f"{socket.gethostname()}:{os.getpid()}", here.web.lease_seconds)

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; then jobs end within seconds or go back to the queue."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        threads = [threading.Thread(target=post.run, name=post.kind.value) for post in self.posts]
        helpers = [threading.Thread(target=self._keep_house, name="chores", daemon=True)]
        if self._here.web.queue_url:
            helpers.append(threading.Thread(target=self._listen, name="doorbell", daemon=True))
        for thread in (*threads, *helpers):
            thread.start()
        reap_at = 0.0
        while not self._stopping.wait(LOOK_S):
            self._look()
            if time.monotonic() >= reap_at:
                reap_at = time.monotonic() + REAP_S
                self._reap()
        self.wake()
        for thread in threads:  # not the chores: a file that is just being taken in is found in its folder again
            thread.join()
        with contextlib.suppress(SQLAlchemyError):
            self._reaper.leave()

    def wake(self) -> None:
        """Have all posts look for work."""
        for post in self.posts:
            post.work.set()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping.set()

    def _look(self) -> None:
        """Wake the posts for whose kind something is queued; one that is at work looks again when it is done."""
        try:
            with self._here.db.reading() as session:
                kinds = set(session.scalars(select(Job.kind).where(Job.state == JobState.QUEUED).distinct()))
        except Exception:  # posts look for themselves every few seconds
            log.warning("the jobs cannot be looked at", exc_info=True)
            return
        for post in self.posts:
            if post.kind in kinds:
                post.work.set()

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                if doorbell.wait(self._here.web.queue_url):
                    self.wake()
            except Exception:
                log.warning("the doorbell cannot be heard", exc_info=True)
                self._stopping.wait(LOOK_S)

    def _reap(self) -> None:
        try:
            reaped = self._reaper.step()
        except Exception:
            log.warning("nobody can be reaped now", exc_info=True)
            return
        if reaped.again or reaped.aside:
            log.warning("workers fell silent: queued again %s, set aside %s", reaped.again, reaped.aside)
            self.wake()

    def _keep_house(self) -> None:
        while not self._stopping.wait(1.0):
            self._house.step(time.monotonic())
