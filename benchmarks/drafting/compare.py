"""A draft's items against the checklist that people made of the same document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

ALIKE = 0.5  # the least share of a checklist clause's characters that the drafted item's source must hold
_HAN = re.compile(r"[一-龥]")
_ASIDE = re.compile(r"（[^（）]*）")
_BRACKET = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A clause of a checklist; `refs`: every place of the document that it is taken from."""

    standard: str
    id: str
    kind: str
    how: str
    refs: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class Drafted:
    """An item of a draft as it stands in the file, with the words of the document that it stands for.

    `guessed`: how it was proposed; a clause without words to listen for is a person's in the file until they are written.
    """

    id: str
    kind: str
    how: str
    guessed: str
    ref: str
    source: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A checklist clause with the drafted item that is taken for it; None where there is none."""

    wanted: Wanted
    drafted: Drafted | None

    @property
    def recognised(self) -> bool:
        return self.drafted is not None

    @property
    def right(self) -> bool:
        """Whether kind and how are the checklist's."""
        d, w = self.drafted, self.wanted
        return d is not None and (d.kind, d.how) == (w.kind, w.how)

    @property
    def guessed_right(self) -> bool:
        """Whether the kind was proposed rightly, words to listen for or not."""
        d, w = self.drafted, self.wanted
        return d is not None and (d.kind, d.guessed) == (w.kind, w.how)


def references(written: str) -> frozenset[str]:
    """Return single places: "一, 三.4(2)(6)" is 一, 三.4(2) and 三.4(6).

    >>> sorted(references("三.4(2)(6)"))
    ['三.4(2)', '三.4(6)']
    """
    found: set[str] = set()
    for part in re.split(r"[,，、]\s*", written):
        brackets = _BRACKET.findall(part)
        stem = _BRACKET.sub("", part).strip()
        found |= {f"{stem}({inner})" for inner in brackets} if brackets else {stem}
    return frozenset(found - {""})


def checklist(path: Path) -> list[Wanted]:
    """Return the clauses of a checklist file."""
    # The clauses' conditions hold unquoted commas, so that keys of half a sentence come out: they are not read here.
    standards = yaml.safe_load(path.read_text("utf-8"))["standards"]
    return [
        Wanted(s["id"], i["id"], i["kind"], i["how"], references(str(i["clause"])), str(i["text"]))
        for s in standards
        for i in s["items"]
    ]


def pairs(wanted: list[Wanted], drafted: list[Drafted]) -> Iterator[Pair]:
    """Take for each clause of one checklist an item from the same place of the document, each item once, the likest first."""
    candidates = sorted(
        (
            (likeness(w.text, d.source), w.kind == d.kind and w.how == d.how, -i, -j)
            for i, w in enumerate(wanted)
            for j, d in enumerate(drafted)
            if d.ref in w.refs
        ),
        reverse=True,
    )
    taken: dict[int, int] = {}
    for alike, _, i, j in candidates:
        if alike >= ALIKE and -i not in taken and -j not in taken.values():
            taken[-i] = -j
    for i, clause in enumerate(wanted):
        yield Pair(clause, drafted[taken[i]] if i in taken else None)


def likeness(clause: str, source: str) -> float:
    """Return which share of the clause's characters stands in the source; what it says in brackets is its maker's aside."""
    said = _HAN.findall(_ASIDE.sub("", clause))
    return sum(char in source for char in said) / len(said) if said else 0.0
