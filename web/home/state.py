"""The state of the site in a line, for its administrator."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.backups import nightly
from web.models import Job, JobState, Technician, User
from web.queue import presence


@dataclass(frozen=True, slots=True)
class SiteState:
    """`backup_at`: of the last good nightly backup; `backup_failed`: the one after it did not succeed."""

    workers: int
    queued: int
    running: int
    technicians: int
    users: int
    backup_at: dt.datetime | None
    backup_failed: bool


def site_state(session: Session, now: dt.datetime) -> SiteState:
    """Three queries."""
    backup = nightly.last(session)
    numbers = session.execute(
        select(
            select(func.count()).select_from(Job).where(Job.state == JobState.QUEUED).scalar_subquery(),
            select(func.count()).select_from(Job).where(Job.state == JobState.RUNNING).scalar_subquery(),
            select(func.count()).select_from(Technician).where(Technician.active).scalar_subquery(),
            select(func.count()).select_from(User).where(User.active).scalar_subquery(),
        )
    ).one()
    return SiteState(len(presence.alive(session, now)), *numbers, backup.done_at, backup.state == "failed")
