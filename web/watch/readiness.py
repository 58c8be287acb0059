"""Whether the site can do its work now."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from web.db import now
from web.kit.site import Site
from web.migrations import is_current
from web.queue import presence


def readiness(here: Site) -> dict[str, bool]:
    """database: it answers and is of this version; disk: there is room for uploads; worker: one has been seen lately."""
    return {name: _holds(check, here) for name, check in _CHECKS.items()}


def _holds(check: Callable[[Site], bool], here: Site) -> bool:
    try:
        return check(here)
    except (OSError, SQLAlchemyError):
        return False


def _database(here: Site) -> bool:
    return is_current(here.db)


def _disk(here: Site) -> bool:
    return shutil.disk_usage(here.folder).free >= here.web.min_free_bytes


def _worker(here: Site) -> bool:
    with here.db.reading() as session:
        return bool(presence.alive(session, now()))


_CHECKS: dict[str, Callable[[Site], bool]] = {"database": _database, "disk": _disk, "worker": _worker}
