"""What is due now and then and takes minutes: in a process of its own, so that chores go on meanwhile."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from datetime import datetime
from multiprocessing.process import BaseProcess

from web.backups import nightly
from web.config import Settings, WebSettings
from web.db import now
from web.kit import logs
from web.kit.site import Site, open_site
from web.maintenance import checkup

NICE = 10  # everything else goes first
Acts = Callable[[Site], object]
Claims = Callable[[Site, datetime], bool]
Starts = Callable[[Settings, WebSettings], BaseProcess]


class Watch:
    """Looks whether something is due, takes it upon itself, and has one process do it."""

    def __init__(self, claim: Claims, start: Starts) -> None:
        self._claim, self._start = claim, start
        self._child: BaseProcess | None = None

    def look(self, here: Site) -> None:
        if self._child is not None and self._child.is_alive():
            return
        self._child = None
        if self._claim(here, now()):
            self._child = self._start(here.settings, here.web)


def backups(start: Starts | None = None) -> Watch:
    """Makes the backup of the day, or the one that somebody asks for."""
    return Watch(_claim_backup, start or starter("backup", nightly.make))


def checkups(start: Starts | None = None) -> Watch:
    """Has the doctor look once a day, or when somebody asks."""
    return Watch(checkup.claim, start or starter("checkup", checkup.make))


def _claim_backup(here: Site, at: datetime) -> bool:
    return nightly.is_due(here, at) and nightly.claim(here, at)


def starter(name: str, act: Acts) -> Starts:
    """What starts a process that acts on the site and ends."""

    def start(settings: Settings, web: WebSettings) -> BaseProcess:
        process = multiprocessing.get_context("spawn").Process(
            target=_do, args=(act, settings, web), name=name, daemon=True
        )
        process.start()
        return process

    return start


def _do(act: Acts, settings: Settings, web: WebSettings) -> None:
    """In the process: it ends with its worker."""
    logs.configure(web.log_format, settings.home / "web")
    os.nice(NICE)
    here = open_site(settings, web)
    try:
        act(here)
    finally:
        here.db.dispose()
