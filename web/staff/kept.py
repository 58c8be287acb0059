"""The file between its preview and its confirmation: beside the uploads, under its user's number, for a day."""

from __future__ import annotations

import contextlib
import os
import re
import time
import uuid
from pathlib import Path

from web.kit.site import Site

KEPT_S = 86_400.0
WRITTEN = ".written"
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
    path = _path(here, user_id, token)
    path.unlink(missing_ok=True)
    path.with_suffix(WRITTEN).unlink(missing_ok=True)


def tell(here: Site, user_id: int, token: str, done: int, total: int) -> None:
    """Say how many rows of a file are written. On a full disk nobody is told."""
    path = _path(here, user_id, token).with_suffix(WRITTEN)
    with contextlib.suppress(OSError):
        path.with_suffix(".new").write_text(f"{done} {total}", "ascii")
        path.with_suffix(".new").replace(path)


def told(here: Site, user_id: int, token: str) -> tuple[int, int] | None:
    """How many rows of the user's file are written, of how many; None before the first."""
    if not _TOKEN.fullmatch(token):
        return None
    try:
        done, total = _path(here, user_id, token).with_suffix(WRITTEN).read_text("ascii").split()
    except (OSError, ValueError):
        return None
    return int(done), int(total)


def sweep(here: Site) -> None:
    """Remove files that nobody has confirmed."""
    for path in _folder(here).glob("*.*"):
        if time.time() - path.stat().st_mtime > KEPT_S:
            path.unlink(missing_ok=True)


def _folder(here: Site) -> Path:
    return here.folder / "imports"


def _path(here: Site, user_id: int, token: str) -> Path:
    return _folder(here) / f"{user_id}-{token}.csv"
