"""Long writing in pieces, so that everybody else gets his turn between two."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
LEAST_S, MOST_S = 0.01, 0.25


def in_turns(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Give the items in pieces, one for each writing transaction, and rest between two half as long as one took.

    Without a rest nobody else comes in: SQLite's waiters look again after up to a tenth of a second, and whoever writes
    piece after piece has long begun the next.
    """
    for start in range(0, len(items), size):
        begun_s = time.monotonic()
        yield items[start : start + size]
        if start + size < len(items):
            time.sleep(min(MOST_S, max(LEAST_S, (time.monotonic() - begun_s) / 2)))
