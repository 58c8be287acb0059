"""What the check says, each beside the field that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from web.lexicon.outline import Path, Problem, outline, shown
from web.standards.editing.saving import Target
from web.standards.editing.writing import spec_of

_QUOTED = re.compile(r"“([a-z_]+)”")
MISSING = "missing-key"


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
        path = outline(texts[p.file]).at(p.line) if p.file in texts else ()
        entry = path[-1] + 1 if path and isinstance(path[-1], int) else 0
        found.append(Told(p.message, p.advice, p.picture, p.severity == "error", p.file, p.line, path, entry))
    return found


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
