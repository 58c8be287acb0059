"""One thing that a clause asks for."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.drafting import words
from analyzer.drafting.kinds import Guess
from analyzer.drafting.outline import Clause


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that a clause asks for. `text` is the document's own words, Simplified, from `start` to `end`.

    `quotes`: the words to be said or not to be said. `condition`: when it applies, in the document's words, and
    `fact`: the fact of the shared files that this seems to be ("" where none; "!signed" where it must not hold).
    """

    ref: str
    text: str
    start: int
    end: int
    headings: tuple[str, ...]
    guess: Guess
    quotes: tuple[str, ...] = ()
    condition: str = ""
    fact: str = ""
    label: str = ""


def banned_by_heading(clause: Clause) -> bool:
    return any(words.BAN_IN_HEADING.search(h) for h in clause.headings[-2:])
