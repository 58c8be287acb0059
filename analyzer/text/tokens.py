"""Words by jieba (imported here alone), with the service's own user words.

jieba keeps its dictionary in a process-wide object; we make our own `Tokenizer` so that two standards with
different user words never disturb each other, and keep its cache in a folder the service owns.
"""

from __future__ import annotations

import functools
import io
import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

FINAL_PARTICLES = frozenset("了啦咧嘞哒咯喽嘛呗吧呢啊呀哦噢喔哈撒噻咩哟")  # end a clause and belong to no word
LONGEST_WORD = 6  # characters; longer ones are proper names


def tokenizer(user_words: Path | None = None, cache_dir: Path | None = None) -> Any:
    """Return a ready `jieba.Tokenizer`. The first call of a process takes about a second.

    `user_words`: a jieba user dictionary, or None; `cache_dir`: where jieba may keep its built index. Dictionaries
    with the same words share one tokenizer, wherever they lie: each takes some hundred megabytes.
    """
    listed = user_words.read_text(encoding="utf-8") if user_words is not None and user_words.is_file() else ""
    return _ready(listed, cache_dir)


@functools.lru_cache(maxsize=4)
def _ready(user_words: str, cache_dir: Path | None) -> Any:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    made = jieba.Tokenizer()
    if cache_dir is not None:
        cache_dir.mkdir(parents=True, exist_ok=True)
        made.tmp_dir = str(cache_dir)
    made.initialize()
    if user_words:
        made.load_userdict(io.StringIO(user_words))
    return made


def cut(text: str, words: Any, *, guess: bool = True) -> list[str]:
    """Return the words of `text`; joined they are `text` again.

    `guess` lets jieba make up words that no dictionary holds; else what it does not know falls into characters.
    """
    return [str(word) for word in words.cut(text, HMM=guess)]


def boundaries(text: str, words: Any) -> frozenset[int]:
    """Return the indices of `text` at which a word begins, with 0 and len(text).

    Where jieba makes a word of a particle and what stands before it (心咧, 管哒), no dictionary knows it: the particle
    is a word of its own.
    """
    starts, at = {0}, 0
    for word in cut(text, words):
        at += len(word)
        starts.add(at)
        if len(word) > 1 and word[-1] in FINAL_PARTICLES and not words.FREQ.get(word):
            starts.add(at - 1)
    return frozenset(starts)


def plausibility(text: str, words: Any) -> float:
    """Return how likely `text` is as a row of words, as the natural logarithm a character; 0 would be certain.

    The likeliest way to cut it counts; what no dictionary holds is as rare as half a sighting. Ordinary talk lies
    about -4.5, characters thrown together under -6.
    """
    if not text:
        return 0.0
    total = math.log(words.total)
    best = [0.0] + [-math.inf] * len(text)
    for begin in range(len(text)):
        for end in range(begin + 1, min(len(text), begin + LONGEST_WORD) + 1):
            seen = words.FREQ.get(text[begin:end], 0)
            if seen or end == begin + 1:
                best[end] = max(best[end], best[begin] + math.log(seen or 0.5) - total)
    return best[-1] / len(text)


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
