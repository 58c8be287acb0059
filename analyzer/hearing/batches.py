"""Windows decoded together, as many as the device's memory holds, and hands that share them out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from analyzer.errors import ModelError
from analyzer.hearing.types import Decoded, Window

# How torch and CTranslate2 say it: both raise a plain RuntimeError (torch's own is a subclass of it).
_FULL = ("out of memory", "cublas_status_alloc_failed")

HANDS = 2  # two decoders of one thread take 0.8 of the time of one of two (benchmarks/results/peers.md)

A = TypeVar("A")
B = TypeVar("B")


class Hands:
    """Workers beside each other that share `threads` threads: `count` of them with `threads` each."""

    def __init__(self, threads: int) -> None:
        self.count = min(HANDS, threads)
        self.threads = -(-threads // self.count)
        self._pool = ThreadPoolExecutor(self.count, "hand")

    def each(self, work: Callable[[A], B], parts: Iterable[A]) -> list[B]:
        """Every part's result, in order. Raises what the first failed part raised."""
        return list(self._pool.map(work, parts))


def in_batches(
    windows: Sequence[Window], size: int, decode: Callable[[Sequence[Window]], Sequence[Decoded]]
) -> Iterator[Decoded]:
    """One Decoded a window, in order; at most `size` windows are in memory at a time.

    A GPU may be shared, and what was free a minute ago is not now: where a batch does not fit, half of it is tried.
    Raises ModelError where not even one window fits.
    """
    first = 0
    while first < len(windows):
        batch = windows[first : first + size]
        decoded = _tried(decode, batch)
        if decoded is None:
            size = len(batch) // 2
            continue
        yield from decoded
        first += len(batch)


def _tried(
    decode: Callable[[Sequence[Window]], Sequence[Decoded]], batch: Sequence[Window]
) -> Sequence[Decoded] | None:
    """None where memory ran out; returning first lets go of what the failed attempt still held."""
    try:
        return decode(batch)
    except RuntimeError as error:
        if not any(said in str(error).lower() for said in _FULL):
            raise
        if len(batch) == 1:
            raise ModelError(
                "gpu-memory",
                "显卡内存不足，连一个窗口也放不下",
                "请关掉占用显卡的其他程序、换小一些的模型，或设 TINGJIAN_DEVICE=cpu",
            ) from error
        return None
