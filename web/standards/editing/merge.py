"""Two people changed the same thing: what both did, and where only a person can say which holds. Pure.

A text is merged by lines (three ways, as `diff3`), a form by fields; a list of phrases has no order that matters, so
that both people's additions and removals always stand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreed:
    """Lines about which there is nothing to choose; `by`: who changed them ("" nobody, mine, theirs, both)."""

    lines: Lines
    by: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Lines that two people changed differently."""

    base: Lines
    mine: Lines
    theirs: Lines


Piece = Agreed | Conflict
MINE, THEIRS, BOTH = "mine", "theirs", "both"


def merge_lines(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> tuple[Piece, ...]:
    """Return the pieces of the merged text, in order.

    No line that one side added or kept is missing from them: it is agreed, or stands in a conflict.
    """
    pieces: list[Piece] = []
    at_base = at_mine = at_theirs = 0
    for start, to_mine, to_theirs, length in _common(base, mine, theirs):
        changed = (tuple(base[at_base:start]), tuple(mine[at_mine:to_mine]), tuple(theirs[at_theirs:to_theirs]))
        if any(changed):
            pieces += _pieces(*changed)
        if length:
            pieces.append(Agreed(tuple(base[start : start + length])))
        at_base, at_mine, at_theirs = start + length, to_mine + length, to_theirs + length
    return tuple(pieces)


def _pieces(base: Lines, mine: Lines, theirs: Lines) -> list[Piece]:
    """What became of a run of lines; where all three have as many, line by line: neighbours are no conflict."""
    if len(base) == len(mine) == len(theirs):
        return [_piece((b,), (m,), (t,)) for b, m, t in zip(base, mine, theirs, strict=True)]
    return [_piece(base, mine, theirs)]


def _piece(base: Lines, mine: Lines, theirs: Lines) -> Piece:
    if mine == theirs:
        return Agreed(mine, BOTH)
    if theirs == base:
        return Agreed(mine, MINE)
    if mine == base:
        return Agreed(theirs, THEIRS)
    return Conflict(base, mine, theirs)


def _common(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield (place in base, in mine, in theirs, length) of the runs that all three have, and at last their ends."""
    ours, others = _blocks(base, mine), _blocks(base, theirs)
    i = j = 0
    while i < len(ours) and j < len(others):
        (a, b, n), (c, d, m) = ours[i], others[j]
        start, end = max(a, c), min(a + n, c + m)
        if start < end:
            yield start, b + start - a, d + start - c, end - start
        if a + n < c + m:
            i += 1
        else:
            j += 1
    yield len(base), len(mine), len(theirs), 0


def _blocks(base: Sequence[str], other: Sequence[str]) -> list[tuple[int, int, int]]:
    """The runs that two have in common; what is equal at both ends is taken first, as editors change little."""
    most = min(len(base), len(other))
    head = 0
    while head < most and base[head] == other[head]:
        head += 1
    tail = 0
    while tail < most - head and base[-1 - tail] == other[-1 - tail]:
        tail += 1
    inner = SequenceMatcher(None, base[head : len(base) - tail], other[head : len(other) - tail])
    found = [(0, 0, head)] if head else []
    found += [(block.a + head, block.b + head, block.size) for block in inner.get_matching_blocks() if block.size]
    if tail:
        found.append((len(base) - tail, len(other) - tail, tail))
    return found


def conflicts(pieces: Sequence[Piece]) -> tuple[Conflict, ...]:
    return tuple(piece for piece in pieces if isinstance(piece, Conflict))


def settled(pieces: Sequence[Piece], chosen: Sequence[str] = ()) -> Lines:
    """Return the merged text; `chosen` says for each conflict mine | theirs | both (theirs, then mine)."""
    lines: list[str] = []
    answers = iter(chosen)
    for piece in pieces:
        if isinstance(piece, Agreed):
            lines += piece.lines
            continue
        answer = next(answers, MINE)
        lines += piece.theirs if answer in (THEIRS, BOTH) else ()
        lines += piece.mine if answer in (MINE, BOTH) else ()
    return tuple(lines)


def merge_entries(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> Lines:
    """Return a list without order in which both people's additions stand and what either took out is gone."""
    gone = {entry for entry in base if entry not in mine}
    kept = [entry for entry in theirs if entry not in gone]
    known = {*base, *kept}
    before: str | None = None
    for entry in mine:
        if entry not in known:
            kept.insert(kept.index(before) + 1 if before in kept else len(kept), entry)
            known.add(entry)
        before = entry if entry in kept else before
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class FieldMerge:
    """`values`: what the fields are now (mine where they clash); `clashes`: what the others made of those fields.

    `theirs`: the fields that only the others changed.
    """

    values: dict[str, str]
    clashes: dict[str, str]
    theirs: tuple[str, ...]


def merge_fields(
    base: Mapping[str, str], mine: Mapping[str, str], theirs: Mapping[str, str], lists: Collection[str] = ()
) -> FieldMerge:
    """Merge a form field by field; those named in `lists` hold one entry a line. A field that is missing is empty."""
    values, clashes, changed = {}, {}, []
    for name in dict.fromkeys([*theirs, *mine]):
        old, my, their = base.get(name, ""), mine.get(name, base.get(name, "")), theirs.get(name, "")
        values[name] = my
        if my == old:
            values[name] = their
            changed += [name] if their != old else []
        elif their not in (old, my):
            if name in lists:
                values[name] = "\n".join(merge_entries(old.splitlines(), my.splitlines(), their.splitlines()))
            else:
                clashes[name] = their
    return FieldMerge(values, clashes, tuple(changed))
