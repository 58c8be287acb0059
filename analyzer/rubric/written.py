"""A standard for people to read: each clause with its words as its file has them, shared lists by name and not written out.

`Standard` is what is judged by; this is what was written. Both come from one reading of the same files.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from analyzer.rubric.checklist import read_checklist
from analyzer.rubric.fields import Fields
from analyzer.rubric.load import CHECKLIST, load_standard, shared_reading, standard_reading
from analyzer.rubric.model import Element, Item, Standard

_WHY = "# 为什么："


@dataclass(frozen=True, slots=True)
class WrittenGroup:
    """A part of a clause (of a forbidden one: its own words, or a group of `also`); each phrase as it is written."""

    element: Element
    phrases: tuple[str, ...]
    exceptions: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenItem:
    """A clause. `why`: the note of who wrote the rule; `added`: the company added it to the written standard."""

    item: Item
    groups: tuple[WrittenGroup, ...]
    why: str
    added: bool


@dataclass(frozen=True, slots=True)
class WrittenList:
    """A shared list as its file has it; `names`: it also hears any name of `surnames.txt`."""

    id: str
    title: str
    phrases: tuple[str, ...]
    exceptions: tuple[str, ...]
    names: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A clause of the checklist that the standard does not have: nobody judges it."""

    id: str
    kind: str
    clause: str
    text: str


@dataclass(frozen=True, slots=True)
class WrittenStandard:
    """A standard with its clauses in the order of its file, and all shared lists of its folder by id."""

    standard: Standard
    items: tuple[WrittenItem, ...]
    lists: dict[str, WrittenList]
    left_out: tuple[LeftOut, ...]


def written(standard_id: str, lexicons: Path) -> WrittenStandard:
    """Return the standard with this id of a folder. Raises LexiconError as `load_standard` does."""
    standard = load_standard(standard_id, lexicons)
    path = lexicons / f"{standard_id}.yaml"
    shared = shared_reading(lexicons)
    reading = standard_reading(path, lexicons)
    whys = _whys(path, reading.items)
    items = tuple(
        WrittenItem(
            item,
            _groups(item, reading.items[item.id]),
            whys.get(item.id, ""),
            item.id in reading.additions,
        )
        for item in standard.items
    )
    lists = {
        name: WrittenList(name, one.title, *shared.lists.written(name), bool(one.surnames))
        for name, one in shared.shared.lists.items()
    }
    return WrittenStandard(standard, items, lists, _left_out(standard, lexicons))


def _groups(item: Item, fields: Fields) -> tuple[WrittenGroup, ...]:
    nodes = fields.nodes("elements") if "elements" in fields else []
    parts = [Fields(node, fields.findings, item.id) for node in nodes] or [fields]
    parts += [Fields(node, fields.findings, item.id) for node in (fields.nodes("also") if "also" in fields else [])]
    return tuple(
        WrittenGroup(
            element,
            _texts(part, "phrases"),
            _texts(part, "except"),
            _texts(part, "alone"),
            _texts(part, "remedy"),
            _texts(part, "asked"),
            _texts(part, "topics"),
        )
        for element, part in zip(item.elements, parts, strict=False)
    )


def _texts(fields: Fields, key: str) -> tuple[str, ...]:
    node = fields.node.fields.get(key)
    return tuple(entry.text.strip() for entry in node.items if entry.text.strip()) if node else ()


def _whys(path: Path, items: dict[str, Fields]) -> dict[str, str]:
    """Return the comments 「为什么」 by the clause in whose lines they stand; YAML itself forgets comments."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    # what was read may have been read elsewhere, from a file of the same content; what a company adds is another file
    starts = sorted((f.node.line, name) for name, f in items.items() if Path(f.findings.file).name == path.name)
    found: dict[str, str] = {}
    for (first, name), (last, _) in zip(starts, [*starts[1:], (len(lines) + 1, "")], strict=True):
        deep = len(lines[first - 1]) - len(lines[first - 1].lstrip()) + 2  # what stands less deep is of the next clause
        own = [line.strip() for line in lines[first - 1 : last - 1] if line[:deep].strip() in ("", "-")]
        start = next((n for n, line in enumerate(own) if line.startswith(_WHY)), None)
        if start is None:
            continue
        words = [own[start].removeprefix(_WHY)]
        for line in own[start + 1 :]:
            if not line.startswith("#"):
                break
            words.append(line.lstrip("# "))
        found[name] = "".join(words)
    return found


def _left_out(standard: Standard, lexicons: Path) -> tuple[LeftOut, ...]:
    path = lexicons / CHECKLIST
    if not path.is_file():
        return ()
    known = {item.id for item in standard.items}
    wanted = read_checklist(path).items.get(standard.ref.id, {})
    return tuple(
        LeftOut(name, fields.text("kind"), fields.text("clause"), fields.text("text"))
        for name, fields in wanted.items()
        if name not in known
    )
