"""Which files of a source make a recording, and which only tell about one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from web.sources.telephony.legs import pairs
from web.sources.values import EXTENSIONS, LISTS, Item, is_calls

SIDECARS = (".json", ".csv")


@dataclass(frozen=True, slots=True)
class Work:
    """What becomes one recording (or a file of transcripts): one file or the two legs of a call, and what lies beside.

    `path` is that of the recording within its source: a file's own, or the one that two legs become.
    """

    path: str
    parts: tuple[Item, ...]
    later_s: float = 0.0
    beside: tuple[Item, ...] = ()

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name


@dataclass(frozen=True, slots=True)
class Works:
    """What a source holds: recordings, lists, call records, lists of extensions, and sidecars that nothing belongs to."""

    works: tuple[Work, ...]
    lists: tuple[Item, ...]
    calls: tuple[Item, ...]
    extensions: tuple[Item, ...]
    alone: tuple[Item, ...]


def works_of(items: Sequence[Item]) -> Works:
    """Sort the files of a source. A `.json` or `.csv` is a sidecar where a sound of the same name lies beside it."""
    lists = tuple(i for i in items if i.name.lower() in LISTS)
    extensions = tuple(i for i in items if i.name.lower() in EXTENSIONS)
    calls = tuple(i for i in items if is_calls(i.name))
    told = {i.path for i in (*lists, *extensions, *calls)}
    may_tell = [i for i in items if i.path not in told and i.name.lower().endswith(SIDECARS)]
    sounds = [i for i in items if i.path not in told and not i.name.lower().endswith(SIDECARS)]
    of_name: dict[str, list[Item]] = {}
    for item in may_tell:
        of_name.setdefault(item.stem, []).append(item)
    by_path = {i.path: i for i in sounds}
    joined = pairs(by_path)
    legs = {path: pair for pair in joined for path in (pair.first, pair.second)}
    made: list[Work] = []
    used: set[str] = set()
    for item in sounds:
        pair = legs.get(item.path)
        if pair is not None and item.path == pair.second:
            continue
        whole = pair.name if pair is not None else item.name
        path = str(PurePosixPath(item.path).with_name(whole))
        parts = (item,) if pair is None else (by_path[pair.first], by_path[pair.second])
        names = [path, *(part.path for part in parts)]
        names += [name[: len(name) - len(PurePosixPath(name).suffix)] for name in names]
        beside = tuple(i for name in dict.fromkeys(names) for i in of_name.get(name, ()))
        used |= {i.path for i in beside}
        made.append(Work(path, parts, 0.0 if pair is None else pair.later_s, beside))
    return Works(tuple(made), lists, calls, extensions, tuple(i for i in may_tell if i.path not in used))
