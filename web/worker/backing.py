"""The nightly backup: in a process of its own, so that chores go on meanwhile."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.process import BaseProcess

from web.backups import nightly
from web.config import Settings, WebSettings
from web.db import now
from web.kit import logs
from web.kit.site import Site, open_site

NICE = 10  # everything else goes first
Starts = Callable[[Settings, WebSettings], BaseProcess]


class NightWatch:
    """Looks whether today's backup is due, and has one process make it."""

    def __init__(self, start: Starts | None = None) -> None:
        self._start = start or start_process
        self._child: BaseProcess | None = None

    def look(self, here: Site) -> None:
        if self._child is not None and self._child.is_alive():
            return
        self._child = None
        at = now()
        if nightly.is_due(here, at) and nightly.claim(here, at):
            self._child = self._start(here.settings, here.web)


def start_process(settings: Settings, web: WebSettings) -> BaseProcess:
    """Start the process that makes the backup; it ends with its worker."""
    process = multiprocessing.get_context("spawn").Process(
        target=make, args=(settings, web), name="backup", daemon=True
    )
    process.start()
    return process


def make(settings: Settings, web: WebSettings) -> None:
    """Make the backup that was claimed."""
    logs.configure(web.log_format)
    os.nice(NICE)
    here = open_site(settings, web)
    try:
        nightly.make(here)
    finally:
        here.db.dispose()
