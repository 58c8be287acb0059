"""Answers kept in memory while no summary has changed: a page asked for again reads and adds up nothing.

Whoever writes summaries changes their stamp in the same transaction (`changed`), and a reader sees stamp and summaries in
one transaction, so that an old answer never stands beside a new stamp. Without a stamp nothing is kept. Each process
keeps its own.
"""

from __future__ import annotations

import functools
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from web.models import SiteValue

NAME = "summaries"  # the site value that holds the stamp
MOST = 64  # answers: the widest, a year of 100,000 recordings by technician and clause, takes about a megabyte
P = ParamSpec("P")
T = TypeVar("T")

_kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
_lock = threading.Lock()


def changed(session: Session) -> None:
    """Call it in the transaction that writes summaries."""
    session.merge(SiteValue(name=NAME, value=uuid.uuid4().hex))


def remembered(read: Callable[Concatenate[Session, P], T]) -> Callable[Concatenate[Session, P], T]:
    """For a function of the stored summaries and of hashable arguments alone."""

    @functools.wraps(read)
    def answer(session: Session, /, *args: P.args, **options: P.kwargs) -> T:
        stamp = _stamp(session)
        if stamp is None:
            return read(session, *args, **options)
        key = (stamp, read.__module__, read.__qualname__, args, tuple(sorted(options.items())))
        with _lock:
            if key in _kept:
                _kept.move_to_end(key)
                earlier: T = _kept[key]
                return _copy(earlier)
        value = read(session, *args, **options)
        with _lock:
            _kept[key] = value
            while len(_kept) > MOST:
                _kept.popitem(last=False)
        return _copy(value)

    return answer


def _stamp(session: Session) -> str | None:
    if NAME not in session.info:
        session.info[NAME] = session.scalar(select(SiteValue.value).where(SiteValue.name == NAME))
    stamp: str | None = session.info[NAME]
    return stamp


def _copy(value: T) -> T:
    """What the caller may change: pandas copies a frame's columns when they are written to, not before."""
    own: Any = value
    if isinstance(own, pd.DataFrame):
        own = own.copy(deep=False)
    elif isinstance(own, dict):
        own = dict(own)
    copied: T = own
    return copied
