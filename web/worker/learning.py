"""Learning from reviewers' decisions: by the command, or in a process of its own that the worker starts for the button."""

from __future__ import annotations

import logging
import multiprocessing
import os
import socket
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from web.config import AnalyzerError, Settings, WebSettings
from web.db import now
from web.kit import audit
from web.kit.site import Site, open_site
from web.learning import standing
from web.learning.decisions import harvest
from web.learning.standing import Report, Row
from web.worker import engine

log = logging.getLogger(__name__)
NICE = 10  # everything else goes first
BROKEN_OFF = "学习中断了。请再试一次；如果又中断，请把后台进程的日志交给管理员。"
Starts = Callable[[Settings, WebSettings], BaseProcess]


def learn(here: Site, *, write: bool) -> Report:
    """Learn from the decisions that stand; with `write` it holds from now on and is told. Raises AnalyzerError."""
    with here.db.reading() as session:
        found = harvest(session, here.lexicons)
    outcomes = engine.learn(found.said, here.settings, write=write)
    rows = tuple(Row(o.meaning, o.lines, o.held, o.before, o.after, o.taken) for o in outcomes)
    report = Report(now(), found.decisions, rows)
    if write:
        with here.db.writing() as session:
            asked = standing.standing(session)
            by = {"user_id": asked.user_id, "username": asked.username} if asked.busy else {}
            standing.end(session, report)
            counts = {"decisions": report.decisions, "taken": report.taken, "kept": len(rows) - report.taken}
            audit.record(session, "learned", "readers", **by, **counts)  # type: ignore[arg-type]
    return report


class Learner:
    """Looks whether somebody wants the site to learn, and has one process do it."""

    def __init__(self, start: Starts | None = None) -> None:
        self._start = start or start_process
        self._child: BaseProcess | None = None
        self._first = True

    def look(self, here: Site) -> None:
        if self._child is not None:
            self._follow(here, self._child)
            return
        host = socket.gethostname()
        if self._first:
            self._first = False
            with here.db.writing() as session:
                standing.give_back(session, host)
        with here.db.reading() as session:
            if standing.standing(session).state != "asked":
                return
        with here.db.writing() as session:
            begun = standing.begin(session, host)
        if begun:
            self._child = self._start(here.settings, here.web)

    def _follow(self, here: Site, child: BaseProcess) -> None:
        if child.is_alive():
            return
        self._child = None
        with here.db.writing() as session:
            if standing.standing(session).state == "running":  # it ended without a word
                standing.fail(session, BROKEN_OFF)


def start_process(settings: Settings, web: WebSettings) -> BaseProcess:
    """Start the process that learns; it ends with its worker."""
    process = multiprocessing.get_context("spawn").Process(
        target=learn_and_tell, args=(settings, web), name="learning", daemon=True
    )
    process.start()
    return process


def learn_and_tell(settings: Settings, web: WebSettings) -> None:
    """Learn; what goes wrong stands on the page."""
    os.nice(NICE)
    here = open_site(settings, web)
    try:
        learn(here, write=True)
    except AnalyzerError as error:
        log.warning("learning failed: %s", error)
        with here.db.writing() as session:
            standing.fail(session, f"{error.message}。{error.advice}")
    finally:
        here.db.dispose()
