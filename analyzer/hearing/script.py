"""Simplified characters, one for one, so that character times stay true."""

from __future__ import annotations

import functools
import re
from typing import Any

# What is not said: punctuation, symbols and spaces. `\W` would do, but for the underscore.
_UNSPOKEN = re.compile(r"[\W_]+")


def to_simplified(text: str) -> str:
    """`text` in Simplified characters, same length (OpenCC t2s: phrases where lengths agree, else characters)."""
    converter = _converter()
    whole = str(converter.convert(text))
    if len(whole) == len(text):
        return whole
    return "".join(one if len(one := str(converter.convert(char))) == 1 else char for char in text)


def spoken(text: str) -> str:
    """Only what sounds: letters, digits and Han characters, lower case."""
    return _UNSPOKEN.sub("", text).lower()


def is_spoken(char: str) -> bool:
    """Whether a character is said rather than written for the reader (punctuation, space)."""
    return not _UNSPOKEN.fullmatch(char)


@functools.cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")
