"""Characters to their Mandarin syllables, all readings (pypinyin is imported here alone).

A syllable is (initial, final, tone); tone 5 is the neutral tone. A character that is not Chinese has no
syllable and is only ever equal to itself.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

_HAN = re.compile("[\u3400-\u9fff]")
_LATIN = re.compile("[a-z]+")
_VOWELS = re.compile("[aeiouy]+")


@dataclass(frozen=True, slots=True)
class Syllable:
    """One reading. `initial` is "" for zero initials; `final` in pypinyin's strict spelling (ü as v)."""

    initial: str
    final: str
    tone: int


@functools.cache
def readings(char: str) -> tuple[Syllable, ...]:
    """Return the readings of one character, the most common first; empty for letters and signs."""
    from pypinyin import Style, pinyin
    from pypinyin.contrib.tone_convert import to_finals, to_initials

    if not "\u3400" <= char <= "\u9fff":
        return ()
    spelled = pinyin(char, style=Style.TONE3, heteronym=True, neutral_tone_with_five=True, errors="ignore")
    found: list[Syllable] = []
    for text in spelled[0] if spelled else ():
        if not text[-1].isdigit():
            continue
        initial = to_initials(text, strict=True)
        final = to_finals(text, strict=True)
        if final == "i" and initial in {"zh", "ch", "sh", "r", "z", "c", "s"}:
            final = "-i"  # the apical vowel of zhi and zi is not the vowel of ji
        found.append(Syllable(initial, final, int(text[-1])))
    return tuple(dict.fromkeys(found))


def count_syllables(text: str) -> int:
    """Return how many syllables normalised `text` has.

    One a Han character (儿 of 哪儿 included), one a vowel group of a Latin word, one a letter where it has no vowel.

    >>> count_syllables("wifi用不了"), count_syllables("tv")
    (5, 2)
    """
    latin = sum(len(_VOWELS.findall(word)) or len(word) for word in _LATIN.findall(text))
    return len(_HAN.findall(text)) + latin
