"""Simplified characters, one for one, so that character times stay true."""

from __future__ import annotations

import functools
import re
from typing import Any

# Whisper ends Chinese clauses with ASCII marks. A mark between two ASCII characters (3,000, 10:30) belongs to them.
_MARKS = str.maketrans(",?!:;", "，？！：；")
_HALF = str.maketrans("，？！：；", ",?!:;")
_MARK = re.compile(r"(?<![ -~])[,?!:;]+|[,?!:;]+(?![ -~])")
# What is not said: punctuation, symbols and spaces. `\W` would do, but for the underscore.
_UNSPOKEN = re.compile(r"[\W_]+")


def to_simplified(text: str) -> str:
    """`text` in Simplified characters, same length (OpenCC t2s: phrases where lengths agree, else characters)."""
    converter = _converter()
    whole = str(converter.convert(text))
    if len(whole) == len(text):
        return whole
    return "".join(one if len(one := str(converter.convert(char))) == 1 else char for char in text)


def to_chinese_marks(text: str) -> str:
    """`text` with the marks of Chinese after or before what is not ASCII, same length.

    >>> to_chinese_marks("你好,3,000块?好 OK!")
    '你好，3,000块？好 OK！'
    """
    return _MARK.sub(lambda found: found[0].translate(_MARKS), text)


def to_model_marks(text: str) -> str:
    """`text` with the marks as the models write them, same length: what is held against the sound must not look foreign."""
    return text.translate(_HALF)


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
