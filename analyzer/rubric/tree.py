"""Pattern trees in canonical form: equal meanings written differently come out as equal trees.

Adjacent literals and adjacent gaps are one; a choice has at least two different options.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.rubric.model import Choice, Gap, Literal, Sequence

Part = Literal | Gap | Choice
EMPTY = Sequence(())
MAX_PARTS = 5000  # keeps lists that refer to lists that refer to lists from growing without bound


@dataclass(frozen=True, slots=True)
class Extent:
    """Literal characters on the shortest and on the longest path, and the number of parts in the tree."""

    min_chars: int
    max_chars: int
    parts: int


def join(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Merge neighbouring literals and neighbouring gaps (two gaps allow no more than the wider one)."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Literal) and isinstance(last, Literal):
            joined[-1] = Literal(last.text + part.text)
        elif isinstance(part, Gap) and isinstance(last, Gap):
            joined[-1] = Gap(max(last.max_chars, part.max_chars))
        else:
            joined.append(part)
    return tuple(joined)


def alternatives(options: Iterable[Sequence]) -> tuple[Part, ...]:
    """Return the parts that stand for "one of `options`": nothing, the only option itself, or a choice."""
    # Equal as written out means equal; hashing whole trees of dataclasses takes several times as long.
    by_text: dict[str, Sequence] = {}
    for option in options:
        by_text.setdefault(show(option), option)
    distinct = tuple(by_text.values())
    if not distinct:
        return ()
    return distinct[0].parts if len(distinct) == 1 else (Choice(distinct),)


def trim(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Drop gaps at both ends, also inside of choices that stand there.

    A gap behind an optional start (`[请]****坐`) stays: it separates where the start is said.
    """
    return _trim_end(_trim_end(parts, 0), -1)


def _trim_end(parts: tuple[Part, ...], end: int) -> tuple[Part, ...]:
    if not parts or isinstance(parts[end], Literal):
        return parts
    kept = list(parts)
    while kept:
        part = kept[end]
        if isinstance(part, Literal):
            break
        inner: tuple[Part, ...] = ()
        if isinstance(part, Choice):
            trimmed = [_trim_end(option.parts, end) for option in part.options]
            if all(new is option.parts for new, option in zip(trimmed, part.options, strict=True)):
                break
            inner = alternatives(Sequence(option) for option in trimmed)
        kept[end : (end + 1) or None] = inner
        if inner:
            break
    return join(kept)


def measure(pattern: Sequence) -> Extent:
    """Measure a pattern; gaps count no characters."""
    low = high = 0
    parts = len(pattern.parts)
    for part in pattern.parts:
        if isinstance(part, Literal):
            low += len(part.text)
            high += len(part.text)
        elif isinstance(part, Choice):
            extents = [measure(option) for option in part.options]
            low += min(e.min_chars for e in extents)
            high += max(e.max_chars for e in extents)
            parts += sum(e.parts + 1 for e in extents)
    return Extent(low, high, parts)


def variants(pattern: Sequence) -> int:
    """Return in how many ways the pattern can be said (gaps count once)."""
    ways = 1
    for part in pattern.parts:
        if isinstance(part, Choice):
            ways *= sum(variants(option) for option in part.options)
    return ways


def show(pattern: Sequence) -> str:
    """Write a pattern in the notation; parsing it again gives the same pattern (lists are written out)."""
    return "".join(_show(part) for part in pattern.parts)


def _show(part: Part) -> str:
    if isinstance(part, Literal):
        return part.text
    if isinstance(part, Gap):
        return "****"
    return "{" + "|".join(show(option) for option in part.options) + "}"
