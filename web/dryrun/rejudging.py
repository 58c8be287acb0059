"""Judging again after a publication: what was recorded since it took effect, but nothing that is signed or in a published month.

A recording is judged by what is in effect for its day, so what is outdated is told by digests alone: the day's, and that
of the standard that judged it last. Jobs are queued little by little (`step`), each in the background: whoever waits in
front of a page goes first, and earlier analyses stay.
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session

from web import queue
from web.db import now
from web.dryrun.material import frozen_months, kept
from web.dryrun.tally import FROZEN, SIGNED
from web.kit import audit
from web.kit.lexicons import lexicons_on
from web.kit.refusals import GoneError, InvalidError
from web.kit.site import Site
from web.kit.standards import standards
from web.models import (
    Analysis,
    Job,
    JobKind,
    JobState,
    Recording,
    RecordingState,
    ReviewState,
    RunState,
    StandardRejudging,
    StandardVersion,
)

CAUSE = "标准有新版本，重新判分"
PIECE = 500  # recordings looked at by one query
AT_ONCE = 100  # jobs of it that wait at a time: the queue stays short and everything else gets in


@dataclass(frozen=True, slots=True)
class Outdated:
    """How many recordings since a day are judged by another text than that of their day; the last two stay so."""

    movable: int = 0
    signed: int = 0
    frozen: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far judging again is. `waiting`: queued and not judged yet; `failed`: could not be judged, see the queue."""

    row: StandardRejudging
    waiting: int
    failed: int


def outdated(session: Session, site: Site, version: StandardVersion) -> Outdated:
    """What a version leaves to be judged again. Reads standards: ask with a reading session."""
    counts = {"": 0, SIGNED: 0, FROZEN: 0}
    frozen = frozen_months(session)
    groups = session.execute(
        select(
            Recording.recorded_on,
            Recording.standard_id,
            Analysis.standard_digest,
            Recording.review_state,
            func.count(),
        )
        .join(Analysis, Analysis.id == Recording.analysis_id)
        .where(_since(version.effective_from))
        .group_by(Recording.recorded_on, Recording.standard_id, Analysis.standard_digest, Recording.review_state)
    ).all()
    digests = _Digests(session, site)
    for day, standard_id, digest, review, count in groups:
        if digests.of(day, standard_id) not in (None, digest):
            month = FROZEN if f"{day:%Y-%m}" in frozen else ""
            counts[SIGNED if review is ReviewState.SIGNED else month] += count
    return Outdated(counts[""], counts[SIGNED], counts[FROZEN])


def begin(session: Session, version_id: int, seen: Outdated, by_id: int | None) -> StandardRejudging:
    """Have what is outdated judged again. `seen`: what the page told. Raises GoneError, InvalidError."""
    version = session.get(StandardVersion, version_id)
    if version is None:
        raise GoneError
    if running(session) is not None:
        raise InvalidError("已经在重新判分，请等它结束")
    if not seen.movable:
        raise InvalidError("没有需要重新判分的录音")
    row = StandardRejudging(
        version_id=version_id, total=seen.movable, signed=seen.signed, frozen=seen.frozen, by_id=by_id
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        "rejudging-begun",
        "standard",
        version.standard_id,
        version=version.version,
        effective_from=version.effective_from.isoformat(),
        recordings=seen.movable,
        signed=seen.signed,
        frozen=seen.frozen,
    )
    return row


def stop(session: Session, row_id: int) -> bool:
    """Queue no more; what is queued is still judged. False where it has ended."""
    row = session.get(StandardRejudging, row_id)
    if row is None:
        raise GoneError
    if row.state is not RunState.RUNNING:
        return False
    _end(session, row, RunState.STOPPED)
    return True


def running(session: Session) -> StandardRejudging | None:
    """The one that is going on."""
    return session.scalar(select(StandardRejudging).where(StandardRejudging.state == RunState.RUNNING))


def progress(session: Session, version_id: int) -> Progress | None:
    """The last judging again for a version; None where nobody asked for it."""
    row = session.scalar(
        select(StandardRejudging)
        .where(StandardRejudging.version_id == version_id)
        .order_by(StandardRejudging.id.desc())
        .limit(1)
    )
    if row is None:
        return None
    states: Mapping[JobState, int] = dict(
        session.execute(
            select(Job.state, func.count()).where(Job.cause == CAUSE, Job.created_at >= row.at).group_by(Job.state)
        ).all()
    )
    waiting = states.get(JobState.QUEUED, 0) + states.get(JobState.RUNNING, 0)
    return Progress(row, waiting, states.get(JobState.FAILED, 0) + states.get(JobState.SET_ASIDE, 0))


