"""The doctor's last look, kept: what it found and when. The worker has it look once a day, and when somebody asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from web.db import now
from web.kit.site import Site
from web.maintenance.doctor import examine
from web.maintenance.finding import Finding
from web.models import SiteValue

NAME = "doctor"
EVERY = timedelta(days=1)
FIRST = timedelta(minutes=10)  # after a site's first start: its first recordings go before
LOST = timedelta(hours=1)  # after which one that was begun counts as broken off
MOST = 40  # findings that are kept


@dataclass(frozen=True, slots=True)
class Checkup:
    """`at`: when the doctor last looked; `due_at`: when he looks next; `asked`: somebody waits for it."""

    at: datetime | None = None
    findings: tuple[Finding, ...] = ()
    due_at: datetime | None = None
    asked: bool = False

    @property
    def troubles(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.level != "ok")

    def of(self, name: str) -> tuple[Finding, ...]:
        """The findings of one check."""
        return tuple(one for one in self.findings if one.name == name)


def last(session: Session) -> Checkup:
    """What stands about the last look."""
    row = session.get(SiteValue, NAME)
    return told_by(None if row is None else row.value)


def told_by(told: dict[str, Any] | None) -> Checkup:
    """What the kept value says."""
    if told is None:
        return Checkup()
    findings = tuple(Finding(**one) for one in told["findings"])
    return Checkup(_moment(told["at"]), findings, _moment(told["due_at"]), told["asked"])


def ask(session: Session, at: datetime) -> None:
    """Have a worker do it as soon as it looks."""
    known = last(session)
    _put(session, Checkup(known.at, known.findings, at, asked=True))


def claim(here: Site, at: datetime) -> bool:
    """Take the look that is due upon oneself: True for one worker only."""
    with here.db.reading() as session:
        known = last(session)
    if known.due_at is not None and known.due_at > at:
        return False
    with here.db.writing() as session:
        known = last(session)
        if known.due_at is None:
            _put(session, Checkup(due_at=at + FIRST))
            return False
        if known.due_at > at:
            return False
        _put(session, Checkup(known.at, known.findings, at + LOST, known.asked))
    return True


def make(here: Site) -> None:
    """Look, and keep what was found."""
    keep(here, tuple(examine(here)))


def keep(here: Site, findings: Iterable[Finding]) -> None:
    """Keep what the doctor found just now."""
    at = now()
    with here.db.writing() as session:
        _put(session, Checkup(at, tuple(findings)[:MOST], at + EVERY))


def _put(session: Session, told: Checkup) -> None:
    value = {
        "at": told.at and told.at.isoformat(),
        "findings": [asdict(one) for one in told.findings],
        "due_at": told.due_at and told.due_at.isoformat(),
        "asked": told.asked,
    }
    session.merge(SiteValue(name=NAME, value=value))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
