"""Keys that the database does not know: they seal the audit log and make the second factors.

Who can write to the database, but not read the site's own folder, can then change no entry unseen (docs/SECURITY.md).
The first key seals; further ones are earlier keys, which only check what they once sealed.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from web.config import SettingsError

SHORTEST = 32  # characters of a key that somebody sets himself
KEY_FILE = "audit_key"


@dataclass(frozen=True, slots=True)
class Seal:
    """The keys, newest first. Never printed: what it shows of a key is its mark."""

    keys: tuple[bytes, ...]

    def __repr__(self) -> str:
        return f"Seal({', '.join(mark(key) for key in self.keys)})"

    @property
    def newest(self) -> bytes:
        """The key that seals now."""
        return self.keys[0]

    def marked(self, wanted: str) -> bytes | None:
        """Return the key with this mark, if it is known."""
        return next((key for key in self.keys if mark(key) == wanted), None)


def mark(key: bytes) -> str:
    """Return eight characters by which a key is told from others; they say nothing of the key."""
    return hmac.new(key, b"tingjian mark", hashlib.sha256).hexdigest()[:8]


def sealed(key: bytes, purpose: str, content: bytes) -> bytes:
    """Return the HMAC of the content; what was sealed for one purpose is worth nothing for another."""
    return hmac.new(key, purpose.encode() + b"\0" + content, hashlib.sha256).digest()


def opened(folder: Path, stated: str = "") -> Seal:
    """Return the seal of a site: the stated keys (separated by commas), else those kept in its folder, one a line.

    Raises SettingsError for a stated key that is too short to be one.
    """
    words = [word.strip() for word in stated.split(",") if word.strip()]
    if any(len(word) < SHORTEST for word in words):
        raise SettingsError(
            "short-key",
            f"TINGJIAN_WEB_AUDIT_KEY 的每个密钥至少要 {SHORTEST} 个字符",
            "可以用 python -c 'import secrets; print(secrets.token_hex(32))' 生成",
        )
    return Seal(tuple(word.encode() for word in words or _lines(folder / KEY_FILE)))


def _lines(path: Path) -> Sequence[str]:
    return kept_key(path).split()


def kept_key(path: Path) -> str:
    """Return the key of this installation, made at the first start and readable by its owner only."""
    if path.is_file():
        if kept := path.read_text("ascii").strip():
            return kept
        path.unlink()  # the power failed before its words were on the disk
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
        f.write(secrets.token_hex(32))
        f.flush()
        os.fsync(f.fileno())
    try:
        os.link(made, path)  # fails where another process was first: then its key holds
    except FileExistsError:
        pass
    finally:
        made.unlink()
    return path.read_text("ascii").strip()
