"""The doorbell: a broker wakes workers on other machines at once. It may be lost, because workers look for themselves.

Only where TINGJIAN_WEB_QUEUE_URL names Redis or PostgreSQL: on the default a look at the jobs table once a second costs
less than a bell. A message says nothing but "look": what is to be done stands in the database.
"""

from __future__ import annotations

import functools
import importlib
import logging
from typing import Any

from flask import current_app

from web.config import SettingsError
from web.kit.site import Site, site

log = logging.getLogger(__name__)
NAME = "tingjian"
WAIT_S = 1  # how long `wait` listens: a wish to stop is seen between two
MESSAGE = b"look"
DRIVERS = {"redis": "redis", "rediss": "redis", "unix": "redis", "postgresql": "psycopg"}
# a broker that keeps silent must not keep a request waiting; `wait` listens for WAIT_S
REDIS = {"socket_connect_timeout": 2, "socket_timeout": WAIT_S + 2, "health_check_interval": 30}
POSTGRES = {"connect_timeout": 2, "keepalives_idle": 30}


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


def check(url: str) -> None:
    """Raise SettingsError for a queue URL of another kind, or one whose driver is not installed; "" is none."""
    if not url:
        return
    kind = _kind(url)
    if kind not in DRIVERS:
        raise SettingsError("queue-url", f"TINGJIAN_WEB_QUEUE_URL 不认识：{url}", "留空，或 redis://…、postgresql://…")
    try:
        importlib.import_module(DRIVERS[kind])
    except ImportError as error:
        raise SettingsError(
            "queue-driver",
            f"TINGJIAN_WEB_QUEUE_URL 需要的驱动没有安装：{error}",
            "请运行 .venv/bin/python -m pip install -r requirements-scale.txt",
        ) from error


@functools.lru_cache(maxsize=8)
def broker(url: str) -> Any:
    """The huey of a queue URL. Raises SettingsError as `check` does."""
    import huey

    check(url)
    if DRIVERS[_kind(url)] == "psycopg":
        return huey.PostgresHuey(NAME, dsn=url, results=False, blocking=True, read_timeout=WAIT_S, **POSTGRES)
    import redis

    pool = redis.ConnectionPool.from_url(url, **REDIS)
    return huey.RedisHuey(NAME, connection_pool=pool, results=False, blocking=True, read_timeout=WAIT_S)


def _kind(url: str) -> str:
    return url.split(":", 1)[0].split("+", 1)[0]
