"""Batch steps go on: the row that fails is set aside with its reason, the others are done, and it is tried again later.

    batch = Batch(db, "clips")
    for clip in batch.due(waiting):
        with batch.row(clip.id, "片段"):
            ...

A row waits a minute after its first failure, twice as long after each further one, an hour at most. What is set aside
stands on the queue page until it succeeds or is no longer there. A database that does not answer is no row's fault: the
step ends, and begins anew at its next time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from web.config import AnalyzerError
from web.db import Database, now
from web.db.troubles import trouble_of
from web.kit.turns import in_turns
from web.kit.values import plain_text
from web.models import SetAside

log = logging.getLogger(__name__)
FIRST, LONGEST = timedelta(minutes=1), timedelta(hours=1)
HELD_S = 0.2  # of a transaction: then it ends, and who waits comes in
K = TypeVar("K")


class Batch:
    """One run of a step over its rows, at `moment` (else at the present one)."""

    def __init__(self, db: Database, step: str, moment: datetime | None = None) -> None:
        self._db, self._step, self._stated = db, step, moment
        with db.reading() as session:
            found = session.execute(select(SetAside.key, SetAside.retry_at).where(SetAside.step == step))
            self._known = {row.key: row.retry_at for row in found}

    @property
    def known(self) -> frozenset[str]:
        """The keys of all rows that are set aside."""
        return frozenset(self._known)

    @property
    def waiting(self) -> frozenset[str]:
        """The keys of those whose time has not come."""
        moment = self._stated or now()
        return frozenset(k for k, retry_at in self._known.items() if retry_at is None or retry_at > moment)

    def due(self, keys: Iterable[K]) -> list[K]:
        waiting = self.waiting
        return [key for key in keys if str(key) not in waiting]

    @contextmanager
    def row(self, key: object, title: str = "") -> Iterator[None]:
        """Do one row. Any exception but the database's own trouble sets it aside; what succeeds is no longer aside."""
        try:
            yield
        except Exception as error:
            if _not_its_fault(error):
                raise
            log.warning("%s: %s is set aside", self._step, key, exc_info=not isinstance(error, AnalyzerError))
            self.put(key, title, words_of(error))
        else:
            self.forget([str(key)])

    def each(
        self, keys: Sequence[K], act: Callable[[Session, K], object], size: int, title: Callable[[K], str] = str
    ) -> int:
        """`act` on rows, `size` of them a transaction, or fewer where they take long; where one fails, those of its
        transaction are done one by one.

        Return how many were done.
        """
        done = 0
        for part in in_turns(keys, size):
            rest = part
            while rest:
                tried = 0
                begun_s = time.monotonic()
                try:
                    with self._db.writing() as session:
                        while tried < len(rest) and (not tried or time.monotonic() - begun_s < HELD_S):
                            tried += 1
                            act(session, rest[tried - 1])
                    self.forget([str(key) for key in rest[:tried]])
                    done += tried
                except Exception as error:
                    if _not_its_fault(error):
                        raise
                    tried = len(rest)
                    log.info("%s: %d rows are done one by one", self._step, tried)
                    for key in rest:
                        with self.row(key, title(key)), self._db.writing() as session:
                            act(session, key)
                            done += 1
                rest = rest[tried:]
        return done

    def put(self, key: object, title: str, reason: str, *, again: bool = True) -> None:
        """Set a row aside; without `again` it waits until somebody changes it."""
        moment = self._stated or now()
        with self._db.writing() as session:
            row = session.get(SetAside, (self._step, str(key)))
            if row is None:
                row = SetAside(step=self._step, key=str(key), tries=0, first_at=moment)
                session.add(row)
            row.tries, row.last_at = row.tries + 1, moment
            row.title, row.reason = plain_text(title)[-255:], plain_text(reason)[:500]
            row.retry_at = moment + min(FIRST * 2 ** min(row.tries - 1, 10), LONGEST) if again else None
            self._known[row.key] = row.retry_at

    def forget(self, keys: Iterable[str]) -> None:
        """Rows that are done or no longer there; without any that is set aside nothing is written."""
        gone = [key for key in keys if key in self._known]
        for first in range(0, len(gone), 500):
            with self._db.writing() as session:
                wanted = SetAside.key.in_(gone[first : first + 500])
                session.execute(delete(SetAside).where(SetAside.step == self._step, wanted))
        for key in gone:
            del self._known[key]

    def forget_others(self, keys: Iterable[object]) -> None:
        """Forget all that are not among the rows that there are."""
        self.forget(self.known - {str(key) for key in keys})


def _not_its_fault(error: Exception) -> bool:
    return isinstance(error, SQLAlchemyError) and trouble_of(error) is not None


def words_of(error: Exception) -> str:
    """Why, for people; what only the log can tell is said to be there."""
    if isinstance(error, AnalyzerError):
        return "；".join(part for part in (error.message, error.advice) if part)
    if isinstance(error, OSError):
        return f"{error.strerror or type(error).__name__}（磁盘、文件夹权限或网络）；修好后会自动再试"
    return f"程序出错（{type(error).__name__}），细节在后台进程的日志里"


def set_aside(session: Session, most: int = 50) -> tuple[Sequence[SetAside], int]:
    """The last rows that are set aside, and how many there are."""
    rows = session.scalars(select(SetAside).order_by(SetAside.last_at.desc(), SetAside.key).limit(most)).all()
    return rows, len(rows) if len(rows) < most else session.scalar(select(func.count()).select_from(SetAside)) or 0


def retry_all(session: Session) -> int:
    """Have all rows tried at the next step; return how many."""
    tried = update(SetAside).where(SetAside.retry_at > now()).values(retry_at=now())
    return int(session.execute(tried).rowcount)  # type: ignore[attr-defined]  # of a CursorResult
