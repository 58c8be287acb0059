"""What the check says, each beside the field that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from web.lexicon.outline import Outline, Path, Problem, keys_in, outline, shown
from web.standards.editing.saving import Target
from web.standards.editing.writing import spec_of

_TEXTS = re.compile(r"“([^”]*)”")
_QUOTED = re.compile(r"“([a-z_]+)”")
MISSING = "missing-key"
WIDEST = 200  # characters of a phrase that is shown


@dataclass(frozen=True, slots=True)
class Told:
    """A problem as a page shows it. `entry`: which line of the field's box it is about, 0 where it is the whole."""

    message: str
    advice: str
    picture: str
    error: bool
    file: str
    line: int
    path: Path = ()
    entry: int = 0

    @property
    def clause(self) -> str:
        """The clause that it is in, as addresses name it; "" where in none."""
        return shown(self.path[1]) if self.path[:1] == ("items",) and len(self.path) > 1 else ""

    @property
    def shared(self) -> str:
        """The shared list that it is in; "" where in none."""
        return str(self.path[1]) if self.path[:1] == ("lists",) and len(self.path) > 1 else ""


def told(problems: Iterable[Problem], texts: Mapping[str, str]) -> list[Told]:
    """All problems with their places; `texts`: the files by path."""
    found = []
    for p in problems:
        path, entry = _place(p, texts[p.file]) if p.file in texts else ((), 0)
        found.append(Told(p.message, p.advice, _short(p.picture), p.severity == "error", p.file, p.line, path, entry))
    return found


def _short(picture: str) -> str:
    """The picture of a place in a phrase; none of a phrase that is longer than a page is wide."""
    return picture if len(picture) <= 2 * WIDEST else ""


def _place(problem: Problem, text: str) -> tuple[Path, int]:
    """Where a problem is, and which entry of a list it is about; 0 where several stand in its line and none is quoted."""
    read = outline(text)
    path = read.at(problem.line)
    if not path or not isinstance(path[-1], int):
        return path, 0
    beside = [at for line, at in read.places if line == problem.line and at[:-1] == path[:-1]]
    if len(beside) > 1:
        quoted = problem.picture.split("\n")[0]
        beside = [
            at for at in beside if (entry := _entry(read, at)) and entry in (quoted, *_TEXTS.findall(problem.message))
        ]
    number = beside[0][-1] if len(beside) == 1 else -1
    return path, number + 1 if isinstance(number, int) else 0


def _entry(read: Outline, path: Path) -> str:
    """The text of an entry of a list."""
    node = read.root
    for key in path:
        if node is None:
            return ""
        node = dict(zip(keys_in(node), node.items, strict=True)).get(key) if node.items else node.fields.get(str(key))
    return node.text.strip() if node else ""


def by_field(problems: Iterable[Problem], text: str, target: Target) -> dict[str, list[Told]]:
    """The problems of what a form shows, by its fields; under "" those that are about none of them."""
    found: dict[str, list[Told]] = {}
    listed = [(p, one) for p in problems if p.file == target.file for one in told([p], {target.file: text})]
    for problem, one in listed:
        if one.path[: len(target.at)] != target.at:
            continue
        if not target.at and one.path[:1] in (("items",), ("lists",)):
            continue
        name = _field(one.path[len(target.at) :], problem, target)
        found.setdefault(name, []).append(one)
    return found


def _field(rest: Path, problem: Problem, target: Target) -> str:
    if problem.code == MISSING and (named := _QUOTED.search(problem.message)):
        rest = (*rest[:-1], named.group(1))
    name = ""
    for length in range(1, len(rest) + 1):
        candidate = ".".join(shown(step) for step in rest[:length])
        name = candidate if spec_of(candidate, target.specs) is not None else name
    return name
