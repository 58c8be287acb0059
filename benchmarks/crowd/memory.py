"""Memory of what the benchmark has started: the site, the worker, and the worker's children."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

SETTLED_MINUTES = 10.0  # each connection fills its cache of pages first


@dataclass(frozen=True, slots=True)
class Sample:
    """MiB at a minute, RSS and (in `_pss`) each shared page counted once; `children`: those of the worker, with models."""

    minute: float
    site: int
    site_pss: int
    worker: int
    children: int
    pages: int  # answered so far
    errors: int


def sample(minute: float, pages: int, errors: int) -> Sample:
    """Read it now."""
    found = {"site": 0, "site_pss": 0, "worker": 0, "children": 0}
    for process in psutil.Process().children():
        try:
            kind = process.cmdline()[-1]
            below = process.children(recursive=True)
        except (psutil.Error, IndexError):  # it has ended meanwhile
            continue
        if kind == "serve":
            for one in (process, *below):
                found["site"] += _of(one, "rss")
                found["site_pss"] += _of(one, "pss")
        elif kind == "worker":
            found["worker"] += _of(process, "rss")
            found["children"] += sum(_of(one, "rss") for one in below)
    return Sample(minute, **{name: size // 1024**2 for name, size in found.items()}, pages=pages, errors=errors)


def slope(samples: Sequence[Sample], of: str) -> float | None:
    """MiB an hour, by least squares over what came after the caches were full; None for too few."""
    chosen = [(s.minute, float(getattr(s, of))) for s in samples if s.minute >= SETTLED_MINUTES]
    if len(chosen) < 5:
        return None
    middle = sum(x for x, _ in chosen) / len(chosen)
    mean = sum(y for _, y in chosen) / len(chosen)
    spread = sum((x - middle) ** 2 for x, _ in chosen)
    return 60 * sum((x - middle) * (y - mean) for x, y in chosen) / spread


def _of(process: psutil.Process, kind: str) -> int:
    try:
        return int(process.memory_info().rss if kind == "rss" else process.memory_full_info().pss)
    except psutil.Error:
        return 0


def load() -> float:
    """How many processes of the machine want a processor, over five minutes."""
    return os.getloadavg()[1]
