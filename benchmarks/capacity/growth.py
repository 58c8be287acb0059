"""What an archive costs as it grows: bytes, summaries, pages, judging again, the nightly backup.

Pages are asked for in this process, one at a time: processor seconds do not depend on who else uses the machine (on PostgreSQL
they are those of the site without the server's). `wall` asks them over HTTP as `benchmarks pages` does.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from sqlalchemy import select, text

from analyzer.settings import Settings
from benchmarks.capacity.copies import BLOCK, BLOCKS_A_YEAR, grow
from benchmarks.kit.machine import cpu_s, say
from benchmarks.pages.command import SECRET_KEY, counted, pages, signed_in
from benchmarks.pages.fill import TECHNICIANS
from web import create_app
from web.backups.backup import backup
from web.config import WebSettings
from web.kit.site import Site, site_of
from web.migrations import upgrade
from web.models import Analysis, AnalysisDocument, ItemPeriod, Recording, ScorePeriod
from web.summaries import keep, words
from web.worker import engine

LOOKED_AT = 4 * 1024**3  # bytes up to which every page of the file is looked at for what it belongs to
SLOW_MS = 1000.0  # pages beyond it are asked for once
_SKIPPED = ("/uploads", "/appeals", "/due", "/hooks", "/admin/users", "page=50", "when=", "queue=mine", "queue=second")


@dataclass(frozen=True, slots=True)
class Page:
    who: str
    path: str
    queries: int
    cpu_ms: float
    wall_ms: float


@dataclass(slots=True)
class Size:
    """One size of the archive. Seconds are of the wall where they do not end with `cpu_s`; None: not measured."""

    recordings: int
    database: str
    date: str
    load: float
    fill_s: float = 0.0
    bytes: int = 0
    tables: dict[str, int] = field(default_factory=dict)
    summaries_s: float | None = None
    summaries_cpu_s: float | None = None
    summaries_of: int = 0  # recordings whose summaries were computed; the other companies' rows are copies
    refresh_cpu_ms: float | None = None  # one technician's day made stale
    rejudge_cpu_ms: float | None = None
    backup_s: float | None = None
    backup_cpu_s: float | None = None
    backup_bytes: int = 0
    pages: list[Page] = field(default_factory=list)


def opened(home: Path, database_url: str = "") -> Flask:
    (home / "web").mkdir(parents=True, exist_ok=True)
    settings, web = Settings(home=home), WebSettings(database_url=database_url)
    upgrade(web.database(settings.home))
    return create_app({"TESTING": True, "WTF_CSRF_ENABLED": False, "SECRET_KEY": SECRET_KEY}, settings, web)


def measure(app: Flask, size: Size, rounds: int, folder: Path) -> Size:
    """Grow the archive to `size.recordings` and fill in what it costs."""
    here = site_of(app)
    size.fill_s = grow(here, size.recordings)
    say(f"{size.recordings:,} recordings: filled in {size.fill_s:.0f} s")
    _summaries(here, size)
    say(f"summaries of {size.summaries_of:,}: {size.summaries_cpu_s:.0f} s of processor")
    size.bytes, size.tables = _bytes(here)
    size.pages = [page for who, path in chosen(app) if (page := _asked(app, who, path, rounds))]
    size.rejudge_cpu_ms = rejudged(here, 30)
    say("pages done")
    _backup(here, size, folder)
    return size


def chosen(app: Flask) -> list[tuple[str, str]]:
    """The pages of `benchmarks pages` that read the archive."""
    return [(who, path) for who, path in pages(app) if not any(part in path for part in _SKIPPED)]


def _summaries(here: Site, size: Size) -> None:
    """Compute all, or those of the first company, whose rows the others get: they are its copies."""
    companies = max(1, size.recordings // (BLOCK * BLOCKS_A_YEAR))
    began, began_cpu = time.perf_counter(), cpu_s()
    if companies == 1:
        keep.rebuild(here.db)
    else:
        for technician_id in range(1, TECHNICIANS + 1):
            keep._rebuilt(here.db, technician_id)  # what `rebuild` does for each
        with here.db.writing() as session:
            for model in (ScorePeriod, ItemPeriod):
                table = model.__tablename__
                names = [column.name for column in model.__table__.columns]
                columns = ", ".join(f'"{name}"' for name in names)
                session.execute(text(f"DELETE FROM {table} WHERE technician_id > {TECHNICIANS}"))  # noqa: S608
                for company in range(1, companies):
                    by = company * TECHNICIANS
                    values = ", ".join(f'"{n}"' + (f" + {by}" if n == "technician_id" else "") for n in names)
                    copied = f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE technician_id <= {TECHNICIANS}"  # noqa: S608
                    session.execute(text(copied))
        words.rebuild(here.db)
    size.summaries_s, size.summaries_cpu_s = time.perf_counter() - began, cpu_s() - began_cpu
    size.summaries_of = size.recordings // companies
    with here.db.reading() as session:
        day = session.scalar(select(Recording.recorded_on).where(Recording.technician_id == 7).limit(1))
    began_cpu = cpu_s()
    for _ in range(3):
        keep._refresh(here.db, 7, {day: "bench"} if day else {})
    size.refresh_cpu_ms = 1000 * (cpu_s() - began_cpu) / 3


def _asked(app: Flask, who: str, path: str, rounds: int) -> Page | None:
    client = app.test_client()
    with client.session_transaction() as stored:
        stored.update(signed_in(app, who))
    began_s = time.perf_counter()
    response = client.get(path)  # what a process remembers is read once
    response.close()
    if response.status_code != 200:
        say(f"{path}: {response.status_code}")
        return None
    first_ms = 1000 * (time.perf_counter() - began_s)
    spent, walls, asked = [], [], 0
    for _ in range(1 if first_ms > SLOW_MS else rounds):
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        with counted(app) as queries:
            client.get(path).close()
        asked = queries[0]
        walls.append(1000 * (time.perf_counter() - began_s))
        spent.append(1000 * (time.process_time() - began_cpu_s))
    return Page(who, path, asked, statistics.median(spent), statistics.median(walls))


def rejudged(here: Site, sample: int) -> float:
    """Processor milliseconds of reading a stored analysis and judging it again; the mean over a sample of the newest."""
    with here.db.reading() as session:
        wanted = select(Analysis.id, Analysis.standard_id).order_by(Analysis.id.desc()).limit(sample)
        ids = session.execute(wanted).all()
    by = {name: engine.rejudging(name, here.settings) for name in {row.standard_id for row in ids}}
    spent: list[float] = []
    for again in range(2):  # the first is warm-up: tables of the standard are made once a process
        for row in ids:
            began_s = time.process_time()
            _judge(here, row.id, by[row.standard_id])
            if again:
                spent.append(time.process_time() - began_s)
    return 1000 * statistics.mean(spent)


def _judge(here: Site, analysis_id: int, by: engine.Rejudging) -> None:
    with here.db.reading() as session:
        body = session.scalar(select(AnalysisDocument.body).where(AnalysisDocument.analysis_id == analysis_id))
    engine.judgement(by, engine.hearing_from_dict(body or {}, "bench"), {})


def _bytes(here: Site) -> tuple[int, dict[str, int]]:
    """Of the whole database, and of its largest tables and indexes."""
    with here.db.reading() as session:
        if not here.db.is_sqlite:
            whole = session.scalar(text("SELECT pg_database_size(current_database())")) or 0
            rows = session.execute(
                text(
                    "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r'"
                    " AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC LIMIT 8"
                )
            ).all()
            return int(whole), {name: int(size) for name, size in rows}
    with contextlib.closing(sqlite3.connect(str(here.db.engine.url.database))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        whole = sum(p.stat().st_size for p in Path(str(here.db.engine.url.database)).parent.glob("tingjian.db*"))
        parts = connection.execute(
            "SELECT coalesce(m.tbl_name, s.name), sum(pgsize) FROM dbstat s LEFT JOIN sqlite_master m ON m.name = s.name"
            " GROUP BY 1 ORDER BY 2 DESC LIMIT 8"
        )
        return whole, dict(parts.fetchall()) if whole < LOOKED_AT else {}


def _backup(here: Site, size: Size, folder: Path) -> None:
    target = folder / f"backup-{size.recordings}"
    shutil.rmtree(target, ignore_errors=True)
    began_s, began_cpu_s = time.perf_counter(), cpu_s()
    backup(here.db.engine.url.render_as_string(hide_password=False), None, target)
    size.backup_s, size.backup_cpu_s = time.perf_counter() - began_s, cpu_s() - began_cpu_s
    size.backup_bytes = sum(p.stat().st_size for p in target.rglob("*") if p.is_file())
    shutil.rmtree(target)


def name_of(path: str) -> str:
    """The address without what differs from size to size."""
    head, _, question = path.partition("?")
    if head.startswith("/recordings/") and head != "/recordings/":
        head = "/recordings/<the newest>"
    parts = []
    for part in question.split("&") if question else ():
        key, _, value = part.partition("=")
        if key == "period":
            value = "<a month>" if "-" in value else "<a year>"
        parts.append(f"{key}={value}")
    return head + ("?" + "&".join(parts) if parts else "")
