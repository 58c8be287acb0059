"""The cost table of a standard: made once, over every character that its phrases ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzer.matching import CostTable
from analyzer.rubric.model import Choice, Literal, Phrase, Sequence, Standard
from analyzer.text.syllables import spell


def characters(pattern: Sequence) -> Iterator[str]:
    """Yield the literal texts of a pattern."""
    for part in pattern.parts:
        if isinstance(part, Literal):
            yield part.text
        elif isinstance(part, Choice):
            for option in part.options:
                yield from characters(option)


def table_over(phrases: Iterable[Phrase]) -> CostTable:
    """Return the cost table over every character that `phrases` ask for; make once, use for every recording."""
    return CostTable(key for p in phrases for text in characters(p.pattern) for key in spell(text))


def standard_phrases(standard: Standard) -> Iterator[Phrase]:
    for item in standard.items:
        for element in item.elements:
            yield from element.phrases
            yield from element.alone
            yield from element.exceptions
            yield from element.remedies
            yield from element.refusals
            yield from element.questions
            yield from element.topics
    for fact in standard.facts.values():
        for cue in (*fact.cues, *fact.taken_back):
            yield from cue.phrases
            yield from cue.exceptions


_KEPT = 24  # tables of a process, some 3 MB each: the standards in effect, and drafts that are tried
_TABLES: dict[tuple[str, str], CostTable] = {}


def table_for(standard: Standard) -> CostTable:
    """Return the standard's cost table, kept for the process by its digest; the longest unused goes first."""
    key = (standard.ref.id, standard.ref.digest)
    table = _TABLES.get(key)
    if table is None:
        table = table_over(standard_phrases(standard))
    _TABLES.pop(key, None)
    _TABLES[key] = table
    for oldest in list(_TABLES)[:-_KEPT]:
        _TABLES.pop(oldest, None)
    return table
