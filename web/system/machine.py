"""What of the machine matters: room on its disks, the model, versions."""

from __future__ import annotations

import contextlib
import platform
import shutil
import sqlite3
import tempfile
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from web.backups import nightly
from web.home.first_run import model_is_there
from web.kit.site import Site
from web.kit.standards import StandardInfo, standards
from web.models import Recording

ENGINES = ("faster-whisper", "ctranslate2", "openai-whisper", "torch", "onnxruntime", "av")


@dataclass(frozen=True, slots=True)
class Place:
    """A folder and its disk. `name`: store | backups | temporary; `limit_bytes`: with less free than this work stops."""

    name: str
    path: str
    free_bytes: int
    total_bytes: int
    limit_bytes: int

    @property
    def level(self) -> str:
        """ok | warning | error, as the doctor sees it."""
        if self.free_bytes < self.limit_bytes:
            return "error"
        return "warning" if self.free_bytes < 5 * self.limit_bytes else "ok"

    @property
    def used(self) -> float:
        return 1 - self.free_bytes / self.total_bytes if self.total_bytes else 0.0


@dataclass(frozen=True, slots=True)
class Machine:
    """`store`: where audio is when not in the site's own folder; sizes in bytes."""

    places: tuple[Place, ...]
    database_bytes: int | None
    audio_bytes: int
    audio_files: int
    store: str
    model_there: bool
    database: str
    schema: str
    product: str
    python: str
    engines: tuple[tuple[str, str], ...]
    standards: tuple[StandardInfo, ...]


def machine(session: Session, here: Site) -> Machine:
    """How the machine stands now."""
    audio_bytes, audio_files = session.execute(
        select(func.coalesce(func.sum(Recording.size_bytes), 0), func.count()).where(
            Recording.stored_key != "", Recording.deleted_at.is_(None), Recording.audio_erased_at.is_(None)
        )
    ).one()
    return Machine(
        tuple(places(here)),
        _database_bytes(session, here),
        audio_bytes,
        audio_files,
        here.web.storage_url,
        model_is_there(here.settings),
        _database_name(session, here),
        str(session.scalar(text("SELECT version_num FROM alembic_version"))),
        product_version(),
        platform.python_version(),
        tuple(_installed()),
        standards(here.lexicons),
    )


def places(here: Site) -> list[Place]:
    """The folders that fill up. One that is not there yet is looked at where it will be made."""
    web, settings = here.web, here.settings
    wanted = (
        ("store", here.folder, web.min_free_bytes),
        ("backups", nightly.folder_of(here), web.min_free_bytes),
        ("temporary", Path(tempfile.gettempdir()), settings.max_temp_bytes),
    )
    found = []
    for name, path, limit in wanted:
        with contextlib.suppress(OSError):
            disk = shutil.disk_usage(_existing(path))
            found.append(Place(name, path.as_posix(), disk.free, disk.total, limit))
    return found


def product_version() -> str:
    """The version of this product, from its own project file where it is not installed as a package."""
    project = Path(__file__).resolve().parents[2] / "pyproject.toml"
    return str(tomllib.loads(project.read_text("utf-8"))["project"]["version"])


def _existing(path: Path) -> Path:
    return next((p for p in (path, *path.parents) if p.exists()), Path("/"))


def _database_bytes(session: Session, here: Site) -> int | None:
    if not here.db.is_sqlite:
        return session.scalar(select(func.pg_database_size(func.current_database())))
    path = make_url(here.db.url).database or ""
    files = (Path(path), Path(f"{path}-wal"))
    return sum(file.stat().st_size for file in files if file.is_file())


def _database_name(session: Session, here: Site) -> str:
    if here.db.is_sqlite:
        return f"SQLite {sqlite3.sqlite_version}"
    return f"PostgreSQL {session.scalar(text('SHOW server_version'))}"


def _installed() -> list[tuple[str, str]]:
    found = []
    for name in ENGINES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found.append((name, metadata.version(name)))
    return found
