"""Show a place in a string to people who read it in a terminal or in a monospaced box."""

from __future__ import annotations

import unicodedata


def columns(text: str) -> int:
    """Return how many terminal columns `text` takes: wide and full-width characters two, combining ones none.

    Ambiguous characters (… “ ”) count one, as in wcwidth and in terminals without a CJK legacy setting.
    """
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def caret_picture(source: str, position: int) -> str:
    """Return two lines: `source` on one line, and a caret under the character at index `position`."""
    line = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp", "Cs"} else c for c in source)
    return f"{line}\n{' ' * columns(line[:position])}^"
