"""Files of a source, and the little that everybody here asks of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from web.config import AnalyzerError

PARTIAL = (
    ".part",
    ".partial",
    ".tmp",
    ".temp",
    ".crdownload",
    ".download",
    ".filepart",
    ".opdownload",
    ".aria2",
    ".!qb",
    ".lock",
)
LISTS = ("manifest.csv", "清单.csv")
EXTENSIONS = ("extensions.csv", "分机.csv")
MOST_TEXT_BYTES = 64 * 1024**2  # of a list or a file of call records
MOST_SIDECAR_BYTES = 64 * 1024


class SourceError(AnalyzerError):
    """A source that cannot be read, with what to do; no secrets stand in it."""


@dataclass(frozen=True, slots=True)
class Item:
    """A file: its path within the source ("/" between folders), its size, and what tells it from the same written anew."""

    path: str
    size_bytes: int
    changed: str

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @property
    def stem(self) -> str:
        """Folder and name, without the ending."""
        return self.path[: len(self.path) - len(PurePosixPath(self.path).suffix)]


class Source(Protocol):
    """A place with files. Raises SourceError, OSError."""

    @property
    def root(self) -> str:
        """Says the same of the same place each time; no secrets."""
        ...

    def items(self) -> list[Item]:
        """All files below it, by path."""
        ...

    def read(self, item: Item, most_bytes: int) -> bytes:
        """A small file as a whole."""
        ...

    def local(self, item: Item) -> AbstractContextManager[Path]:
        """A path on this machine that holds the file until the block ends."""
        ...

    def put_aside(self, item: Item) -> None:
        """Move a file that was taken in to the folder for those (`TAKEN`)."""
        ...


TAKEN = "已收"


def is_hidden(path: str) -> bool:
    """Whether a file is none of ours: hidden, an office program's lock, or one that was put aside already."""
    parts = PurePosixPath(path).parts
    return any(part.startswith((".", "~$")) for part in parts) or TAKEN in parts[:-1] or "未收" in parts[:-1]


def is_partial(name: str) -> bool:
    """Whether a name says that the file is still being written."""
    return name.lower().endswith(PARTIAL)


def is_calls(name: str) -> bool:
    """Whether a file holds the records of a telephone system, by its name."""
    low = name.lower()
    return (
        low == "master.csv"
        or low.endswith((".cdr.csv", ".cdr.json", ".cdr.xml"))
        or (low.startswith("cdr") and low.endswith(".csv"))
    )


def walk(source: Source) -> Iterator[Item]:
    """The files of a source that are whole and ours."""
    return (item for item in source.items() if not is_hidden(item.path) and not is_partial(item.name))
