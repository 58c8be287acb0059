"""The words of lexicons/shared/frames.yaml, ready to be looked for in a sentence.

They are matched by their characters, not by sound: they are short, and 说 heard for 收 would turn a verdict round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.rubric.model import Choice, FrameWords, Gap, Literal, Phrase, PhraseList, Sequence, Standard

COMMA = "，"  # stands in a context for a break within a sentence
_NEVER = "(?!)"


def _expression(phrases: tuple[Phrase, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{_sequence(p.pattern)})" for p in phrases) or _NEVER)


def _sequence(pattern: Sequence) -> str:
    return "".join(map(_part, pattern.parts))


def _part(part: Literal | Gap | Choice) -> str:
    if isinstance(part, Literal):
        return re.escape(part.text)
    if isinstance(part, Gap):
        return f"[^{COMMA}]{{0,{part.max_chars}}}"
    # Longer options first: a regular expression takes the first that fits.
    return "(?:" + "|".join(sorted(map(_sequence, part.options), key=len, reverse=True)) + ")"


class WordList:
    """One list: where its words stand in a text, less where one of its exceptions covers them."""

    def __init__(self, listed: PhraseList | None) -> None:
        self._words = _expression(listed.phrases if listed else ())
        self._except = _expression(listed.exceptions if listed else ())
        self._ending = re.compile(f"(?:{self._words.pattern})$")

    @property
    def expression(self) -> str:
        """The list's words as one group of a regular expression, to be put into a longer one."""
        return f"(?:{self._words.pattern})"

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the places of the list's words in `text`, from left to right, none overlapping."""
        covered = [m.span() for m in self._except.finditer(text)]
        for m in self._words.finditer(text):
            if not any(a < m.end() and m.start() < b for a, b in covered):
                yield m.span()

    def ending(self, text: str) -> str:
        """Return the longest word of the list that `text` ends with; "" where it ends with none."""
        found = self._ending.search(text)
        if found is None:
            return ""
        covered = any(a < len(text) <= b for a, b in (m.span() for m in self._except.finditer(text)))
        return "" if covered else found.group()

    def beginning(self, text: str) -> str:
        """Return the word of the list that `text` begins with; "" where it begins with none."""
        found = self._words.match(text)
        return found.group() if found else ""

    def stripped(self, text: str) -> str:
        """Return `text` without the words of the list that it ends with, one after the other."""
        while text and (word := self.ending(text)):
            text = text[: -len(word)]
        return text

    def is_all_of(self, text: str) -> bool:
        """Return whether `text` is nothing but words of the list."""
        return re.fullmatch(f"(?:{self._words.pattern})*", text) is not None


class Vocabulary:
    """All lists of a standard; one that the folder does not have is empty."""

    def __init__(self, frames: dict[FrameWords, PhraseList]) -> None:
        self._lists = {name: WordList(frames.get(name)) for name in FrameWords}

    def __getitem__(self, name: FrameWords) -> WordList:
        return self._lists[name]


NO_VOCABULARY = Vocabulary({})
_VOCABULARIES: dict[tuple[str, str], Vocabulary] = {}


def vocabulary_of(standard: Standard) -> Vocabulary:
    """Return the standard's lists, compiled once a process (by the standard's digest)."""
    key = (standard.ref.id, standard.ref.digest)
    if key not in _VOCABULARIES:
        _VOCABULARIES[key] = Vocabulary(standard.frames)
    return _VOCABULARIES[key]
