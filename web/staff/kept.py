"""The file between its preview and its confirmation: beside the uploads, under its user's number, for a day."""

from __future__ import annotations

import os
import re
import time
import uuid
from pathlib import Path

from web.kit.site import Site

KEPT_S = 86_400.0
_TOKEN = re.compile(r"[0-9a-f]{32}")


def keep(here: Site, user_id: int, content: bytes) -> str:
    """Keep a file; return what finds it again. Raises OSError."""
    token = uuid.uuid4().hex
    folder = _folder(here)
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(_path(here, user_id, token), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    return token


def find(here: Site, user_id: int, token: str) -> bytes | None:
    """The user's own file; None where there is none (any more)."""
    path = _path(here, user_id, token) if _TOKEN.fullmatch(token) else None
    return path.read_bytes() if path is not None and path.is_file() else None


def forget(here: Site, user_id: int, token: str) -> None:
    """Remove a file that `find` has found."""
    _path(here, user_id, token).unlink(missing_ok=True)


def sweep(here: Site) -> None:
    """Remove files that nobody has confirmed."""
    for path in _folder(here).glob("*.csv"):
        if time.time() - path.stat().st_mtime > KEPT_S:
            path.unlink(missing_ok=True)


def _folder(here: Site) -> Path:
    return here.folder / "imports"


def _path(here: Site, user_id: int, token: str) -> Path:
    return _folder(here) / f"{user_id}-{token}.csv"
