"""Long writing in pieces, so that everybody else gets his turn between two."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
WORK_S = 0.2
REST_S = 0.02  # who waits stands in a line and comes next; where there is none, he looks again every few milliseconds


def in_turns(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Give the items in pieces, one for each writing transaction, with a rest after each fifth of a second of work.

    The rest is for the other threads of the process: who reads a page wants the interpreter.
    """
    worked_s = 0.0
    for start in range(0, len(items), size):
        begun_s = time.monotonic()
        yield items[start : start + size]
        worked_s += time.monotonic() - begun_s
        if worked_s >= WORK_S and start + size < len(items):
            time.sleep(REST_S)
            worked_s = 0.0
