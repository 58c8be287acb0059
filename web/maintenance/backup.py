"""Backup and restore of a site on SQLite. Raises BackupError, whose message tells what to do."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path

from alembic.script import ScriptDirectory

from web.db import now
from web.db.copies import BackupError, copy_database, revision_of
from web.migrations import configuration, upgrade

DATABASE = "tingjian.db"
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """What a backup says of itself. `revision` is the database's migration; `sha256` that of its database file."""

    made_at: str
    revision: str
    sha256: str
    audio_files: int


def backup(database: Path, audio: Path | None, target: Path) -> BackupManifest:
    """Write a backup to the new folder `target`; the site may go on running. `audio` None leaves the audio out."""
    if target.exists():
        raise BackupError(f"{target} 已经存在；请换一个名字")
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    copy_database(database, partial / DATABASE)
    files = _copy_audio(audio, partial / "audio") if audio is not None and audio.is_dir() else 0
    manifest = BackupManifest(now().isoformat(), revision_of(partial / DATABASE), _digest(partial / DATABASE), files)
    (partial / MANIFEST).write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), "utf-8")
    partial.rename(target)
    return manifest


def restore(source: Path, database: Path, audio: Path | None) -> Path | None:
    """Take a backup back; return where the database that was there is kept. The site and its workers must be stopped."""
    manifest = read_manifest(source)
    if _digest(source / DATABASE) != manifest.sha256:
        raise BackupError(f"{source / DATABASE} 和备份清单不符，文件可能损坏；请换一份备份")
    known = {script.revision for script in ScriptDirectory.from_config(configuration("")).walk_revisions()}
    if manifest.revision not in known:
        raise BackupError(f"这份备份来自更新的版本（数据库 {manifest.revision}）；请先升级程序再恢复")
    if database.exists() and _in_use(database):
        raise BackupError("网站或后台进程还在运行；请先停止，再恢复")
    kept = None
    database.parent.mkdir(parents=True, exist_ok=True)
    if database.exists():
        kept = database.with_name(f"{database.stem}.{now():%Y%m%d-%H%M%S}.before-restore.db")
        copy_database(database, kept)
    fresh = database.with_name(f"{database.name}.restoring")
    shutil.copyfile(source / DATABASE, fresh)
    upgrade(f"sqlite:///{fresh}")
    for suffix in ("-wal", "-shm"):  # else SQLite would replay the old log into the restored file
        Path(f"{database}{suffix}").unlink(missing_ok=True)
        Path(f"{fresh}{suffix}").unlink(missing_ok=True)
    fresh.replace(database)
    if audio is not None and (source / "audio").is_dir():
        _copy_audio(source / "audio", audio)
    return kept


def read_manifest(source: Path) -> BackupManifest:
    """Return what a backup says of itself."""
    try:
        return BackupManifest(**json.loads((source / MANIFEST).read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise BackupError(f"{source} 不是一份完整的备份（{error}）") from None


def _in_use(database: Path) -> bool:
    """Whether another process has the database open: an exclusive lock cannot be had then."""
    with contextlib.closing(sqlite3.connect(database, timeout=0.5, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return True
    return False


def _copy_audio(source: Path, target: Path) -> int:
    """Copy the files that are not there yet: their names are their digests. Returns how many files there are."""
    count = 0
    for path in sorted(p for p in source.rglob("*") if p.is_file() and not p.name.endswith((".tmp", ".part"))):
        place = target / path.relative_to(source)
        if not place.exists() or place.stat().st_size != path.stat().st_size:
            place.parent.mkdir(parents=True, exist_ok=True)
            fresh = place.with_name(f"{place.name}.tmp")
            shutil.copyfile(path, fresh)
            fresh.replace(place)
        count += 1
    return count


def _digest(path: Path) -> str:
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()
