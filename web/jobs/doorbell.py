"""The doorbell: wakes the workers at once. It may be lost (RELIABILITY §7), because workers look every few seconds too.

huey carries it: its own SQLite file by default, `redis://…` or `postgresql://…` by TINGJIAN_WEB_QUEUE_URL. A message
says nothing but "look": what is to be done stands in the database.
"""

from __future__ import annotations

import functools
import logging
from typing import Any

from flask import current_app

from analyzer.errors import SettingsError
from web.site import Site, site

log = logging.getLogger(__name__)
NAME = "tingjian"
WAIT_S = 1.0  # for a locked file or a store that does not answer: a page must not hang on its doorbell


def ring(here: Site | None = None) -> None:
    """Wake the workers. Never raises: a bell that does not ring costs seconds, a failed request costs trust."""
    try:
        if here is None:
            if current_app.testing:
                return
            here = site()
        bell = huey_for(here.web.queue_url, (here.folder / "huey.db").as_posix())
        if bell.storage.queue_size() == 0:  # one that nobody has heard yet will do
            _task(bell)()
    except Exception:
        log.warning("the doorbell did not ring", exc_info=True)


def heard(here: Site) -> bool:
    """Take the rings that are waiting; return whether there were any. Raises what the store raises."""
    bell = huey_for(here.web.queue_url, (here.folder / "huey.db").as_posix())
    _task(bell)  # known by name, so that huey can read the message
    found = False
    while bell.dequeue() is not None:
        found = True
    return found


@functools.lru_cache(maxsize=8)
def huey_for(url: str, file: str) -> Any:
    """Return the huey of a queue URL; `file` is where SQLite keeps it. Raises SettingsError for another kind of URL."""
    import huey

    kind = url.split(":", 1)[0].split("+", 1)[0]
    if not url:
        return huey.SqliteHuey(NAME, filename=file, results=False, timeout=WAIT_S)
    try:
        if kind in ("redis", "rediss", "unix"):
            return huey.RedisHuey(NAME, url=url, results=False, blocking=False)
        if kind == "postgresql":
            return huey.PostgresHuey(NAME, dsn=url, results=False, blocking=False)
    except ImportError as error:
        raise SettingsError(
            "queue-driver", f"TINGJIAN_WEB_QUEUE_URL 需要的驱动没有安装：{error}", "请先安装"
        ) from error
    raise SettingsError("queue-url", f"TINGJIAN_WEB_QUEUE_URL 不认识：{url}", "留空，或 redis://…、postgresql://…")


@functools.lru_cache(maxsize=8)
def _task(bell: Any) -> Any:
    return bell.task(name="look")(_look)


def _look() -> None:
    """Say that there is work: the message itself is all."""
