"""Writing to a database that may be busy, away or full: once, or until it takes it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from web.db import Database
from web.db.troubles import trouble_of

log = logging.getLogger(__name__)
T = TypeVar("T")
AGAIN_S = 1.0  # what the database did not take is offered again so soon
TRIES = 5  # once the worker is to stop; until then without end: the work behind a result took minutes


def try_once(db: Database, act: Callable[[Session], T], what: str) -> T | None:
    """Run one writing transaction; None where the database does not take it now."""
    try:
        with db.writing() as session:
            return act(session)
    except SQLAlchemyError as error:
        if trouble_of(error) is None:
            raise
        log.warning("%s: the database does not take it now: %s", what, error)
        return None


def insist(db: Database, act: Callable[[Session], T], what: str, stopping: threading.Event) -> T:
    """Run one writing transaction; a database in trouble is asked until it answers.

    Who has lost his job meanwhile is told so by the transaction itself. Raises what the database raised where it is a
    fault of ours, or where the worker is to stop.
    """
    left = TRIES
    while True:
        try:
            with db.writing() as session:
                return act(session)
        except SQLAlchemyError as error:
            left -= stopping.is_set()
            if trouble_of(error) is None or left <= 0:
                raise
            log.warning("%s: the database does not take it yet: %s", what, error)
        time.sleep(AGAIN_S)
