"""Slowing down who guesses passwords, without locking anybody out.

Failures are counted of an address, and of a name from that address; a browser that has logged in as somebody before is
known by a signed cookie, and its failures are counted for itself alone. So a stranger who guesses at a name makes only
himself wait: its owner, at his own browser or elsewhere, is not held up, and an account that does not exist is
throttled like one that does. An attempt is counted before it is tried, or a hundred at once would all pass.
"""

from __future__ import annotations

import contextlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from web.db import now
from web.kit import audit, chain, seal
from web.models import LoginThrottle

FREE_BY_NAME = 5  # failures without a wait
FREE_BY_ADDRESS = 60  # an office comes from one address, and types badly on a Monday
FIRST_WAIT = timedelta(seconds=30)  # doubled with each failure more
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN = timedelta(hours=1)  # after the last failure


@dataclass(frozen=True, slots=True)
class Guest:
    """Who tries: the name as typed, the address, and the browser's mark where it is known for that name."""

    name: str
    address: str
    browser: str = ""


@dataclass(frozen=True, slots=True)
class Counter:
    """What an attempt counts for; a success clears one that is `named`, and takes one failure from another."""

    key: str
    free: int
    named: bool


def of_password(session: Session, guest: Guest) -> tuple[Counter, ...]:
    """Return the counters of a name and a password."""
    if guest.browser:
        return (Counter(_key(session, "browser", guest.name.lower(), guest.browser), FREE_BY_NAME, True),)
    network = _network(guest.address)
    return (
        Counter(_key(session, "name", guest.name.lower(), network), FREE_BY_NAME, True),
        Counter(_key(session, "address", network), FREE_BY_ADDRESS, False),
    )


def of_address(session: Session, address: str) -> tuple[Counter, ...]:
    """Return the counter of an attempt that names nobody: one that comes back from the company's login."""
    return (Counter(_key(session, "company", _network(address)), FREE_BY_ADDRESS, False),)


def of_account(session: Session, what: str, user_id: int, browser: str) -> tuple[Counter, ...]:
    """Return the counter of what only somebody gets to who has the account's password or session already."""
    return (Counter(_key(session, what, str(user_id), browser), FREE_BY_NAME, True),)


def of_use(session: Session, what: str, user_id: int, free: int) -> tuple[Counter, ...]:
    """Return the counter of what an account takes out of the site."""
    return (Counter(_key(session, "use", what, str(user_id)), free, False),)


def admit(session: Session, counters: tuple[Counter, ...], user_id: int | None) -> int:
    """Count an attempt; return the seconds to wait, 0 where it may be tried. What waits is not counted."""
    moment = now()
    session.execute(delete(LoginThrottle).where(LoginThrottle.last_at < moment - FORGOTTEN))
    rows = [_row(session, c.key, user_id if c.named else None, moment) for c in counters]
    if wait := max(_left(row, moment) for row in rows):
        return wait
    for row, counter in zip(rows, counters, strict=True):
        row.failures, row.last_at = row.failures + 1, moment
        row.until = moment + _wait(row.failures - counter.free) if row.failures >= counter.free else None
        if row.failures == counter.free:
            audit.record(session, "throttled", "user", user_id or "", failures=row.failures)
    return 0


def succeeded(session: Session, counters: tuple[Counter, ...]) -> None:
    """Take the attempt back."""
    for counter in counters:
        row = session.get(LoginThrottle, counter.key)
        if row is None:
            continue
        row.failures = 0 if counter.named else max(0, row.failures - 1)
        if row.failures < counter.free:
            row.until = None
        if not row.failures:
            session.delete(row)


def forgive(session: Session, user_id: int) -> None:
    """Forget the failures of an account: its password was just given anew."""
    session.execute(delete(LoginThrottle).where(LoginThrottle.user_id == user_id))


def _network(address: str) -> str:
    """Return the address, of IPv6 its /64: whoever has one address of it has them all."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.IPv6Network((found, 64), strict=False))


def _key(session: Session, *parts: str) -> str:
    return seal.sealed(chain.seal_of(session.info).newest, "throttle", "\0".join(parts).encode()).hex()


def _row(session: Session, key: str, user_id: int | None, moment: datetime) -> LoginThrottle:
    row = session.get(LoginThrottle, key, with_for_update=True)
    if row is None:
        with contextlib.suppress(IntegrityError), session.begin_nested():  # another may be first: then its row counts
            session.add(LoginThrottle(key=key, user_id=user_id, failures=0, last_at=moment))
        row = session.get_one(LoginThrottle, key, with_for_update=True)
    return row


def _left(row: LoginThrottle, moment: datetime) -> int:
    if row.until is None or row.until <= moment:
        return 0
    return max(1, round((row.until - moment).total_seconds()))


def _wait(times: int) -> timedelta:
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << min(times, 10)))
