"""Traditional to Simplified characters (OpenCC t2s), with and without keeping the length."""

from __future__ import annotations

import functools
from typing import Any


@functools.cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def simplify(text: str) -> str:
    """Return `text` in Simplified characters; the length may change (phrase-level conversion)."""
    return str(_converter().convert(text))


def simplify_same_length(text: str) -> str:
    """Return `text` in Simplified characters, one for one, so that character times stay true.

    Where the phrase-level conversion changes the length, characters are converted one by one and
    those that would change length alone stay as they are.
    """
    converted = simplify(text)
    if len(converted) == len(text):
        return converted
    single = (simplify(char) for char in text)
    return "".join(new if len(new) == 1 else old for old, new in zip(text, single, strict=True))