def step(site: Site) -> None:
    """Queue the next recordings, as many as AT_ONCE leaves room for; at the end say so. A chore of the worker."""
    with site.db.reading() as session:
        row = running(session)
        if row is None:
            return
        waiting = select(func.count()).where(
            Job.cause == CAUSE, Job.kind == JobKind.SCORE, Job.state.in_((JobState.QUEUED, JobState.RUNNING))
        )
        room = AT_ONCE - (session.scalar(waiting) or 0)
        if room <= 0:
            return
        version = session.get_one(StandardVersion, row.version_id)
        digests = _Digests(session, site)
        next_ids, last_id = [], row.last_id
        for recording_id, day, standard_id, digest in _after(session, version.effective_from, row.last_id):
            last_id = recording_id
            if digests.of(day, standard_id) not in (None, digest):
                next_ids.append(recording_id)
            if len(next_ids) == room:
                break
        else:
            last_id = -1
    with site.db.writing() as session:
        _queue(session, row.id, next_ids, last_id)


def _queue(session: Session, row_id: int, ids: list[int], last_id: int) -> None:
    row = session.get_one(StandardRejudging, row_id)
    if row.state is not RunState.RUNNING:  # stopped meanwhile
        return
    frozen = frozen_months(session)
    for recording_id in ids:
        recording = session.get_one(Recording, recording_id)
        if recording.deleted_at is None and recording.words_erased_at is None and not kept(recording, frozen):
            queue.enqueue(session, recording_id, JobKind.SCORE, CAUSE, row.by_id, queue.IN_THE_BACKGROUND)
            row.queued += 1
    if last_id < 0:
        _end(session, row, RunState.DONE)
    else:
        row.last_id = last_id


def _end(session: Session, row: StandardRejudging, state: RunState) -> None:
    row.state, row.finished_at = state, now()
    standard_id = session.get_one(StandardVersion, row.version_id).standard_id
    audit.record(
        session,
        "rejudging-ended",
        "standard",
        standard_id,
        queued=row.queued,
        recordings=row.total,
        state=state.value,
    )


def _since(day: dt.date) -> ColumnElement[bool]:
    return and_(
        Recording.recorded_on >= day,
        Recording.state == RecordingState.JUDGED,
        Recording.deleted_at.is_(None),
        Recording.words_erased_at.is_(None),
    )


def _after(session: Session, day: dt.date, last_id: int) -> Iterator[tuple[int, dt.date, str, str]]:
    chosen: Select[int, dt.date, str | None, str] = (
        select(Recording.id, Recording.recorded_on, Recording.standard_id, Analysis.standard_digest)
        .join(Analysis, Analysis.id == Recording.analysis_id)
        .where(
            _since(day),
            Recording.review_state != ReviewState.SIGNED,
            ~exists().where(Job.recording_id == Recording.id, Job.state.in_((JobState.QUEUED, JobState.RUNNING))),
        )
        .order_by(Recording.id)
    )
    while rows := session.execute(chosen.where(Recording.id > last_id).limit(PIECE)).all():
        for last_id, recorded_on, standard_id, digest in rows:
            if standard_id is not None:
                yield last_id, recorded_on, standard_id, digest


class _Digests:
    """The digests of standards by day; between two days on which something takes effect they are the same."""

    def __init__(self, session: Session, site: Site) -> None:
        self._session, self._site = session, site
        self._turns = sorted(set(session.scalars(select(StandardVersion.effective_from))))
        self._known: dict[int, dict[str, str]] = {}

    def of(self, day: dt.date, standard_id: str | None) -> str | None:
        """None where the standard is not in effect on that day: then nothing can be judged again."""
        span = bisect.bisect_right(self._turns, day)
        if span not in self._known:
            folder = lexicons_on(self._session, self._site.settings, day)
            self._known[span] = {s.id: s.digest for s in standards(folder)}
        return self._known[span].get(standard_id or "")
