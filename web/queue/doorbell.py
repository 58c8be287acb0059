"""The doorbell: a broker wakes workers on other machines at once. It may be lost, because workers look for themselves.

Only where TINGJIAN_WEB_QUEUE_URL names Redis or PostgreSQL: on the default a look at the jobs table once a second costs
less than a bell. A message says nothing but "look": what is to be done stands in the database.
"""

from __future__ import annotations

import functools
import logging
from typing import Any

from flask import current_app

from web.config import SettingsError
from web.kit.site import Site, site

log = logging.getLogger(__name__)
NAME = "tingjian"
WAIT_S = 1  # how long `wait` listens: a wish to stop is seen between two
MESSAGE = b"look"


def ring(here: Site | None = None) -> None:
    """Wake the workers. Never raises: a bell that does not ring costs a second, a failed request costs trust."""
    try:
        if here is None:
            if current_app.testing:
                return
            here = site()
        if here.web.queue_url:
            store = broker(here.web.queue_url).storage
            if store.queue_size() == 0:  # one that nobody has taken yet will do
                store.enqueue(MESSAGE)
    except Exception:
        log.warning("the doorbell did not ring", exc_info=True)


def wait(url: str) -> bool:
    """Wait up to WAIT_S for a ring at the broker; return whether there was one. Raises what the broker raises."""
    return broker(url).storage.dequeue() is not None


@functools.lru_cache(maxsize=8)
def broker(url: str) -> Any:
    """The huey of a queue URL. Raises SettingsError for another kind of URL or a driver that is not installed."""
    import huey

    kind = url.split(":", 1)[0].split("+", 1)[0]
    try:
        if kind in ("redis", "rediss", "unix"):
            return huey.RedisHuey(NAME, url=url, results=False, blocking=True, read_timeout=WAIT_S)
        if kind == "postgresql":
            return huey.PostgresHuey(NAME, dsn=url, results=False, blocking=True, read_timeout=WAIT_S)
    except ImportError as error:
        raise SettingsError(
            "queue-driver", f"TINGJIAN_WEB_QUEUE_URL 需要的驱动没有安装：{error}", "请先安装"
        ) from error
    raise SettingsError("queue-url", f"TINGJIAN_WEB_QUEUE_URL 不认识：{url}", "留空，或 redis://…、postgresql://…")
