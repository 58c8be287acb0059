"""What arrives from outside, made safe once: texts, numbers, JSON. `incoming.py` puts it before every view.

`number` reads ids, pages and revisions (`request.args.get("page", 1, type=number)`); days and moments are read by
`web.kit.calendar` and `web.kit.forms`. What makes no sense in an address is as if left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

MOST = 2**31 - 1  # what an id can be in PostgreSQL: a larger one is in no table of either database
MOST_DEPTH = 32  # objects and lists in one another: an Analysis has six


def plain_text(text: str) -> str:
    """Text that every database and file system takes: no NUL, and half an emoji (a lone surrogate) as U+FFFD."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def number(text: str) -> int:
    """A whole number from 0 that can be an id, in ASCII digits. Raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19) or int(text) > MOST:
        raise ValueError(f"not a whole number from 0 to {MOST}: {text!r:.40}")
    return int(text)


def numbers(texts: Iterable[str]) -> list[int]:
    """Those that are whole numbers."""
    return [int(text) for text in texts if whole(text) is not None]


def whole(text: str) -> int | None:
    """`number`, or None for anything else."""
    try:
        return number(text)
    except ValueError:
        return None


def plain_json(value: object, depth: int = MOST_DEPTH) -> Any:
    """The JSON value with plain texts. Raises ValueError where it is nested too deep."""
    if isinstance(value, str):
        return plain_text(value)
    if depth == 0 and isinstance(value, dict | list):
        raise ValueError(f"objects and lists nest more than {MOST_DEPTH} deep")
    if isinstance(value, list):
        return [plain_json(one, depth - 1) for one in value]
    if isinstance(value, dict):
        return {plain_text(name): plain_json(one, depth - 1) for name, one in value.items()}
    return value


def read_json(text: str | bytes) -> Any:
    """A JSON text, plain and not too deep; NaN and Infinity are no JSON. Raises ValueError."""
    try:
        return plain_json(json.loads(text, parse_constant=_no_constant))
    except RecursionError:
        raise ValueError(f"objects and lists nest more than {MOST_DEPTH} deep") from None


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
