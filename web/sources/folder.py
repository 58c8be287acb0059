"""A folder, or a single file, of this machine as a source."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from web.sources.moving import moved
from web.sources.values import TAKEN, Item, SourceError


class Folder:
    """What lies below `path`, or the file `path` itself."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._whole = path.is_dir()
        self.root = (path if self._whole else path.parent).resolve().as_posix()

    def items(self) -> list[Item]:
        """All files, by folder and name; links to folders are not followed."""
        if not self._whole:
            return [self._item(self.path)]
        found = []
        for folder, _folders, names in os.walk(self.path):
            for name in names:
                path = Path(folder) / name
                if path.is_file():
                    found.append(self._item(path))
        return sorted(found, key=lambda item: item.path.split("/"))

    def read(self, item: Item, most_bytes: int) -> bytes:
        with self._path(item).open("rb") as file:
            content = file.read(most_bytes + 1)
        if len(content) > most_bytes:
            raise SourceError("too-large", f"{item.name} 太大", f"最多 {most_bytes // 1024} KB")
        return content

    @contextmanager
    def local(self, item: Item) -> Iterator[Path]:
        yield self._path(item)

    def put_aside(self, item: Item) -> None:
        moved(self._path(item), TAKEN)

    def close(self) -> None:
        """Nothing is open."""

    def _path(self, item: Item) -> Path:
        return self.path / item.path if self._whole else self.path

    def _item(self, path: Path) -> Item:
        status = path.stat()
        inside = path.relative_to(self.path).as_posix() if path != self.path else path.name
        return Item(inside, status.st_size, str(status.st_mtime_ns))
