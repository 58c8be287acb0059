"""A standard's or a shared file's text as its editor sees it: clauses, lists and facts with the line of everything.

The door through which pages read YAML; what is wrong with a text is told by the checker's own reading.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analyzer.rubric.problems import Findings, Problem
from analyzer.rubric.yamlfile import Node, read_text
from web.kit.values import whole

__all__ = ["Node", "Outline", "Path", "Problem", "keys_in", "outline", "shown", "step"]

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
Path = tuple[str | int, ...]  # ("items", "#greeting", "weight"), as web.lexicon.yamltext takes it


@dataclass(frozen=True, slots=True)
class Outline:
    """`root` is None for a text that is no YAML, and `problems` say why; `places` are (line, path) in their order."""

    root: Node | None
    problems: tuple[Problem, ...]
    places: tuple[tuple[int, Path], ...]

    @property
    def fields(self) -> Mapping[str, Node]:
        return self.root.fields if self.root else {}

    @property
    def clauses(self) -> list[tuple[str | int, Node]]:
        """The clauses in the order of the text, each with its step: `#id`, or its index where ids are wanting."""
        node = self.fields.get("items")
        return [] if node is None else list(zip(keys_in(node), node.items, strict=True))

    @property
    def lists(self) -> Mapping[str, Node]:
        """The phrase lists of a shared file by name."""
        return self.fields["lists"].fields if "lists" in self.fields else {}

    @property
    def facts(self) -> dict[str, str]:
        """The facts of a shared file with their titles."""
        named = self.fields["facts"].fields if "facts" in self.fields else {}
        return {name: _text(node, "title") or name for name, node in named.items()}

    def clause(self, wanted: str | int) -> Node | None:
        """A clause by its step."""
        return next((node for key, node in self.clauses if key == wanted), None)

    def at(self, line: int) -> Path:
        """The innermost field that begins at or before a line."""
        place = bisect_right([first for first, _ in self.places], line) - 1
        return self.places[place][1] if place >= 0 else ()

    def line_of(self, path: Path) -> int:
        """The line of a field, 0 where there is none."""
        return next((line for line, at in self.places if at == path), 0)


@functools.lru_cache(maxsize=64)
def outline(text: str) -> Outline:
    """Read a text. Bounded in time and memory by the length of the text; raises nothing."""
    findings = Findings("")
    root = read_text(text, findings)
    if root is not None and root.tag != "map":
        findings.add("wrong-type", root.line, key="", wanted="一组“键: 值”", found="一列或一个值")
        root = None
    places = tuple(_places(root, ())) if root is not None else ()
    return Outline(root, tuple(findings.problems), tuple(sorted(places, key=lambda place: place[0])))


def keys_in(node: Node) -> list[str | int]:
    """How the entries of a list are named in a path: by `#id` where no other has it, else by their index."""
    ids = [_text(entry, "id") for entry in node.items]
    known = Counter(ids)
    return [f"#{name}" if known[name] == 1 and _PLAIN.fullmatch(name) else i for i, name in enumerate(ids)]


def shown(step: str | int) -> str:
    """A part of a path as it stands in addresses and in names of fields: an id as it is, an index with a tilde."""
    return f"~{step}" if isinstance(step, int) else step.removeprefix("#")


def step(shown: str) -> str | int:
    """The entry of a list that an address names."""
    number = shown.removeprefix("~")
    place = whole(number) if number != shown else None
    return f"#{shown}" if place is None else place


def _places(node: Node, path: Path) -> Iterator[tuple[int, Path]]:
    for name, child in node.fields.items():
        yield child.key_line, (*path, name)
        yield from _places(child, (*path, name))
    for key, child in zip(keys_in(node), node.items, strict=True):
        yield child.line, (*path, key)
        yield from _places(child, (*path, key))


def _text(node: Node, name: str) -> str:
    return node.fields[name].text.strip() if name in node.fields else ""
