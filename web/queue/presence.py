"""Which workers are there: each leaves a sign of life, whether it has work or not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from web.models import SiteValue

NAME = "workers"
SIGN_S = 15.0  # how often a worker leaves its sign
SILENT = timedelta(seconds=90)  # after which it counts as gone: some signs may come late
FORGOTTEN = timedelta(days=1)


def sign(session: Session, worker: str, now: datetime) -> None:
    """Note that a worker lives; those long gone are forgotten."""
    others = {name: at for name, at in seen(session).items() if now - at < FORGOTTEN}
    signs = {name: at.isoformat() for name, at in (others | {worker: now}).items()}
    session.merge(SiteValue(name=NAME, value=signs))


def leave(session: Session, worker: str) -> None:
    """Note that a worker ends as it should."""
    signs = {name: at.isoformat() for name, at in seen(session).items() if name != worker}
    session.merge(SiteValue(name=NAME, value=signs))


def alive(session: Session, now: datetime) -> list[str]:
    """The workers that have been seen lately."""
    return living(seen(session), now)


def living(signs: Mapping[str, datetime], now: datetime) -> list[str]:
    """Those of the signs that are fresh."""
    return sorted(name for name, at in signs.items() if now - at < SILENT)


def seen(session: Session) -> dict[str, datetime]:
    """When each worker of the last day was seen last."""
    row = session.get(SiteValue, NAME)
    return signs_of(None if row is None else row.value)


def signs_of(value: dict[str, str] | None) -> dict[str, datetime]:
    """What the kept value says."""
    return {name: datetime.fromisoformat(at) for name, at in (value or {}).items()}
