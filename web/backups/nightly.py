"""The backup of each day, or when somebody asks: when one is due, where it goes, which are old.

On by default, at three in the night: SQLite before 3.51.3 may, rarely, damage its file (RELIABILITY §6). Without a folder
of its own only the database is copied: a second copy of all audio on the same disk fills it and outlives no disk.
"""

from __future__ import annotations

import contextlib
import logging
import re
import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from web.backups.backup import MANIFEST, BackupManifest, backup
from web.db import now
from web.db.copies import BackupError
from web.intake.storage import open_storage
from web.kit import audit
from web.kit.site import Site
from web.models import SiteValue

log = logging.getLogger(__name__)
NAME = "backup"
ASKED = "backup asked"  # somebody wants one now
AGAIN = timedelta(hours=1)  # after one that failed
LOST = timedelta(hours=12)  # after which one that was begun counts as broken off
_NIGHTLY = re.compile(r"nightly-(\d{8})-\d{6}")
LEFT = timedelta(days=1)  # what a killed backup left half done is removed after this


@dataclass(frozen=True, slots=True)
class LastBackup:
    """`state`: none | running | done | failed; `day` in the site's zone, `at` when it began or ended."""

    state: str = "none"
    day: str = ""
    at: datetime | None = None
    words: str = ""
    done_at: datetime | None = None  # of the last good one


def last(session: Session) -> LastBackup:
    """What stands about the last nightly backup."""
    row = session.get(SiteValue, NAME)
    return told_by(None if row is None else row.value)


def told_by(told: dict[str, Any] | None) -> LastBackup:
    """What the kept value says."""
    if told is None:
        return LastBackup()
    return LastBackup(told["state"], told["day"], _moment(told["at"]), told["words"], _moment(told["done_at"]))


def note_by_hand(session: Session, at: datetime) -> None:
    """Note that a good backup was made by hand; the nightly ones go on as they were."""
    _put(session, replace(last(session), done_at=at))


def ask(session: Session, at: datetime) -> None:
    """Have a worker make one as soon as it looks: it counts as the day's."""
    session.merge(SiteValue(name=ASKED, value=at.isoformat()))


def asked_at(session: Session) -> datetime | None:
    """Since when somebody waits for one to begin."""
    row = session.get(SiteValue, ASKED)
    return _moment(None if row is None else row.value)


def folder_of(here: Site) -> Path:
    """Where backups lie."""
    return Path(here.web.backup_folder) if here.web.backup_folder else here.settings.home / "backups"


def name_at(here: Site, *, by_hand: bool = False) -> str:
    """The name of a backup made now; only nightly ones are ever removed."""
    stamp = f"{now().astimezone(here.zone):%Y%m%d-%H%M%S}"
    return stamp if by_hand else f"nightly-{stamp}"


def is_due(here: Site, at: datetime) -> bool:
    """Whether the day's backup is to be made now."""
    with here.db.reading() as session:
        return _is_due(session, here, at)


def claim(here: Site, at: datetime) -> bool:
    """Take today's backup upon oneself: True for one worker only."""
    with here.db.writing() as session:
        if not _is_due(session, here, at):
            return False
        session.execute(delete(SiteValue).where(SiteValue.name == ASKED))
        _put(session, LastBackup("running", _day(here, at), at, "", last(session).done_at))
    return True


def make(here: Site) -> BackupManifest | None:
    """Make the backup that was claimed, tell how it went, and remove what is old. None where it failed."""
    folder, day = folder_of(here), _day(here, now())
    try:
        _check_room(here, folder)
        storage = open_storage(here.web, here.settings.home) if here.web.backup_folder else None
        target = folder / name_at(here)
        done = backup(here.db.url, storage, target, _newest(folder))
    except (BackupError, OSError) as error:
        log.exception("the nightly backup failed")
        with here.db.writing() as session:
            _put(session, LastBackup("failed", day, now(), str(error)[:500], last(session).done_at))
        return None
    with here.db.writing() as session:
        _put(session, LastBackup("done", day, now(), target.name, now()))
        audit.record(session, "backup", detail=target.as_posix())
    remove_old(here, now())
    return done


def remove_old(here: Site, at: datetime) -> list[str]:
    """Remove nightly backups beyond their days, never the newest, and what killed ones left; return their names."""
    removed = []
    folder = folder_of(here)
    oldest = f"{(at - timedelta(days=here.web.backup_keep_days)).astimezone(here.zone):%Y%m%d-%H%M%S}"
    for path in _nightly(folder)[:-1]:
        if path.name.removeprefix("nightly-") < oldest:
            shutil.rmtree(path, ignore_errors=True)
            removed.append(path.name)
    for path in folder.glob("nightly-*.partial"):
        if at.timestamp() - path.stat().st_mtime > LEFT.total_seconds():
            shutil.rmtree(path, ignore_errors=True)
            removed.append(path.name)
    return removed


def _is_due(session: Session, here: Site, at: datetime) -> bool:
    known = last(session)
    if known.state == "running" and known.at is not None and at - known.at <= LOST:
        return False
    if asked_at(session) is not None:
        return True
    if here.web.backup_hour < 0 or at.astimezone(here.zone).hour < here.web.backup_hour:
        return False
    if known.at is None or known.state == "running":
        return True
    if known.state == "failed":
        return at - known.at > AGAIN
    return known.day != _day(here, at)


def _check_room(here: Site, folder: Path) -> None:
    """Raise BackupError where the copy would leave too little: people's work goes before."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    url = make_url(here.db.url)
    need = here.web.min_free_bytes
    with contextlib.suppress(OSError):
        need += Path(url.database or "").stat().st_size if here.db.is_sqlite else 0
    free = shutil.disk_usage(folder).free
    if free < need:
        raise BackupError(f"{folder} 只剩 {free / 1024**3:.1f} GB，备份需要 {need / 1024**3:.1f} GB；请清理磁盘")


def _nightly(folder: Path) -> list[Path]:
    """The whole nightly backups, oldest first."""
    return sorted(p for p in folder.glob("nightly-*") if _NIGHTLY.fullmatch(p.name) and (p / MANIFEST).is_file())


def _newest(folder: Path) -> Path | None:
    return next(iter(reversed(_nightly(folder))), None)


def _day(here: Site, at: datetime) -> str:
    return f"{at.astimezone(here.zone):%Y-%m-%d}"


def _put(session: Session, told: LastBackup) -> None:
    value = {
        "state": told.state,
        "day": told.day,
        "at": told.at and told.at.isoformat(),
        "words": told.words,
        "done_at": told.done_at and told.done_at.isoformat(),
    }
    session.merge(SiteValue(name=NAME, value=value))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
