"""Entries of a YAML list taken out, moved and put in by whole lines: each keeps the comments above it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from web.lexicon.outline import Node
from web.lexicon.yamltext import YamlTextError

WIDTH = 2  # columns that an entry's fields stand behind its dash


class NotABlockError(YamlTextError):
    """The list is written in one line, or otherwise than one entry a line; its words are for people."""

    def __init__(self) -> None:
        super().__init__("这里的内容写在方括号里，不能这样移动，请在“全文”里改")


def without(text: str, entries: Sequence[Node], index: int) -> str:
    """The text without an entry. Raises NotABlockError."""
    lines, spans = _spans(text, entries)
    start, end = spans[index]
    return "".join(lines[:start] + lines[end:])


def moved(text: str, entries: Sequence[Node], index: int, by: int) -> str:
    """The text with an entry that many places further down (up where negative), as far as there are places."""
    lines, spans = _spans(text, entries)
    target = min(max(index + by, 0), len(entries) - 1)
    order = list(range(len(entries)))
    order.insert(target, order.pop(index))
    first, last = spans[0][0], spans[-1][1]
    inner = [line for place in order for line in _ended(lines[slice(*spans[place])])]
    return "".join([*lines[:first], *inner, *lines[last:]])


def added(text: str, entries: Sequence[Node], after: int, rows: Sequence[str]) -> str:
    """The text with a new entry behind the one at `after` (-1: before all); `rows` are its lines without indent."""
    lines, spans = _spans(text, entries)
    place = spans[after][1] if after >= 0 else spans[0][0]
    indent = _indent(lines[entries[0].line - 1])
    new = [f"{indent}{'- ' if i == 0 else ' ' * WIDTH}{row}\n" for i, row in enumerate(rows)]
    return "".join([*_ended(lines[:place]), *new, *lines[place:]])


def rows_of(values: Mapping[str, str]) -> list[str]:
    """The lines of a new entry, each value as it is to be written."""
    return [f"{name}: {value}" if value else f"{name}:" for name, value in values.items()]


def _spans(text: str, entries: Sequence[Node]) -> tuple[list[str], list[tuple[int, int]]]:
    """The lines with their ends, and each entry's first and its end; comments right above belong to an entry."""
    lines = text.splitlines(keepends=True)
    starts = [entry.line - 1 for entry in entries]
    if not starts or len(set(starts)) != len(starts) or any(not _dashed(lines[start]) for start in starts):
        raise NotABlockError
    indent = _indent(lines[starts[0]])
    end = starts[-1] + 1
    while end < len(lines) and (not lines[end].strip() or len(_indent(lines[end])) > len(indent)):
        end += 1
    while not lines[end - 1].strip():
        end -= 1
    heads = [_head(lines, start, before + 1) for before, start in pairwise(starts)]
    heads = [starts[0], *heads]  # what stands above the first may be about all
    return lines, list(zip(heads, [*heads[1:], end], strict=True))


def _head(lines: list[str], start: int, least: int) -> int:
    indent = len(_indent(lines[start]))
    while start > least and _is_between(lines[start - 1], indent):
        start -= 1
    return start


def _is_between(line: str, indent: int) -> bool:
    """Nothing, or a comment that stands no deeper than the entries."""
    return not line.strip() or (line.lstrip().startswith("#") and len(_indent(line)) <= indent)


def _dashed(line: str) -> bool:
    return line.lstrip().startswith("- ")


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" "))]


def _ended(lines: list[str]) -> list[str]:
    """The lines, the last with its end: the file's last line may have none."""
    return lines if not lines or lines[-1].endswith("\n") else [*lines[:-1], lines[-1] + "\n"]
