"""Memory: glibc's heaps kept small between the stages, and who goes first where there is too little. Elsewhere nothing is done."""

from __future__ import annotations

import contextlib
import ctypes
from pathlib import Path

_M_ARENA_MAX = -8  # malloc.h


def few_arenas() -> None:
    """Let glibc keep two heaps instead of eight a core: engines with threads of their own leave each one half empty.

    Measured: 1.28 GB instead of 1.52 GB after two recordings of 97 s.
    """
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def give_back_memory() -> None:
    """Return to the system what was freed inside glibc's heaps: it does so by itself only at their ends."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def first_to_go(score: int) -> None:
    """Let the kernel end this process before others (up to 1000) where memory runs out, and not the site or the database."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(score), "ascii")
