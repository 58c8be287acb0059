"""Whether what was heard makes sense as words.

A recogniser that mishears one syllable of a forbidden phrase leaves characters that are no words beside each other
(给包言 for 给包烟), while harmless look-alikes are sentences (布置到, 水管子). jieba's word frequencies tell them apart well
enough for a suspicion: of 25 near hits where synthetic voices said forbidden words (212 sentences, half of them by phone,
in noise or in a reverberant room) 23 lay under NONSENSE, of 10 in innocent written talk (1.7 h, and 109 look-alikes made
to mislead) 2.
"""

from __future__ import annotations

from analyzer.matching.overlap import Match
from analyzer.matching.stream import Stream
from analyzer.text.tokens import plausibility

NONSENSE = -5.4  # natural logarithm of probability a character, under which words are thrown together


def nonsense(stream: Stream, match: Match) -> bool:
    """Return whether the words that a match touches are hardly words."""
    begin, end = match.first, match.last + 1
    while not stream.is_word_edge(begin):
        begin -= 1
    while not stream.is_word_edge(end):
        end += 1
    return plausibility(stream.text[begin:end], stream.words) < NONSENSE
