"""The figures for Prometheus, computed from the database at each scrape.

The site runs in several processes and workers on several machines: what each counted for itself would have to be put
together again, while the database has it all. So nothing is counted here; "24h" figures are of what ended since then.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.backups import nightly
from web.db import now
from web.kit.site import Site
from web.models import Job, JobKind, JobState, Recording
from web.queue import presence
from web.watch import work

WINDOW = timedelta(hours=24)


def exposition(here: Site) -> bytes:
    """The text that Prometheus reads."""
    registry = CollectorRegistry()
    registry.register(_Figures(here))
    return generate_latest(registry)


class _Figures(Collector):
    def __init__(self, here: Site) -> None:
        self._here = here

    def collect(self) -> Iterator[GaugeMetricFamily]:
        at = now()
        with self._here.db.reading() as session:
            yield from _waiting(session, at)
            yield from _ended(session, at - WINDOW)
            yield from _hearing(session, at - WINDOW)
            workers = len(presence.alive(session, at))
            backed_up = nightly.last(session).done_at
        yield GaugeMetricFamily("tingjian_workers", "Workers seen in the last 90 seconds.", value=workers)
        if backed_up is not None:
            age_s = (at - backed_up).total_seconds()
            yield GaugeMetricFamily("tingjian_backup_age_seconds", "Since the last good backup.", value=age_s)
        free = shutil.disk_usage(self._here.folder).free
        yield GaugeMetricFamily("tingjian_disk_free_bytes", "Free on the disk of TINGJIAN_HOME.", value=free)


def _waiting(session: Session, at: datetime) -> Iterator[GaugeMetricFamily]:
    jobs = GaugeMetricFamily("tingjian_jobs", "Jobs queued and running.", labels=("kind", "state"))
    oldest = GaugeMetricFamily(
        "tingjian_jobs_oldest_queued_seconds", "How long the oldest queued job has waited.", labels=("kind",)
    )
    for line in work.lines(session):
        jobs.add_metric((line.kind.value, line.state.value), line.count)
        if line.state is JobState.QUEUED:
            oldest.add_metric((line.kind.value,), 0.0 if line.since is None else (at - line.since).total_seconds())
    yield jobs
    yield oldest


def _ended(session: Session, since: datetime) -> Iterator[GaugeMetricFamily]:
    jobs = GaugeMetricFamily("tingjian_jobs_ended_24h", "Jobs that ended in 24 hours.", labels=("kind", "state"))
    failures = GaugeMetricFamily("tingjian_jobs_failed_24h", "Of them, failures by code.", labels=("code",))
    found = session.execute(
        select(Job.kind, Job.state, Job.error_code, func.count())
        .where(Job.finished_at >= since)
        .group_by(Job.kind, Job.state, Job.error_code)
    ).all()
    states: dict[tuple[str, str], int] = {}
    codes: dict[str, int] = {}
    for kind, state, code, count in found:
        states[kind.value, state.value] = states.get((kind.value, state.value), 0) + count
        if state in (JobState.FAILED, JobState.SET_ASIDE):
            codes[code or "unknown"] = codes.get(code or "unknown", 0) + count
    for labels, count in states.items():
        jobs.add_metric(labels, count)
    for code, count in codes.items():
        failures.add_metric((code,), count)
    yield jobs
    yield failures


def _hearing(session: Session, since: datetime) -> Iterator[GaugeMetricFamily]:
    audio_s = work_s = 0.0
    by_stage: dict[str, float] = {}
    heard = session.execute(
        select(Recording.duration_s, Job.started_at, Job.finished_at, Job.stage_s)
        .join(Recording, Recording.id == Job.recording_id)
        .where(Job.finished_at >= since, Job.kind == JobKind.HEAR, Job.state == JobState.DONE)
    )
    for duration_s, started, finished, stages in heard.yield_per(1000):
        if duration_s is None or started is None or finished is None:
            continue
        audio_s += duration_s
        work_s += (finished - started).total_seconds()
        for stage, spent_s in (stages or {}).items():
            by_stage[stage] = by_stage.get(stage, 0.0) + spent_s
    yield GaugeMetricFamily("tingjian_heard_audio_seconds_24h", "Audio heard in 24 hours.", value=audio_s)
    yield GaugeMetricFamily("tingjian_hearing_work_seconds_24h", "Time that hearing it took.", value=work_s)
    if work_s > 0:
        factor = audio_s / work_s
        yield GaugeMetricFamily("tingjian_times_real_time_24h", "Audio heard, in times of its length.", value=factor)
    stages_s = GaugeMetricFamily("tingjian_stage_seconds_24h", "Of that time, by stage.", labels=("stage",))
    for stage, spent_s in sorted(by_stage.items()):
        stages_s.add_metric((stage,), round(spent_s, 3))
    yield stages_s
