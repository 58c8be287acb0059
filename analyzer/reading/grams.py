"""Short runs of characters and of syllables, hashed: what a reader sees of words before any model of their sense.

Characters tell 没电 from 没店; syllables without tones keep what the engine wrote in other characters (添麻烦, 天麻烦).
"""

from __future__ import annotations

import functools
import zlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analyzer.text.syllables import readings

SIZE = 1 << 13  # buckets; two of the 60 or so runs of a window share one now and then, and the fit allows for it
LONGEST = 3  # characters or syllables of a run
_BEGIN, _END = 1, 2  # codes beside every window
_PRIME = np.uint64(0x100000001B3)  # FNV-1a, 64 bits
_BASIS = 0xCBF29CE484222325

Buckets = NDArray[np.int32]


class Grams(NamedTuple):
    """Buckets of one text of n characters.

    `runs[k][i]`: of the k-th kind of run that begins at character i, shape (n - length + 1,), `lengths[k]` characters
    long. `opening[i]` and `closing[i]`: of the two marks (characters, syllables) of a window that begins, or ends, with
    character i; shape (n, 2).
    """

    runs: tuple[Buckets, ...]
    lengths: tuple[int, ...]
    opening: Buckets
    closing: Buckets


def grams(text: str) -> Grams:
    """Hash the runs of a normalised text."""
    codes = np.array([[ord(c) for c in text], [_sound(c) for c in text]], np.uint64).reshape(2, len(text))
    runs, lengths = [], []
    for kind in range(2):
        for length in range(1, LONGEST + 1):
            count = max(0, len(text) - length + 1)
            runs.append(_bucket(8 * kind + length, [codes[kind, k : k + count] for k in range(length)]))
            lengths.append(length)
    marks = np.full(len(text), _BEGIN, np.uint64), np.full(len(text), _END, np.uint64)
    opening = np.stack([_bucket(8 * kind + 2, [marks[0], codes[kind]]) for kind in range(2)], 1)
    closing = np.stack([_bucket(8 * kind + 2, [codes[kind], marks[1]]) for kind in range(2)], 1)
    return Grams(tuple(runs), tuple(lengths), opening, closing)


def sums(found: Grams, weights: NDArray[np.float32], windows: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return the weights of each window's runs, summed and divided by the root of their number.

    `weights` has shape (SIZE,), `windows` (m, 2) half-open; shape (m,) comes out.
    """
    begin, end = windows[:, 0], windows[:, 1]
    total = weights[found.opening].sum(1)[begin] + weights[found.closing].sum(1)[end - 1]
    for buckets, length in zip(found.runs, found.lengths, strict=True):
        passed = np.concatenate([[0.0], np.cumsum(weights[buckets], dtype=np.float64)])
        last = len(passed) - 1  # a window at the very end may be shorter than the run
        total = total + passed[np.minimum(np.maximum(end - length + 1, begin), last)] - passed[np.minimum(begin, last)]
    return np.asarray(total / np.sqrt(counts(windows)), np.float32)


def counts(windows: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return how many runs each window has, its four marks counted; shape (m,)."""
    width = windows[:, 1] - windows[:, 0]
    number = 4 + 2 * sum(np.maximum(0, width - length + 1) for length in range(1, LONGEST + 1))
    return np.asarray(number, np.float32)


def buckets_of(found: Grams, begin: int, end: int) -> Buckets:
    """Return the buckets of one window's runs and marks, repeats included."""
    runs = [b[begin : max(begin, end - n + 1)] for b, n in zip(found.runs, found.lengths, strict=True)]
    return np.concatenate([*runs, found.opening[begin], found.closing[end - 1]])


def _bucket(salt: int, codes: list[NDArray[np.uint64]]) -> Buckets:
    with np.errstate(over="ignore"):
        value = np.full(codes[0].shape, _BASIS ^ salt, np.uint64) * _PRIME
        for code in codes:
            value = (value ^ code) * _PRIME
            value ^= value >> np.uint64(29)
    return (value % np.uint64(SIZE)).astype(np.int32)


@functools.cache
def _sound(char: str) -> int:
    """A number for the syllable of a character without its tone; of what has none, for the character."""
    said = readings(char)
    return zlib.crc32(f"{said[0].initial}/{said[0].final}".encode()) if said else ord(char)
