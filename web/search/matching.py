"""Conditions on the terms of a recording, and how each database writes them. Pure.

The index answers which recordings *may* have it: of three characters it knows that each two stand side by side somewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from web.intake.sounds import pairs_of, sound_letter, sounds_of
from web.search.question import Phrase


@dataclass(frozen=True, slots=True)
class Condition:
    """`op`: term | and | or | not (the first but not the second)."""

    op: str
    parts: tuple[Condition, ...] = ()
    term: str = ""


def exact(phrases: Sequence[Phrase], letters: Sequence[str]) -> Condition:
    """Every phrase is said in these very characters, by one of `letters`."""
    return _all(_exact(phrase, letters) for phrase in phrases)


def alike(phrases: Sequence[Phrase], letters: Sequence[str]) -> Condition | None:
    """Every phrase is said in these characters or sounds so, and not all of them exactly; None where nothing can sound so."""
    if not any(phrase.has_sound for phrase in phrases):
        return None
    either = _all(
        _any([_exact(phrase, letters), _sound(phrase, letters)]) if phrase.has_sound else _exact(phrase, letters)
        for phrase in phrases
    )
    return Condition("not", (either, exact(phrases, letters)))


def _exact(phrase: Phrase, letters: Sequence[str]) -> Condition:
    return _terms(pairs_of(phrase.folded) if len(phrase.folded) > 1 else [phrase.folded], letters)


def _sound(phrase: Phrase, letters: Sequence[str]) -> Condition:
    return _terms(sounds_of(phrase.syllables), [sound_letter(letter) for letter in letters])


def _terms(wanted: Iterable[str], letters: Sequence[str]) -> Condition:
    return _all(_any(Condition("term", term=letter + one) for letter in letters) for one in dict.fromkeys(wanted))


def _all(parts: Iterable[Condition]) -> Condition:
    return _joined("and", tuple(parts))


def _any(parts: Iterable[Condition]) -> Condition:
    return _joined("or", tuple(parts))


def _joined(op: str, parts: tuple[Condition, ...]) -> Condition:
    return parts[0] if len(parts) == 1 else Condition(op, parts)


def for_fts5(condition: Condition) -> str:
    """As FTS5 reads it. Terms hold letters and digits only: nothing in them has to be escaped."""
    if condition.op == "term":
        return f'"{condition.term}"'
    return f"({f' {condition.op.upper()} '.join(for_fts5(part) for part in condition.parts)})"


def for_tsquery(condition: Condition) -> str:
    """As PostgreSQL reads it."""
    if condition.op == "term":
        return f"'{condition.term}'"
    parts = [for_tsquery(part) for part in condition.parts]
    between = {"and": " & ", "or": " | ", "not": " & !"}[condition.op]
    return f"({between.join(parts)})"
