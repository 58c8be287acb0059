"""Which clauses use a shared phrase list, also through other lists. Pure, by the texts of a folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from web.lexicon.outline import Node, outline

_NAMED = re.compile(r"[<＜]\s*([^<>＜＞\s]+)\s*[>＞]")
SHARED = "shared/"


@dataclass(frozen=True, slots=True)
class Use:
    """A clause that uses a list; `through`: the lists that lead from it to this one, none where it names it itself."""

    standard_id: str
    standard: str
    key: str | int
    clause: str
    text: str
    through: tuple[str, ...]


@dataclass(slots=True)
class Shared:
    """A shared list: its file, title, how many phrases it has, the lists and other things that name it, its clauses."""

    name: str
    file: str
    title: str
    phrases: int
    lists: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)

    @property
    def standards(self) -> tuple[str, ...]:
        """The titles of the standards whose clauses use it."""
        return tuple(dict.fromkeys(use.standard for use in self.uses))


def shared_lists(texts: Mapping[str, str]) -> dict[str, Shared]:
    """The lists of a folder's shared files with all that use them; `texts`: the YAML files by path.

    A file that cannot be read is left out.
    """
    found: dict[str, Shared] = {}
    names: dict[str, set[str]] = {}  # of each list: those that it takes in
    for path, text in texts.items():
        for name, node in outline(text).lists.items() if path.startswith(SHARED) else ():
            title = node.fields["title"].text if "title" in node.fields else name
            phrases = len(node.fields["phrases"].items) if "phrases" in node.fields else 0
            found[name] = Shared(name, path, title, phrases)
            names[name] = set(_names(node))
    for outer, inner in names.items():
        for name in inner & set(found) - {outer}:
            found[name].lists.append(outer)
    for path, text in texts.items():
        if path.startswith(SHARED):
            _tell_others(text, found)
        elif "/" not in path:
            _tell_clauses(path.removesuffix(".yaml"), text, found, names)
    return found


def _tell_clauses(standard_id: str, text: str, found: dict[str, Shared], names: Mapping[str, set[str]]) -> None:
    read = outline(text)
    title = read.fields["title"].text if "title" in read.fields else standard_id
    for key, node in read.clauses:
        clause, words = (node.fields[n].text if n in node.fields else "" for n in ("clause", "text"))
        for name, through in _reached(set(_names(node)) & set(found), names).items():
            if name in found:
                found[name].uses.append(Use(standard_id, title, key, clause, words, through))


def _reached(named: set[str], names: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
    """All lists that are taken in, each with the shortest way to it."""
    ways: dict[str, tuple[str, ...]] = dict.fromkeys(sorted(named), ())
    waiting = list(ways)
    for name in waiting:
        for inner in sorted(names.get(name, ())):
            if inner not in ways:
                ways[inner] = (*ways[name], name)
                waiting.append(inner)
    return ways


def _tell_others(text: str, found: dict[str, Shared]) -> None:
    """Facts, roles and frames are no clauses, but a list that they use changes them too."""
    for section in ("facts", "roles", "frames"):
        node = outline(text).fields.get(section)
        for name, entry in node.fields.items() if node else ():
            title = entry.fields["title"].text if "title" in entry.fields else name
            for used in set(_names(entry)) & set(found):
                found[used].others.append(title)


def _names(node: Node) -> Iterator[str]:
    if node.text:
        yield from _NAMED.findall(node.text)
    for child in [*node.fields.values(), *node.items]:
        yield from _names(child)
