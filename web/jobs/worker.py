"""`flask --app web worker`: the supervisor. It imports no engine; its children do the work and may die of it.

Threads: a post for hearing, a post for scoring, the chores; the main thread listens to the doorbell and reaps.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from types import FrameType

import click
from flask import Flask
from flask.cli import with_appcontext

from web.jobs import doorbell, queue
from web.jobs.chores import CHORES, Chore, Housekeeping
from web.jobs.parts import ChildMain
from web.jobs.post import Post, Terms
from web.migrations.start import ensure_current
from web.models import JobKind
from web.site import Site, site

log = logging.getLogger(__name__)
EAR_S = 0.1  # how often the doorbell is listened at
REAP_S = 3.0
SLOW_S = 900.0  # a batch of a large model on a weak machine; decoding may take its own limit before that
SCORE_S = 120.0


class Supervisor:
    """A worker of one site: run it in the main thread of its process."""

    def __init__(self, here: Site, child_main: ChildMain, chores: list[Chore] | None = None) -> None:
        self._here = here
        self._stopping = threading.Event()
        hung_s = here.settings.decode_timeout_s * 2 + SLOW_S
        self.posts = [
            Post(here, JobKind.HEAR, child_main, Terms(hung_s), self._stopping),
            Post(here, JobKind.SCORE, child_main, Terms(SCORE_S, jobs=1000), self._stopping),
        ]
        self._house = Housekeeping(here, CHORES if chores is None else chores)

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; then jobs end within seconds or go back to the queue."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        threads = [threading.Thread(target=post.run, name=post.kind.value) for post in self.posts]
        threads.append(threading.Thread(target=self._keep_house, name="chores", daemon=True))
        for thread in threads:
            thread.start()
        reap_at = 0.0
        while not self._stopping.wait(EAR_S):
            if self._heard():
                self.wake()
            if time.monotonic() >= reap_at:
                reap_at = time.monotonic() + REAP_S
                self._reap()
        self.wake()
        for thread in threads[:-1]:  # a file that is just being taken in from the drop folder is found there again
            thread.join()

    def wake(self) -> None:
        """Have all posts look for work."""
        for post in self.posts:
            post.bell.set()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping.set()

    def _heard(self) -> bool:
        try:
            return doorbell.heard(self._here)
        except Exception:  # posts look for themselves every few seconds
            log.warning("the doorbell cannot be heard", exc_info=True)
            self._stopping.wait(1.0)
            return False

    def _reap(self) -> None:
        try:
            with self._here.db.writing() as session:
                reaped = queue.reap(session)
        except Exception:
            log.exception("reaping failed")
            return
        if reaped.again or reaped.aside:
            log.warning("workers fell silent: queued again %s, set aside %s", reaped.again, reaped.aside)
            self.wake()

    def _keep_house(self) -> None:
        while not self._stopping.wait(1.0):
            self._house.step(time.monotonic())


@click.command("worker")
@with_appcontext
def _worker() -> None:
    """启动后台进程：转写、判断、收取投递文件夹里的录音。"""
    from web.jobs import start

    here = site()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    ensure_current(here.web.database(here.settings.home), here.folder)
    doorbell.heard(here)  # a mistyped queue is told now
    click.echo("听检后台进程已启动，按 Ctrl-C 停止。")
    Supervisor(here, start.child).run()
    click.echo("后台进程已停止。")


def init_commands(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(_worker)
