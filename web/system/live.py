"""The part of the system page that changes while one looks: workers, queue, failures, backup, the doctor's last look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.backups import nightly
from web.backups.nightly import LastBackup
from web.jobs import board
from web.kit import aside
from web.kit.login import Viewer
from web.kit.site import Site
from web.maintenance import checkup
from web.maintenance.checkup import Checkup
from web.maintenance.doctor import LATE
from web.models import Job, JobKind, JobState, Recording, SiteValue
from web.queue import presence
from web.watch import work

VALUES = (presence.NAME, nightly.NAME, nightly.ASKED, checkup.NAME)


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is at: `fraction` of it is done."""

    kind: JobKind
    recording_id: int
    name: str
    stage: str
    fraction: float
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker of the last day; `alive` when it has been seen lately."""

    name: str
    seen_at: datetime
    alive: bool
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Live:
    """`oldest_at`: since when the oldest job waits; `aside`: what batch steps of the worker could not do."""

    at: datetime
    workers: tuple[Worker, ...]
    lines: tuple[work.Line, ...]
    failures: tuple[board.Failures, ...]
    aside: int
    backup: LastBackup
    backup_asked_at: datetime | None
    checkup: Checkup

    @property
    def alive(self) -> int:
        return sum(worker.alive for worker in self.workers)

    @property
    def waiting(self) -> int:
        return self._count(JobState.QUEUED)

    @property
    def running(self) -> int:
        return self._count(JobState.RUNNING)

    @property
    def failed(self) -> int:
        return sum(one.count for one in self.failures)

    @property
    def oldest_at(self) -> datetime | None:
        since = [line.since for line in self.lines if line.state is JobState.QUEUED and line.since is not None]
        return min(since, default=None)

    @property
    def backup_is_late(self) -> bool:
        return self.backup.done_at is None or self.at - self.backup.done_at > LATE

    def _count(self, state: JobState) -> int:
        return sum(line.count for line in self.lines if line.state is state)


def live(session: Session, viewer: Viewer, here: Site, at: datetime) -> Live:
    """How things stand at `at`."""
    rows = session.execute(select(SiteValue.name, SiteValue.value).where(SiteValue.name.in_(VALUES)))
    kept: dict[str, Any] = dict(rows.all())
    asked_at = kept.get(nightly.ASKED)
    return Live(
        at,
        _workers(session, presence.signs_of(kept.get(presence.NAME)), at),
        work.lines(session),
        board.failures(session, viewer),
        aside.set_aside(session, 1)[1],
        nightly.told_by(kept.get(nightly.NAME)),
        asked_at and datetime.fromisoformat(asked_at),
        checkup.told_by(kept.get(checkup.NAME)),
    )


def _workers(session: Session, seen: dict[str, datetime], at: datetime) -> tuple[Worker, ...]:
    tasks: dict[str, list[Task]] = {}
    running = session.execute(
        select(Job.worker, Job.kind, Job.recording_id, Recording.original_name, Job.stage, Job.fraction, Job.started_at)
        .join(Recording, Recording.id == Job.recording_id)
        .where(Job.state == JobState.RUNNING)
        .order_by(Job.id)
    )
    for post, kind, recording_id, name, stage, fraction, since in running:
        worker = post.rpartition(":")[0]  # a post's name is its worker's and its kind
        tasks.setdefault(worker, []).append(Task(kind, recording_id, name, stage, fraction, since))
    alive = set(presence.living(seen, at))
    return tuple(
        Worker(name, seen[name], name in alive, tuple(tasks.get(name, ())))
        for name in sorted(seen, key=lambda n: (n not in alive, n))
    )
