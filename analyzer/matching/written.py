"""Whether what was written, where the hearing was sure of it, is another phrase than the one it sounds like.

Sound tolerance is there for what a recogniser gets wrong. It must not be spent where nothing was heard wrongly: 二十四 is
not 试试, 哪个好 is not 姐好, 开会 is not 块. Characters that stand for others are therefore looked at one by one:

* one that sounds otherwise, of which the engine was SURE, was said as it was written;
* one that sounds the same is believed too where the text is CERTAIN (a script, a corrected transcript), nothing of its
  short stretch of the phrase is written as asked for, and it is part of a word (先生 is not 王女士's 生);
* a character that was left out is missed where the text is certain;
* but a single one of these is nothing in a long stretch: people vary words too; unless the text is certain and the
  allowance is all but SPENT on it (跟我们有什么 is not 跟我们讲什么);
* a 不, 没 or 过 that was put in turns the phrase.

On the 18 sample recordings the engine's confidence in characters that it got wrong within a phrase that was really said
was .15 to .89 (median .66), but for one name; in those of phrases that were not said it was .9 and more.
"""

from __future__ import annotations

from analyzer.matching.alignment import LIGHT, SLACK, Alignment, Difference, align
from analyzer.matching.costs import SAME_SOUND, TONE
from analyzer.matching.overlap import Match
from analyzer.matching.stream import Stream

SURE = 0.9
CERTAIN = 0.99
SHORT = 3  # characters of a stretch between gaps that may not be replaced as a whole
LONG = 5  # characters of a stretch in which one may differ
SPENT = 0.8  # similarity under which that one, where it sounds otherwise, is what the phrase turns on


TURNING = "不没别未甭莫过"  # between the words of a phrase these turn what it means


def alignment_of(stream: Stream, match: Match) -> Alignment | None:
    """Return how the words of a match stand for its phrase; None where the phrase is not known or asks otherwise."""
    if match.pattern is None:
        return None
    return align(match.pattern.pattern, stream.text[match.first : match.last + 1], match.cost + SLACK)


def says_otherwise(stream: Stream, match: Match, alignment: Alignment) -> bool:
    """Return whether the words of a match are surely others than those of its phrase."""
    if any(_turns(stream, match, at) for at in alignment.inserted):
        return True
    substance = [d for d in alignment.differences if d.asked not in LIGHT]
    ends = [d for d in substance if d.at in (0, match.width - 1)]
    otherwise = any(_is_other(stream, match, alignment, d) for d in substance)
    if not otherwise and not (stream.is_word_edge(match.first) and stream.is_word_edge(match.last + 1)):
        otherwise = any(_confidence(stream, match, d) >= (SURE if _sounds_otherwise(d) else CERTAIN) for d in ends)
    return otherwise and not (ends and _says_it_within(stream, match))


def _says_it_within(stream: Stream, match: Match) -> bool:
    """Whether the phrase is said without the outermost characters: 材料…人工 in 材料二十块，人工十块, heard as 人工时."""
    heard = stream.text[match.first : match.last + 1]
    return any(
        match.pattern is not None and align(match.pattern.pattern, heard[begin : match.width - end], SAME_SOUND)
        for begin, end in ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0))
    )


def _turns(stream: Stream, match: Match, at: int) -> bool:
    """Whether a character that stands between the words of the phrase turns them: 去过一趟, 给您不演示; not 好不好, 过去."""
    here = match.first + at
    char, text = stream.text[here], stream.text
    if char not in TURNING or float(stream.confidence[here]) < SURE:
        return False
    before, after = text[here - 1 : here], text[here + 1 : here + 2]
    return before != after and not (char == "过" and after in ("去", "来"))


def _is_other(stream: Stream, match: Match, alignment: Alignment, d: Difference) -> bool:
    alone = sum(other.block == d.block and other.asked not in LIGHT for other in alignment.differences) == 1
    size = len(alignment.blocks[d.block])
    outermost = d.at is None and d.place in (0, size - 1)  # what a phrase begins with is not left out: 能给您换吗
    if alone and size >= LONG and not outermost:
        return match.similarity < SPENT and _sounds_otherwise(d) and _confidence(stream, match, d) >= CERTAIN
    if d.at is None:
        return bool((stream.confidence[match.first : match.last + 1] >= CERTAIN).all())
    sure = _confidence(stream, match, d)
    if _sounds_otherwise(d):
        return sure >= SURE
    return sure >= CERTAIN and _is_replaced(alignment, d.block) and _in_a_word(stream, match.first + d.at)


def _sounds_otherwise(d: Difference) -> bool:
    return d.cost > TONE + SAME_SOUND


def _confidence(stream: Stream, match: Match, d: Difference) -> float:
    return 0.0 if d.at is None else float(stream.confidence[match.first + d.at])


def _is_replaced(alignment: Alignment, block: int) -> bool:
    """Whether no character of a short stretch of the phrase is written as it is asked for."""
    differing = sum(d.block == block for d in alignment.differences)
    return len(alignment.blocks[block]) <= SHORT and differing == len(alignment.blocks[block])


def _in_a_word(stream: Stream, at: int) -> bool:
    return not (stream.is_word_edge(at) and stream.is_word_edge(at + 1))
