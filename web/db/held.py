"""How long a transaction has held the write lock: all others wait meanwhile, so that a long one is told with its place."""

from __future__ import annotations

import logging
import time
import traceback
from pathlib import Path

from sqlalchemy import Connection, Engine, event

log = logging.getLogger(__name__)
LONG_S = 2.0  # of 15 that a writer waits for another
_SINCE = "tingjian_write_since"
_NOT_THE_PLACE = (
    f"{Path(__file__).parent}/",
    "/site-packages/",
    "/contextlib.py",
    "<",
)  # "<": what SQLAlchemy makes itself


def tell_long(engine: Engine) -> None:
    """Log a warning for each writing transaction of `engine` that took over `LONG_S` from the lock to its end.

    Call it after what takes the lock has been registered.
    """
    event.listen(engine, "begin", _begun)
    event.listen(engine, "commit", _ended)
    event.listen(engine, "rollback", _ended)


def _begun(connection: Connection) -> None:
    if connection.get_execution_options().get("tingjian_write", False):
        connection.info[_SINCE] = time.monotonic()


def _ended(connection: Connection) -> None:
    if connection.invalidated:  # the server took it, and the lock with it
        return
    since = connection.info.pop(_SINCE, None)
    if since is not None and (held_s := time.monotonic() - since) > LONG_S:
        log.warning("the write lock was held for %.1f s at %s", held_s, _place())


def _place() -> str:
    """The line of our code that wrote: the innermost that is none of the database's own."""
    frames = (f for f in reversed(traceback.extract_stack()) if not any(part in f.filename for part in _NOT_THE_PLACE))
    frame = next(frames, None)
    return "?" if frame is None else f"{frame.filename}:{frame.lineno} ({frame.name})"
