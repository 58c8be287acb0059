"""Values that a database cannot keep: SQLite and PostgreSQL refuse different ones, and we the same on both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

WHOLE = 2**63  # whole numbers lie in [-WHOLE, WHOLE)


class UnstorableError(ValueError):
    """NUL in a text, half a character (a lone surrogate), a whole number beyond 64 bits."""


def refuse_unstorable(
    _connection: Any, _cursor: Any, _statement: str, parameters: Any, _context: Any, _many: bool
) -> None:
    """Raise UnstorableError before a statement that carries such a value: a listener of the engine."""
    _check(parameters)


def _check(value: object) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise UnstorableError("a text with NUL")
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError as error:
                raise UnstorableError("a text with half a character") from error
    elif isinstance(value, int):
        if not -WHOLE <= value < WHOLE:
            raise UnstorableError("a whole number beyond 64 bits")
    elif isinstance(value, Mapping):
        for one in value.values():
            _check(one)
    elif isinstance(value, Iterable) and not isinstance(value, bytes | bytearray | memoryview):
        for one in value:
            _check(one)
