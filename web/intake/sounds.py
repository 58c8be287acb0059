"""A line as it is searched: its characters and its syllables, without signs, with the way back to what is read. Pure.

Terms are single characters, pairs of neighbours, and pairs of neighbouring syllables without tones, each with a letter for who
said it. No words: jieba cuts a sentence and a question about it differently, so that one pair of words in forty would not be
found again. Pairs always are, and a question of three characters and more is looked for in the lines themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise
from typing import Any

from web.intake.analysis import normalise, readings_of, spell
from web.masking import MASK
from web.models.vocabulary import Role

BETWEEN = "·"  # two syllables
_PRIVATE, _SOUND = 3, 6  # how far from a letter its private twin is, and the letter of its syllables


@dataclass(frozen=True, slots=True)
class Words:
    """A text to be searched: `folded` character by character, MASK where something private stood, and the syllables of each."""

    text: str
    folded: str
    syllables: str  # with a space between two; as many as characters

    @classmethod
    def of(cls, text: str) -> Words:
        folded = fold(text)[0]
        return cls(text, folded, " ".join(syllables(folded)))


@dataclass(frozen=True, slots=True)
class Line:
    """A line: whole, and as who may not read private words sees it (None: the same).

    `times`: hundredths of a second from `start_s`, one a character of the text.
    """

    role: Role
    start_s: float
    end_s: float
    times: tuple[int, ...]
    whole: Words
    masked: Words | None = None

    def as_list(self) -> list[Any]:
        """As the database keeps it."""
        masked = None if self.masked is None else list(astuple(self.masked))
        return [self.role.value, self.start_s, self.end_s, list(self.times), list(astuple(self.whole)), masked]

    @classmethod
    def from_list(cls, kept: Sequence[Any]) -> Line:
        role, start_s, end_s, times, whole, masked = kept
        return cls(Role(role), start_s, end_s, tuple(times), Words(*whole), None if masked is None else Words(*masked))

    def seen(self, *, private: bool) -> Words:
        """The words as a reader with or without the right to private ones sees them."""
        return self.whole if private or self.masked is None else self.masked


def fold(text: str) -> tuple[str, tuple[int, ...]]:
    """The characters that count, in the analyzer's own normal form, and where each stands in the text."""
    folded, origin, at = "", list[int](), 0
    for number, piece in enumerate(text.split(MASK)):
        if number:
            folded += MASK
            origin.append(at)
            at += 1
        normal = normalise(piece)
        folded += normal.text
        origin += [at + place for place in normal.origin]
        at += len(piece)
    return folded, tuple(origin)


def syllables(folded: str) -> list[str]:
    """One a character, without tone, as the words around it have it read; what is not Chinese sounds as it is written."""
    made: list[str] = []
    for number, piece in enumerate(folded.split(MASK)):
        if number:
            made.append(MASK)
        made += (_syllable(key) for key in spell(piece))
    return made


def _syllable(key: str) -> str:
    read = readings_of(key)
    sound = f"{read[0].initial}{read[0].final.lstrip('-')}" if read else ""  # the i of zhi is written -i there
    return sound or key[0]


def letters_of(role: Role | None, *, private: bool) -> list[str]:
    """The letters of what a role says (None: of what anybody says), with or without what only some may read."""
    opened = "abc" if role is None else letter_of(role)
    return [*opened, *(chr(ord(letter) + _PRIVATE) for letter in opened if private)]


def letter_of(role: Role) -> str:
    """The letter that stands before what the role says, as everybody may read it."""
    return {Role.TECHNICIAN: "a", Role.CUSTOMER: "b"}.get(role, "c")


def sound_letter(letter: str) -> str:
    """The letter that stands before syllables where `letter` stands before characters."""
    return chr(ord(letter) + _SOUND)


def terms_of(lines: Iterable[Line]) -> list[str]:
    """What the index holds of a recording: what everybody finds, and what is found with the right to private words only."""
    opened: set[str] = set()
    private: set[str] = set()
    for line in lines:
        opened.update(_terms(line.seen(private=False), letter_of(line.role)))
        if line.masked is not None:
            private.update(_terms(line.whole, letter_of(line.role)))
    return sorted(opened | {chr(ord(term[0]) + _PRIVATE) + term[1:] for term in private - opened})


def _terms(words: Words, letter: str) -> Iterator[str]:
    yield from (f"{letter}{one}" for one in words.folded if one != MASK)
    yield from (f"{letter}{pair}" for pair in pairs_of(words.folded))
    yield from (f"{sound_letter(letter)}{pair}" for pair in sounds_of(words.syllables.split(" ")))


def pairs_of(folded: str) -> Iterator[str]:
    """Neighbouring characters."""
    return (one + other for one, other in pairwise(folded) if MASK not in (one, other))


def sounds_of(spelled: Sequence[str]) -> Iterator[str]:
    """Neighbouring syllables."""
    return (one + BETWEEN + other for one, other in pairwise(spelled) if MASK not in (one, other))
