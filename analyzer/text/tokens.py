"""Words by jieba (imported here alone), with the service's own user words.

jieba keeps its dictionary in a process-wide object; we make our own `Tokenizer` so that two standards with
different user words never disturb each other, and keep its cache in a folder the service owns.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any


@functools.cache
def tokenizer(user_words: Path | None = None, cache_dir: Path | None = None) -> Any:
    """Return a ready `jieba.Tokenizer`. The first call of a process takes about a second.

    `user_words`: a jieba user dictionary, or None; `cache_dir`: where jieba may keep its built index.
    """
    import jieba

    jieba.setLogLevel(logging.WARNING)
    made = jieba.Tokenizer()
    if cache_dir is not None:
        cache_dir.mkdir(parents=True, exist_ok=True)
        made.tmp_dir = str(cache_dir)
    made.initialize()
    if user_words is not None and user_words.is_file():
        with user_words.open(encoding="utf-8") as words:
            made.load_userdict(words)
    return made


def cut(text: str, words: Any, *, guess: bool = True) -> list[str]:
    """Return the words of `text`; joined they are `text` again.

    `guess` lets jieba make up words that no dictionary holds; else what it does not know falls into characters.
    """
    return [str(word) for word in words.cut(text, HMM=guess)]


def boundaries(text: str, words: Any) -> frozenset[int]:
    """Return the indices of `text` at which a word begins, with 0 and len(text)."""
    starts, at = {0}, 0
    for word in cut(text, words):
        at += len(word)
        starts.add(at)
    return frozenset(starts)


@functools.cache
def bundled_idf() -> Callable[[str], float]:
    """Return the inverse document frequencies that jieba ships (natural logarithm, of general writing).

    A word that is not among them has the median, as in jieba's own extractor, which is not imported because it
    loads a second dictionary. The first call of a process reads 270,000 lines and keeps them (about 40 MB).
    """
    import jieba

    idf: dict[str, float] = {}
    with (Path(jieba.__file__).parent / "analyse" / "idf.txt").open(encoding="utf-8") as lines:
        for line in lines:  # not all at once: the list of lines would take as much again
            word, _, value = line.partition(" ")
            idf[word] = float(value)
    median = sorted(idf.values())[len(idf) // 2]
    return lambda word: idf.get(word, median)
