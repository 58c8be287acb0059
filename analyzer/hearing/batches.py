"""Windows decoded together, as many as the device's memory holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from analyzer.errors import ModelError
from analyzer.hearing.types import Decoded, Window

# How torch and CTranslate2 say it: both raise a plain RuntimeError (torch's own is a subclass of it).
_FULL = ("out of memory", "cublas_status_alloc_failed")


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
