"""What a peer's text is worth: speech without text, words lost in stretches, words out of nothing, whose turn. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analyzer.domain import Role, Utterance
from analyzer.text import normalise
from benchmarks.accuracy.alignment import TurnScore, score_turns
from benchmarks.corpus import ReferenceTurn
from benchmarks.peers.heard import Heard, Said

SLACK_S = 0.5  # how far from a word the speech still counts as its own: times are good to a few tenths
WORD_S = 1.0  # the longest that a word counts: an engine may stretch one over all that it lost
STRETCH = 8  # characters in a row without any counterpart: a phrase, not a slip
APART_S = 1.0  # from the next turn, so that a word that is dated late is no invention

Spans = list[tuple[float, float]]


def covered(heard: Heard) -> Spans:
    """Where there is text: around each word, and where a peer times no words the whole of its segments."""
    spans = []
    for said in heard.said:
        if not normalise(said.text).text:
            continue
        if not said.words:
            spans.append((said.start_s, said.end_s))
        for word in said.words:
            end_s = min(max(word.end_s, word.start_s), word.start_s + WORD_S)
            spans.append((word.start_s - SLACK_S, end_s + SLACK_S))
    return union(spans)


def union(spans: Iterable[tuple[float, float]]) -> Spans:
    """The same places as intervals apart from each other, in order.

    >>> union([(3.0, 4.0), (0.0, 2.0), (1.0, 2.5)])
    [(0.0, 2.5), (3.0, 4.0)]
    """
    whole: Spans = []
    for start_s, end_s in sorted(spans):
        if whole and start_s <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], end_s))
        else:
            whole.append((start_s, end_s))
    return whole


def speech(turns: Sequence[ReferenceTurn]) -> Spans:
    return union((t.span.start_s, t.span.end_s) for t in turns)


def without_text(turns: Sequence[ReferenceTurn], heard: Heard) -> float:
    """Seconds of the turns at which nothing was heard (see `covered`)."""
    text = covered(heard)
    lost_s = 0.0
    for start_s, end_s in speech(turns):
        lost_s += end_s - start_s - sum(max(0.0, min(e, end_s) - max(s, start_s)) for s, e in text)
    return lost_s


def lost(reference: str, text: str) -> int:
    """Characters that are missing in stretches of at least STRETCH, by the alignment that gives the character error rate.

    No times are needed: it is the same for peers that date words and for those that date segments.
    """
    import jiwer

    want, got = normalise(reference).text, normalise(text).text
    if not want or not got:
        return len(want) if len(want) >= STRETCH else 0
    chunks = jiwer.process_characters(want, got).alignments[0]
    runs = [c.ref_end_idx - c.ref_start_idx for c in chunks if c.type == "delete"]
    return sum(run for run in runs if run >= STRETCH)


def invented(turns: Sequence[ReferenceTurn], heard: Heard) -> int:
    """Characters heard where nobody speaks: of words, or else segments, whose middle lies APART_S and more from every turn."""
    talk = [(start_s - APART_S, end_s + APART_S) for start_s, end_s in speech(turns)]
    pieces = [(p.start_s, p.end_s, p.text) for said in heard.said for p in (said.words or (said,))]
    return sum(
        len(normalise(text).text)
        for start_s, end_s, text in pieces
        if not any(s <= (start_s + end_s) / 2 <= e for s, e in talk)
    )


def turn_score(turns: Sequence[ReferenceTurn], heard: Heard) -> TurnScore:
    """Which turns are on the right speaker, as in benchmarks/accuracy."""
    return score_turns(turns, [_utterance(said) for said in heard.said if said.text])


def _utterance(said: Said) -> Utterance:
    """Characters share their word's seconds evenly, or their segment's."""
    text, starts = "", []
    for piece in said.words or (said,):
        each_s = max(0.0, piece.end_s - piece.start_s) / max(1, len(piece.text))
        starts += [piece.start_s + each_s * i for i in range(len(piece.text))]
        text += piece.text
    return Utterance(said.start_s, said.end_s, said.speaker, Role.UNKNOWN, text, None, tuple(starts), ())
