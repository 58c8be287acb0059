"""Telling those who can do something about it, on every page, that no worker runs."""

from __future__ import annotations

import threading
import time

from flask import Flask
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from web.db import now
from web.kit.access import OFFICE
from web.kit.site import reader
from web.queue import presence

FRESH_S = 10.0  # for so long a process of the site believes what it saw: pages should not ask each time


class Glimpse:
    """Whether a worker lives, as this process saw it a moment ago."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until_s, self._missing = 0.0, False

    def missing(self, at_s: float) -> bool:
        """Whether none does, at the monotonic time `at_s`."""
        with self._lock:
            if at_s < self._until_s:
                return self._missing
        missing = not presence.alive(reader(), now())
        with self._lock:
            self._until_s, self._missing = at_s + FRESH_S, missing
        return missing


def init(app: Flask) -> None:
    """Give templates `no_worker()`: true for admins and QA while no worker lives."""
    glimpse = Glimpse()

    def no_worker() -> bool:
        if not current_user.is_authenticated or current_user.role not in OFFICE:
            return False
        try:
            return glimpse.missing(time.monotonic())
        except SQLAlchemyError:  # an error page: it tells of the database
            return False

    app.jinja_env.globals["no_worker"] = no_worker
