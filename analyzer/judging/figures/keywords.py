"""What marks the customer's words: jieba words weighted by TF-IDF.

tf = count / number of words kept, idf from jieba's bundled table: G. Salton, C. Buckley, "Term-weighting approaches in
automatic text retrieval", Information Processing & Management 24 (1988).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from analyzer.domain import Keyword, Role, quantise_time
from analyzer.matching import Stream
from analyzer.text.tokens import bundled_idf, cut

MOST_KEYWORDS = 12
# 二十, 三天, 一百二十块, 第二次: how much and when, not what about
_NUMBER = re.compile(
    "第?[零〇一二三四五六七八九十百千万亿两几半多好点]+"
    "(?:[个块元毛分天年月号日点次下家层楼室栋米斤遍回把节根台位趟份桶股声眼成期]|分钟|小时|钟头|个月|个多|[上下]午|晚上)?"
)


def keywords(stream: Stream, words: Any, stopwords: Container[str]) -> tuple[Keyword, ...]:
    """The customer's words of most weight in `stream` (everybody's), by weight, count, first time, then writing."""
    counts: Counter[str] = Counter()
    first_at: dict[str, int] = {}
    for at, word in _words(stream, words, stopwords):
        counts[word] += 1
        first_at.setdefault(word, at)
    idf = bundled_idf()
    total = counts.total()
    weighed = [
        Keyword(word, round(count / total * idf(word), 4), count, quantise_time(stream.span(at, at).start_s))
        for (word, count), at in zip(counts.items(), first_at.values(), strict=True)
    ]
    weighed.sort(key=lambda k: (-k.weight, -k.count, k.first_s, k.word))
    return tuple(weighed[:MOST_KEYWORDS])


def _words(stream: Stream, words: Any, stopwords: Container[str]) -> Iterator[tuple[int, str]]:
    """Where the customer's words begin in the stream, and the words, without what can be no keyword.

    What jieba would make up is mostly no word (刚铺, 这扇, 管呐), so it may not guess; words of the trade that its
    dictionary lacks are taught it in lexicons/shared/words.txt.
    """
    cuts = [*np.flatnonzero(stream.breaks).tolist(), len(stream.text)]
    for begin, end in pairwise(cuts):
        if stream.role(begin) is not Role.CUSTOMER:
            continue
        at = begin
        for word in cut(stream.text[begin:end], words, guess=False):
            if len(word) > 1 and word not in stopwords and not _NUMBER.fullmatch(word):
                yield at, word
            at += len(word)
