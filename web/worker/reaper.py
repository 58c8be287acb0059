"""Taking back the jobs of workers that died, and leaving this worker's own sign of life."""

from __future__ import annotations

import logging
import time

from sqlalchemy.exc import SQLAlchemyError

from web import queue
from web.db import Database, now
from web.queue import Reaped, presence

log = logging.getLogger(__name__)
WAITED_S = 1.0  # a write lock that is longer in coming is somebody else's


class Reaper:
    """Takes the jobs of silent workers, but only where they could have spoken.

    A worker whose heartbeats wait for the database is not dead. So nobody is reaped until the database could be written
    to during the whole time of a lease; nor after a sleep of the machine or a leap of its clock, when all leases look
    old at once. Whether it could be written to is tried a few times a lease, so that a wait that silences heartbeats is
    met by one of the tries; in between, a look without the write lock is enough where no lease has run out.
    """

    def __init__(self, db: Database, worker: str, lease_s: float) -> None:
        self._db, self._worker, self._lease_s = db, worker, lease_s
        self._free_since_s = self._looked_s = time.monotonic()
        self._looked_at = now()
        self._tried_s = float("-inf")

    def step(self) -> Reaped:
        """Reap, and sign where it is time. Raises what the database raises."""
        begun_s = time.monotonic()
        if self._leapt():
            self._free_since_s = begun_s
        try:
            due = self._tried_s + min(presence.SIGN_S, self._lease_s / 2) <= begun_s
            if not due and not self._lapsed():
                return Reaped((), ())
            with self._db.writing() as session:
                session.connection()  # only now the lock is had
                if time.monotonic() - begun_s > WAITED_S:
                    self._free_since_s = time.monotonic()
                if due:
                    presence.sign(session, self._worker, now())
                    self._tried_s = begun_s
                if time.monotonic() - self._free_since_s < self._lease_s:
                    return Reaped((), ())
                return queue.reap(session, now())
        except SQLAlchemyError:
            self._free_since_s, self._tried_s = time.monotonic(), float("-inf")
            raise

    def _lapsed(self) -> bool:
        with self._db.reading() as session:
            return queue.lapsed(session, now())

    def leave(self) -> None:
        """Take this worker's sign away: it ends."""
        with self._db.writing() as session:
            presence.leave(session, self._worker)

    def _leapt(self) -> bool:
        """Whether the clock of leases went another way than the machine's own since the last look."""
        present_s, present = time.monotonic(), now()
        elapsed_s = (present - self._looked_at).total_seconds()
        leapt = abs(elapsed_s - (present_s - self._looked_s)) > self._lease_s / 4
        self._looked_s, self._looked_at = present_s, present
        return leapt
