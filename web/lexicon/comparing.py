"""Two states of one standard beside each other: clause by clause what differs, and the lines of each file."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from analyzer.errors import LexiconError
from analyzer.rubric.load import load_standard
from analyzer.rubric.model import Element, Item, Standard
from web.kit.lexicons import paths_of, text_of
from web.kit.standards import clauses

CONTEXT = 2  # lines shown around a changed one


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after; `gone` and `come` where it is a list, else the two texts."""

    name: str
    before: str = ""
    after: str = ""
    gone: tuple[str, ...] = ()
    come: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """A clause that is new (`kind` "added"), gone ("removed") or different ("changed")."""

    item_id: str
    kind: str
    clause: str
    text: str
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file in two columns; a number of 0 stands for no line on that side."""

    old: int
    before: str
    new: int
    after: str

    @property
    def changed(self) -> bool:
        """Whether the sides differ."""
        return self.before != self.after or not self.old or not self.new


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file whose text differs, in groups of lines that lie together; `before`/`after`: whether there is one at all."""

    path: str
    before: bool
    after: bool
    groups: tuple[tuple[Line, ...], ...]


def clause_changes(old: Path, new: Path, standard_id: str) -> tuple[ClauseChange, ...] | None:
    """What differs in the clauses, in the order of the new text, those that are gone at the end.

    None where one of the two cannot be read as a standard (it has errors, or is not there).
    """
    try:
        before, after = load_standard(standard_id, old), load_standard(standard_id, new)
    except LexiconError:
        return None
    return tuple(_clauses(before, after))


def file_changes(old: Path, new: Path, paths: Sequence[str] | None = None) -> tuple[FileChange, ...]:
    """The files that differ, side by side; `paths` narrows to these."""
    names = sorted({*paths_of(old), *paths_of(new)} if paths is None else set(paths))
    found = []
    for path in names:
        before, after = text_of(old, path), text_of(new, path)
        if before != after:
            groups = tuple(_groups((before or "").splitlines(), (after or "").splitlines()))
            found.append(FileChange(path, before is not None, after is not None, groups))
    return tuple(found)


def _clauses(before: Standard, after: Standard) -> Iterator[ClauseChange]:
    olds, news = {i.id: i for i in before.items}, {i.id: i for i in after.items}
    for item_id, new in news.items():
        old = olds.get(item_id)
        if old is None:
            yield ClauseChange(item_id, "added", clauses(new.clause), new.text)
        elif fields := tuple(_fields(old, new)):
            yield ClauseChange(item_id, "changed", clauses(new.clause), new.text, fields)
    for item_id, old in olds.items():
        if item_id not in news:
            yield ClauseChange(item_id, "removed", clauses(old.clause), old.text)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


_PLAIN: tuple[tuple[str, Callable[[Item], str]], ...] = (
    ("text", lambda i: i.text),
    ("clause", lambda i: clauses(i.clause)),
    ("kind", lambda i: i.kind.value),
    ("how", lambda i: i.how.value),
    ("when_text", lambda i: i.when_text),
    ("when", lambda i: repr(i.when)),
    ("where", lambda i: i.where.value),
    ("after", lambda i: i.after),
    ("weight", lambda i: _number(i.weight)),
    ("pass", lambda i: _number(i.pass_credit)),
    ("penalty", lambda i: _number(i.penalty)),
    ("cap", lambda i: _number(i.cap)),
    ("severity", lambda i: i.severity.value if i.severity else ""),
    ("optional", lambda i: "yes" if i.optional else "no"),
)
_WORDLESS = {"when"}  # shown by `when_text`, or by its own name only


def _fields(old: Item, new: Item) -> Iterator[FieldChange]:
    for name, read in _PLAIN:
        before, after = read(old), read(new)
        if before != after:
            yield FieldChange(name) if name in _WORDLESS else FieldChange(name, before, after)
    yield from _elements(old, new)
    for name, was, now in (
        ("examples_match", old.examples_match, new.examples_match),
        ("examples_no_match", old.examples_no_match, new.examples_no_match),
    ):
        yield from _listed(name, was, now)


def _elements(old: Item, new: Item) -> Iterator[FieldChange]:
    olds, news = {e.id: e for e in old.elements}, {e.id: e for e in new.elements}
    for name in dict.fromkeys([*olds, *news]):
        was, now = olds.get(name), news.get(name)
        title = (now or was or new.elements[0]).title or name
        yield from _listed(f"phrases:{title}", _sources(was, "phrases"), _sources(now, "phrases"))
        yield from _listed(f"exceptions:{title}", _sources(was, "exceptions"), _sources(now, "exceptions"))
        if was is not None and now is not None and was.weight != now.weight:
            yield FieldChange(f"share:{title}", _number(was.weight), _number(now.weight))


def _sources(element: Element | None, which: str) -> tuple[str, ...]:
    return () if element is None else tuple(dict.fromkeys(p.source for p in getattr(element, which)))


def _listed(name: str, was: Sequence[str], now: Sequence[str]) -> Iterator[FieldChange]:
    gone, come = tuple(t for t in was if t not in now), tuple(t for t in now if t not in was)
    if gone or come:
        yield FieldChange(name, gone=gone, come=come)


def _groups(old: list[str], new: list[str]) -> Iterator[tuple[Line, ...]]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for group in matcher.get_grouped_opcodes(CONTEXT):
        yield tuple(line for code in group for line in _lines(old, new, *code[1:]))


def _lines(old: list[str], new: list[str], a: int, b: int, c: int, d: int) -> Iterator[Line]:
    for step in range(max(b - a, d - c)):
        left, right = a + step, c + step
        yield Line(
            left + 1 if left < b else 0,
            old[left] if left < b else "",
            right + 1 if right < d else 0,
            new[right] if right < d else "",
        )
