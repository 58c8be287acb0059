"""What pages need to know of a standard: its title and its items. Pages read lexicons here and in `written.py` only.

A standard is read once and again only when a file of its folder changes.
"""

from __future__ import annotations

import functools
import logging
from dataclasses import dataclass
from pathlib import Path

from flask import g, has_request_context

from analyzer.errors import LexiconError
from analyzer.judging import CALL_ANSWERED
from analyzer.rubric.gaps import named
from analyzer.rubric.load import lexicon_files, load_standard, standard_files
from analyzer.rubric.policy import Suspicions

__all__ = ["CALL_ANSWERED", "FactInfo", "ItemInfo", "StandardInfo", "all_facts", "named", "standard", "standards"]

_log = logging.getLogger(__name__)
Stamp = tuple[tuple[str, int], ...]  # (path, time of its last change in ns) of every file of a folder


@dataclass(frozen=True, slots=True)
class ItemInfo:
    """One clause as pages show it; `penalty` and `cap` hold for forbidden items.

    `elements`: each with whose reader knows other words for it; "" where nobody reads.
    """

    id: str
    kind: str
    how: str
    clause: str
    text: str
    when_text: str
    weight: float
    penalty: float
    cap: float | None
    severity: str
    elements: tuple[tuple[str, str], ...] = ()

    @property
    def meanings(self) -> dict[str, str]:
        """The meanings of the elements by their ids."""
        return dict(self.elements)


# short names of the shipped facts, for column heads and chips; others show their title
SHORT = {
    "late": "迟到",
    "charged": "收费",
    "covered": "免费保修",
    "moved": "移动物品",
    "postponed": "推迟预约",
    "parts_replaced": "更换材料",
    "time_changed": "时间变动",
    "returning": "再次来访",
    "signed": "当天签约",
    "problem_reported": "报告未修好",
    CALL_ANSWERED: "接通",
}


@dataclass(frozen=True, slots=True)
class FactInfo:
    """A fact that can be given with a recording."""

    name: str
    title: str
    opposite: str

    @property
    def short(self) -> str:
        """A name of a few characters."""
        return SHORT.get(self.name, self.title)


@dataclass(frozen=True, slots=True)
class StandardInfo:
    """A standard as pages show it."""

    id: str
    version: str
    digest: str
    title: str
    recording: str  # visit | call
    items: tuple[ItemInfo, ...]
    facts: tuple[FactInfo, ...]
    pass_mark: float | None = None  # from this score on a recording passes
    min_recordings: int | None = None  # None: as the site says
    suspicions_shown: bool = True  # to technicians, where people left them open

    def item(self, item_id: str) -> ItemInfo | None:
        """Return an item by id, None where this version has none such."""
        return next((i for i in self.items if i.id == item_id), None)


def standards(folder: Path) -> tuple[StandardInfo, ...]:
    """All valid standards of a folder, by id; an invalid one is left out with a line in the log.

    Within a request the folder is looked at once: a page that names a hundred standards asks a hundred times.
    """
    return _read(folder, stamp(folder))


def stamp(folder: Path) -> Stamp:
    """What tells a folder from the same one changed; within a request it is looked at once."""
    if not has_request_context():
        return _stamp(folder)
    stamps: dict[Path, Stamp] = g.setdefault("lexicon_stamps", {})
    if folder not in stamps:
        stamps[folder] = _stamp(folder)
    return stamps[folder]


def _stamp(folder: Path) -> Stamp:
    files = lexicon_files(folder)
    return tuple((path.as_posix(), path.stat().st_mtime_ns) for path in files)


def standard(folder: Path, standard_id: str | None) -> StandardInfo | None:
    """Return one standard by id, None where there is none such."""
    return next((s for s in standards(folder) if s.id == standard_id), None)


def clauses(written: str) -> str:
    """The numbers of an item's clauses as Chinese puts them in a row: 二.1、三.4(5)."""
    return written.replace(", ", "、")


@functools.lru_cache(maxsize=16)
def _read(folder: Path, _seen: Stamp) -> tuple[StandardInfo, ...]:
    found = []
    for path in standard_files(folder):
        try:
            found.append(_info(path.stem, folder))
        except LexiconError as error:
            _log.warning("标准 %s 读不进来，网页上暂时没有它：%s", path.as_posix(), error)
    return tuple(sorted(found, key=lambda s: s.id))


def _info(standard_id: str, folder: Path) -> StandardInfo:
    read = load_standard(standard_id, folder)
    items = tuple(
        ItemInfo(
            i.id,
            i.kind.value,
            i.how.value,
            clauses(i.clause),
            named(i.text),
            i.when_text,
            i.weight,
            i.penalty,
            i.cap,
            i.severity.value if i.severity else "",
            tuple((e.id, e.meaning) for e in i.elements),
        )
        for i in read.items
    )
    facts = tuple(FactInfo(f.name, f.title, f.opposite) for f in read.facts.values())
    policy = read.policy
    return StandardInfo(
        read.ref.id,
        read.ref.version,
        read.ref.digest,
        read.ref.title,
        read.recording,
        items,
        facts,
        policy.pass_mark,
        policy.min_recordings,
        policy.suspicions is not Suspicions.HIDDEN,
    )


def all_facts(folder: Path) -> tuple[FactInfo, ...]:
    """Return the facts of all standards, each once, and the one that every standard knows."""
    found = {fact.name: fact for info in standards(folder) for fact in info.facts}
    found.setdefault(CALL_ANSWERED, FactInfo(CALL_ANSWERED, "电话接通了", ""))
    return tuple(found.values())
