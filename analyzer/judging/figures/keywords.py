"""What marks the customer's words: jieba words weighted by TF-IDF.

tf = count / number of words kept, idf as in the smoothed form of scikit-learn's TfidfTransformer (`smooth_idf`),
ln((1 + N) / (1 + df)) + 1: G. Salton, C. Buckley, "Term-weighting approaches in automatic text retrieval",
Information Processing & Management 24 (1988), with one more document that holds every word.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from analyzer.domain import Hearing, Role, quantise_time
from analyzer.matching import Stream, make_stream
from analyzer.text.tokens import bundled_idf, cut

MOST_KEYWORDS = 12
LEAST_DOCUMENTS = 50  # an archive of fewer recordings does not know yet which words are common
# 二十, 三天, 一百二十块, 第二次: how much and when, not what about
_NUMBER = re.compile(
    "第?[零〇一二三四五六七八九十百千万亿两几半多好点]+"
    "(?:[个块元毛分天年月号日点次下家层楼室栋米斤遍回把节根台位趟份桶股声眼成期]|分钟|小时|钟头|个月|个多|[上下]午|晚上)?"
)


@dataclass(frozen=True, slots=True)
class Archive:
    """In how many of `documents` recordings each word was said by the customer."""

    documents: int = 0
    frequency: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        most = max(self.frequency.values(), default=0)
        if not 0 <= most <= self.documents:
            raise ValueError(f"a word in {most} documents of an archive of {self.documents}")

    @property
    def telling(self) -> bool:
        """Whether it is large enough to weigh words by."""
        return self.documents >= LEAST_DOCUMENTS

    def idf(self, word: str) -> float:
        """Return the smoothed inverse document frequency, >= 1."""
        return math.log((1 + self.documents) / (1 + self.frequency.get(word, 0))) + 1.0


def add_document(archive: Archive, words: Iterable[str]) -> Archive:
    """Return the archive with one recording more, whose customer said `words` (`customer_words`)."""
    frequency = dict(archive.frequency)
    for word in set(words):
        frequency[word] = frequency.get(word, 0) + 1
    return Archive(archive.documents + 1, frequency)


def customer_words(hearing: Hearing, words: Any, stopwords: Container[str]) -> list[str]:
    """Return the customer's words that may be keywords, in order, repeated as said; `words`: a jieba tokenizer."""
    stream = make_stream(hearing.transcript, {Role.CUSTOMER}, words)
    return [word for _, word in _words(stream, words, stopwords)]


def keywords(stream: Stream, words: Any, stopwords: Container[str], archive: Archive | None) -> list[dict[str, object]]:
    """Return the customer's words of most weight in `stream` (everybody's).

    They come in order of weight, then count, then first time, then writing.
    """
    counts: Counter[str] = Counter()
    first_at: dict[str, int] = {}
    for at, word in _words(stream, words, stopwords):
        counts[word] += 1
        first_at.setdefault(word, at)
    idf = archive.idf if archive is not None and archive.telling else bundled_idf()
    total = counts.total()
    found = [
        (round(count / total * idf(word), 4), count, quantise_time(stream.span(at, at).start_s), word)
        for (word, count), at in zip(counts.items(), first_at.values(), strict=True)
    ]
    found.sort(key=lambda f: (-f[0], -f[1], f[2], f[3]))
    return [{"word": w, "weight": x, "count": n, "first_s": s} for x, n, s, w in found[:MOST_KEYWORDS]]


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
