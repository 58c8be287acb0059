"""One named normalisation: NFKC, Simplified, lower case, digits as they are read, no punctuation.

Lengths change, so `Normalised.origin` maps each character back to the original string.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum

from analyzer.text.simplify import simplify_same_length

NORMALISER = "nfkc-t2s-digits/2"

_DIGITS = "零一二三四五六七八九"
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_SENTENCE_END = frozenset("。！？!?；;…\n")
_QUOTES = frozenset("“”„‟‘’‚‛「」『』《》〈〉\"'")  # marks of quoted words: nobody pauses there


class Break(IntEnum):
    """How strongly the writing separates a character from the one before it."""

    NONE = 0
    COMMA = 1
    SENTENCE = 2
    TURN = 3


@dataclass(frozen=True, slots=True)
class Normalised:
    """`text[i]` comes from `original[origin[i]]`; `breaks[i]` is the break before `text[i]`."""

    original: str
    text: str
    origin: tuple[int, ...]
    breaks: tuple[Break, ...]


def read_number(digits: str) -> str:
    """Return how Mandarin reads a number written in ASCII digits.

    Whole numbers of up to four digits are read as quantities (105 → 一百零五), longer ones and those with a
    leading zero digit by digit (phone and badge numbers). A decimal part is read digit by digit after 点.

    >>> read_number("105"), read_number("20"), read_number("13800"), read_number("3.5")
    ('一百零五', '二十', '一三八零零', '三点五')
    """
    whole, _, decimals = digits.partition(".")
    spoken = _quantity(whole) if len(whole) <= 4 and not (len(whole) > 1 and whole[0] == "0") else ""
    spoken = spoken or "".join(_DIGITS[int(d)] for d in whole)
    return spoken + ("点" + "".join(_DIGITS[int(d)] for d in decimals) if decimals else "")


def _quantity(whole: str) -> str:
    if int(whole) == 0:
        return "零"
    units = ["", "十", "百", "千"]
    spoken, zero = "", False
    for place, digit in zip(range(len(whole) - 1, -1, -1), whole, strict=True):
        if digit == "0":
            zero = True
            continue
        spoken += ("零" if zero and spoken else "") + _DIGITS[int(digit)] + units[place]
        zero = False
    return spoken.removeprefix("一") if spoken.startswith("一十") else spoken


@functools.lru_cache(maxsize=16_384)
def normalise(text: str) -> Normalised:
    """Normalise `text` for matching. Normalising the result again changes nothing."""
    chars: list[str] = []
    origin: list[int] = []
    for i, char in enumerate(text):
        for part in unicodedata.normalize("NFKC", char):
            chars.append(part)
            origin.append(i)
    flat = simplify_same_length("".join(chars)).lower()
    if len(flat) != len(chars):  # lower() lengthens a few letters (İ): keep those as they were
        flat = "".join(c.lower() if len(c.lower()) == 1 else c for c in simplify_same_length("".join(chars)))
    out: list[str] = []
    out_origin: list[int] = []
    breaks: list[Break] = []
    pending = Break.NONE
    numbers = {m.start(): m for m in _NUMBER.finditer(flat) if m.group().isascii()}
    i = 0
    while i < len(flat):
        number = numbers.get(i)
        if number is not None:
            spoken = read_number(number.group())
            width = len(number.group())
            for k, char in enumerate(spoken):
                out.append(char)
                out_origin.append(origin[i + min(width - 1, k * width // len(spoken))])
                breaks.append(pending if k == 0 else Break.NONE)
            pending = Break.NONE
            i += width
            continue
        char = flat[i]
        if char.isalnum():
            out.append(char)
            out_origin.append(origin[i])
            breaks.append(pending)
            pending = Break.NONE
        elif char in _SENTENCE_END:
            pending = max(pending, Break.SENTENCE)
        elif not char.isspace() and char not in _QUOTES:
            pending = max(pending, Break.COMMA)
        i += 1
    return Normalised(text, "".join(out), tuple(out_origin), tuple(breaks))
