"""Where audio is kept: once, under its SHA-256, without the user's name or extension (RELIABILITY §4.1).

A local folder is written durably: temporary file, fsync, rename, fsync of the folder. Other stores (s3:// …) go
through fsspec, whose uploads appear whole or not at all.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

import fsspec
import fsspec.core
from fsspec.implementations.local import LocalFileSystem

from web.config import SettingsError, WebSettings

T = TypeVar("T")
PIECE_BYTES = 1024**2
_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}(\.[a-z]+(\.json)?)?")
PEAKS = ".peaks.json"  # beside the audio: its waveform
PLAY = ".play"  # beside audio that browsers cannot play: the same for them


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that is safely stored."""

    sha256: str
    key: str
    size_bytes: int


def open_storage(web: WebSettings, home: Path) -> Storage:
    return Storage(web.storage(home))


def check(url: str) -> None:
    """Raise SettingsError for a storage URL that nothing here can open; "" is the service's own folder."""
    if not url:
        return
    protocol = fsspec.core.split_protocol(url)[0] or "file"
    try:
        fsspec.get_filesystem_class(protocol)
    except ValueError as error:
        raise SettingsError(
            "storage-url", f"TINGJIAN_WEB_STORAGE_URL 不认识：{protocol}://", "留空，或 file:///…、s3://桶/文件夹"
        ) from error
    except ImportError as error:
        raise SettingsError(
            "storage-driver",
            f"TINGJIAN_WEB_STORAGE_URL 需要的驱动没有安装：{error}",
            "请运行 .venv/bin/python -m pip install -r requirements-scale.txt",
        ) from error


def key_of(sha256: str) -> str:
    """Two folders of two digits, so that no folder holds more than some hundred files."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def digest_of(path: Path) -> str:
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


class StorageError(OSError):
    """A store beyond this machine did not answer, or refused: whatever its driver says."""


class Storage:
    """A folder or bucket of files by key. Raises OSError where the store does not answer or is full."""

    def __init__(self, url: str) -> None:
        # others write there too: what a listing said some time ago does not count
        self._fs, self._root = fsspec.core.url_to_fs(url, use_listings_cache=False)
        self._folder = Path(self._root) if isinstance(self._fs, LocalFileSystem) else None

    def take(self, path: Path) -> Taken:
        """Store a copy of a file under its digest; when this returns, the copy outlives a power cut."""
        if self._folder is None:
            sha256 = digest_of(path)
            key = key_of(sha256)
            if not self.exists(key):
                self.put(key, path)
            return Taken(sha256, key, path.stat().st_size)
        with path.open("rb") as source, self._written() as (made, target):
            digest = hashlib.sha256()
            while piece := source.read(PIECE_BYTES):
                digest.update(piece)
                target.write(piece)
            size_bytes = target.tell()
            _sync(target)
            key = key_of(digest.hexdigest())
            if not self.exists(key):  # the same bytes: whoever was first is as good
                _settle(made, self._folder / key)
        return Taken(digest.hexdigest(), key, size_bytes)

    def put(self, key: str, path: Path) -> None:
        """Store a copy of a file under a key, whole or not at all; what was there is replaced."""
        if self._folder is None:
            self._asked(self._fs.put_file, str(path), self._place(key))
            return
        with path.open("rb") as source, self._written() as (made, target):
            shutil.copyfileobj(source, target, PIECE_BYTES)
            _sync(target)
            _settle(made, self._folder / _checked(key))

    def exists(self, key: str) -> bool:
        return bool(self._asked(self._fs.exists, self._place(key)))

    def open(self, key: str) -> IO[bytes]:
        """Open a stored file for reading; it can seek. Raises FileNotFoundError."""
        opened: IO[bytes] = self._asked(self._fs.open, self._place(key), "rb")
        return opened

    def size(self, key: str) -> int:
        """In bytes. Raises FileNotFoundError."""
        return int(self._asked(self._fs.size, self._place(key)))

    def playable_key(self, key: str) -> str:
        """The key of what browsers play of a recording: itself, or what was made of it for them."""
        return key + PLAY if self.exists(key + PLAY) else key

    def path(self, key: str) -> Path | None:
        """Where the file lies in a local folder, None for a remote store."""
        return None if self._folder is None else self._folder / _checked(key)

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """Give a local file to read until the block ends: the stored one, or a downloaded copy."""
        if self._folder is not None:
            yield self._folder / _checked(key)
            return
        with tempfile.TemporaryDirectory(prefix=f"tingjian-audio-{os.getpid()}-") as folder:
            copy = Path(folder) / "audio"
            self._asked(self._fs.get_file, self._place(key), str(copy))
            yield copy

    def listing(self) -> Iterator[tuple[str, int]]:
        """Give the key and size of every stored file, those that are just being written left out."""
        for place, told in sorted(self._fs.find(self._root, detail=True).items()):
            key = place.removeprefix(self._root.rstrip("/")).lstrip("/")
            if _KEY.fullmatch(key):
                yield key, int(told["size"])

    def fetch(self, key: str, target: Path) -> None:
        """Copy a stored file to a local path. Raises FileNotFoundError."""
        self._fs.get_file(self._place(key), str(target))

    def delete(self, key: str) -> None:
        """Remove a file and what was made of it; one that is not there is no error."""
        for name in (key, key + PEAKS, key + PLAY):
            if self.exists(name):
                self._asked(self._fs.rm_file, self._place(name))

    def free_bytes(self) -> int | None:
        """None where nobody can tell."""
        if self._folder is None:
            return None
        self._folder.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self._folder).free

    def sweep(self, older_than_s: float, now_s: float) -> int:
        """Remove temporary files that a killed process left; return how many."""
        if self._folder is None:
            return 0
        found = [p for p in self._folder.glob("tmp/*") if now_s - p.stat().st_mtime > older_than_s]
        for path in found:
            path.unlink(missing_ok=True)
        return len(found)

    def _place(self, key: str) -> str:
        return f"{self._root}/{_checked(key)}"

    def _asked(self, act: Callable[..., T], *arguments: object) -> T:
        """What the store answers; its driver tries again by itself, and its own errors are told as ours."""
        try:
            return act(*arguments)
        except FileNotFoundError:
            raise
        except Exception as error:
            if self._folder is not None and isinstance(error, OSError):
                raise  # of this machine's own disk
            raise StorageError(errno.EIO, f"存放处没有应答（{type(error).__name__}）") from error

    @contextmanager
    def _written(self) -> Iterator[tuple[Path, Any]]:
        """Give a new temporary file on the store's own disk; it is gone after the block unless renamed."""
        assert self._folder is not None  # noqa: S101  # callers asked
        folder = self._folder / "tmp"
        folder.mkdir(parents=True, exist_ok=True)
        made = folder / uuid.uuid4().hex
        try:
            with made.open("xb") as target:
                yield made, target
        finally:
            made.unlink(missing_ok=True)


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a key of the storage: {key!r}")
    return key


def _sync(target: Any) -> None:
    target.flush()
    os.fsync(target.fileno())


def _settle(made: Path, final: Path) -> None:
    """Give a synced file its name, and let the folders on the way know it durably."""
    missing = [p for p in (final.parent, final.parent.parent) if not p.exists()]
    final.parent.mkdir(parents=True, exist_ok=True)
    made.replace(final)
    for folder in dict.fromkeys([final.parent, *(p.parent for p in missing)]):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
