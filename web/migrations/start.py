"""Bringing the database up to date when the site or a worker starts."""

from __future__ import annotations

from pathlib import Path

from web.db import Database
from web.migrations import is_current, upgrade


def ensure_current(url: str, folder: Path) -> None:
    """Bring the database to the newest migration; site and worker that start together do it one after the other."""
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(url)
    try:
        if not is_current(database):
            upgrade(url)
    finally:
        database.dispose()
