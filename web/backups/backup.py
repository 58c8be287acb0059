"""Making a backup and taking it back. Raises BackupError, whose message tells what to do."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from alembic.script import ScriptDirectory

from web.backups.audio import copy_audio, restore_audio
from web.backups.databases import copier_of
from web.db import now
from web.db.copies import BackupError
from web.intake.storage import Storage
from web.migrations import configuration, upgrade

MANIFEST = "manifest.json"
AUDIO = "audio"
MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """What a backup says of itself.

    `revision` is the database's migration, `sha256` that of its file; `missing`: keys of audio that the database speaks
    of and that is not here, because it was deleted while the backup was made (the first hundred).
    """

    made_at: str
    revision: str
    sha256: str
    audio_files: int
    kind: str = "sqlite"
    with_audio: bool = True
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Restored:
    """`kept`: where the database that was there is; `damaged`: keys of audio files that the backup has damaged."""

    kept: Path | None
    audio_files: int
    damaged: tuple[str, ...]


def backup(url: str, storage: Storage | None, target: Path, before: Path | None = None) -> BackupManifest:
    """Write a backup to the new folder `target`; the site may go on. Without `storage` the audio is left out.

    Audio that the backup `before` has is linked from there.
    """
    if target.exists():
        raise BackupError(f"{target} 已经存在；请换一个名字")
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    copier = copier_of(url)
    copied = copier.copy(partial / copier.file)
    files, keys = (0, set()) if storage is None else copy_audio(storage, partial / AUDIO, before and before / AUDIO)
    missing = () if storage is None else tuple(sorted(copied.keys - keys)[:MOST_NAMED])
    digest = _digest(partial / copier.file)
    made = BackupManifest(now().isoformat(), copied.revision, digest, files, copier.kind, storage is not None, missing)
    with (partial / MANIFEST).open("w", encoding="utf-8") as f:
        json.dump(asdict(made), f, ensure_ascii=False, indent=1)
        f.flush()
        os.fsync(f.fileno())
    partial.rename(target)
    return made


def restore(source: Path, url: str, storage: Storage, folder: Path) -> Restored:
    """Take a backup back; what was there is kept in `folder`. The site and its workers must be stopped."""
    manifest, copier = read_manifest(source), copier_of(url)
    if manifest.kind != copier.kind:
        raise BackupError(f"这份备份来自 {manifest.kind}，现在用的是 {copier.kind}；请用同一种数据库恢复")
    if _digest(source / copier.file) != manifest.sha256:
        raise BackupError(f"{source / copier.file} 和备份清单不符，文件可能损坏；请换一份备份")
    known = {script.revision for script in ScriptDirectory.from_config(configuration("")).walk_revisions()}
    if manifest.revision not in known:
        raise BackupError(f"这份备份来自更新的版本（数据库 {manifest.revision}）；请先升级程序再恢复")
    if copier.in_use():
        raise BackupError("网站或后台进程还在运行；请先停止，再恢复")
    kept = copier.keep(folder)
    copier.load(source / copier.file)
    upgrade(url)
    count, damaged = restore_audio(source / AUDIO, storage)
    return Restored(kept, count, tuple(damaged))


def read_manifest(source: Path) -> BackupManifest:
    """Return what a backup says of itself."""
    try:
        told = json.loads((source / MANIFEST).read_text("utf-8"))
        return BackupManifest(**{**told, "missing": tuple(told.get("missing", ()))})
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise BackupError(f"{source} 不是一份完整的备份（{error}）") from None


def _digest(path: Path) -> str:
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()
