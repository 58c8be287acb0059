"""Ids for clauses: of known ones their own, else a few syllables in pinyin; each once."""

from __future__ import annotations

import re

from analyzer.text.syllables import romanised

_ID = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_SYLLABLES = 4
_LEAD = re.compile(r"^[应须要并且对向给为将]+")


def slug(text: str) -> str:
    """Return a few syllables of a text, as 进门语 → jin-men-yu; "clause" where it has no character to spell."""
    spelled = romanised(_LEAD.sub("", re.sub(r"[^一-龥]", "", text)[: _SYLLABLES * 2]))[:_SYLLABLES]
    found = "-".join(spelled)
    return found if _ID.fullmatch(found) else "clause"


class Slugs:
    """Hands out ids, each once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wanted: str, text: str) -> str:
        """Return `wanted` where it is an id and free, else one made of `text`."""
        base = wanted if _ID.fullmatch(wanted) and len(wanted) <= 60 else slug(text)
        name, count = base, 1
        while name in self._taken:
            count += 1
            name = f"{base}-{count}"
        self._taken.add(name)
        return name
