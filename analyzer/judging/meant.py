"""Whether the words of a match are meant as its phrase asks: not other words, and not undone by a 没 or 不用 before them.

没给您试, 我就不给您演示了, 今天怕是来不成 hold the words that are required and say the contrary.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from analyzer.judging.context import context_of
from analyzer.judging.framewords import Vocabulary
from analyzer.matching import Match, Stream
from analyzer.matching.alignment import Alignment, Difference
from analyzer.matching.costs import SAME_SOUND
from analyzer.matching.written import alignment_of, says_otherwise
from analyzer.rubric.model import FrameWords
from analyzer.text import Break

ASKING = "吗么不"
DATIVE = "给跟帮替为让叫"
HEARD = (
    0.5  # mean confidence of 没 or 不了 beside the words, under which it may itself be misheard (维修部的 as 维修不得)
)
NEGATING = "不没别甭"


def meant(stream: Stream, matches: Iterable[Match], words: Vocabulary) -> Iterator[Match]:
    """Yield the matches whose words are meant as their phrases ask, each looked at when it is asked for.

    What is undone takes along what overlaps it: 没空跟您说一下怎么用 does not tell 怎么用 either.
    """
    found = list(matches)
    undone = [m for m in found if is_undone(stream, m, words)]
    for match in found:
        if any(u.first <= match.last and match.first <= u.last for u in undone):
            continue
        if not _says_otherwise(stream, match, words):
            yield match


def is_undone(stream: Stream, match: Match, words: Vocabulary) -> bool:
    """Return whether the words beside a match say that it was not done, or will not be."""
    context = context_of(stream, match)
    undone = words[FrameWords.UNDONE]
    before = context.clause_before
    for clause in (before, before.rstrip(DATIVE), words[FrameWords.TO_WHOM].stripped(before)):
        end = match.first - len(before) + len(clause)
        if (said := undone.ending(clause)) and _is_heard(stream, end - len(said), end):
            return True
    said = words[FrameWords.UNDOABLE].beginning(context.clause_after)
    return bool(said) and _is_heard(stream, match.last + 1, match.last + 1 + len(said))


def _is_heard(stream: Stream, begin: int, end: int) -> bool:
    return not float(np.mean(stream.confidence[begin:end])) < HEARD  # as it is written where the engine does not tell


def _says_otherwise(stream: Stream, match: Match, words: Vocabulary) -> bool:
    """Whether other words were written, or a part behind a gap is undone (今天怕是来不成) or of another turn."""
    heard = stream.text[match.first : match.last + 1]
    breaks = stream.breaks[match.first + 1 : match.last + 1]
    gapped = match.pattern is not None and any(sign in match.pattern.source for sign in "*<＊＜")
    telling = any(char in heard for char in NEGATING) or bool((breaks == Break.TURN).any())
    if match.cost < SAME_SOUND and not (gapped and telling):
        return False
    alignment = alignment_of(stream, match)
    if alignment is None:
        return False
    if any(d.asked in ASKING and d.at is None and _is_short(alignment, d) for d in alignment.differences):
        return True  # what is left of 好吗 behind a gap is a 好 that stands anywhere
    undone = words[FrameWords.UNDONE]
    for block, begin in enumerate(alignment.begins):
        if not block or not begin:
            continue
        before = alignment.ends[block - 1] or 0
        if (breaks[before:begin] == Break.TURN).any():
            return True
        differs = any(d.block == block for d in alignment.differences)
        if len(undone.ending(heard[:begin])) > 1 or (differs and _negated(heard, begin)):
            return True
    return match.cost >= SAME_SOUND and says_otherwise(stream, match, alignment)


def _is_short(alignment: Alignment, d: Difference) -> bool:
    """Whether a difference lies in two characters behind a gap."""
    return d.block > 0 and len(alignment.blocks[d.block]) == 2


def _negated(heard: str, begin: int) -> bool:
    """Whether a bare 不 stands before a character, and not in 好不好."""
    return heard[begin - 1] in NEGATING and heard[begin - 2 : begin - 1] != heard[begin]
