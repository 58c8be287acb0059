"""The passage of a recording in which a phrase is held against the sound: its words, with and without the phrase, its seconds."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from analyzer.domain import Candidate, Hearing, Layout, Utterance, quantise_time
from analyzer.judging.sound import Placed
from analyzer.matching import Match, Stream

LEAD_S, LEAD_MOST_S = 0.5, 2.5  # of talk before the words, up to a pause or a mark
TAIL_S, TAIL_MOST_S = 0.3, 1.5
PASSAGE_MOST_S = 15.0  # a phrase with gaps may run over more: too much to be worth it
EDGE_S = 0.3  # sound kept beyond the first and the last character where nothing else is said
LONG_CHARACTER_S = 0.6


class Passages:
    """The talk of one recording, made ready once for all its candidates."""

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing
        self._talks: dict[str, _Talk] = {}

    def candidate(
        self, stream: Stream, match: Match, put: Sequence[Placed], *, near: bool, banned: bool
    ) -> Candidate | None:
        """A match as a candidate for the second hearing, as `Candidate` has it; None where it runs too long."""
        talk = self._talk(stream.utterances[int(stream.owner[match.first])])
        edits = [_edits(talk, stream, match, one) for one in put]
        span = stream.span(match.first, match.last)
        passage = talk.passage(min(edits[0]), max(edits[0]), span.start_s, span.end_s)
        if passage is None:
            return None
        begin, end, start_s, end_s = passage
        return Candidate(
            quantise_time(span.start_s),
            quantise_time(span.end_s),
            stream.quote(match.first, match.last),
            tuple(one.phrase for one in put),
            near,
            talk.channel,
            quantise_time(start_s),
            quantise_time(end_s),
            talk.text(begin, end, {}),
            tuple(talk.text(begin, end, one) for one in edits),
            banned,
        )

    def _talk(self, one: Utterance) -> _Talk:
        """The talk that an utterance is part of: that of its channel, or of the whole recording where voices share one."""
        stereo = self._hearing.layout is Layout.STEREO
        whose = one.speaker if stereo else ""
        if whose not in self._talks:
            own = [u for u in self._hearing.transcript if not stereo or u.speaker == whose]
            channel = 1 if stereo and whose == "S2" else 0  # `attribute_channels` names them so
            self._talks[whose] = _Talk(own, channel)
        return self._talks[whose]


def _edits(talk: _Talk, stream: Stream, match: Match, put: Placed) -> dict[int, str]:
    """What stands in place of the written characters; a number that is written in digits changes as a whole."""
    pieces: dict[int, str] = {}
    kept: dict[int, bool] = {}
    for i, (piece, char) in enumerate(zip(put.pieces, put.heard, strict=True)):
        at = talk.index(stream, match.first + i)
        pieces[at] = pieces.get(at, "") + piece
        kept[at] = kept.get(at, True) and piece == char
    return {at: talk.characters[at] if kept[at] else piece for at, piece in pieces.items()}


class _Talk:
    """Characters in a row with their times."""

    def __init__(self, utterances: list[Utterance], channel: int) -> None:
        self.channel = channel
        self._utterances = utterances  # kept, so that no id is given to another
        self._first: dict[int, int] = {}
        self.characters: list[str] = []
        self._starts_s: list[float] = []
        for utterance in utterances:
            self._first[id(utterance)] = len(self.characters)
            self.characters += utterance.text
            self._starts_s += utterance.char_start_s

    def index(self, stream: Stream, at: int) -> int:
        """Where character `at` of a stream stands here."""
        return self._first[id(stream.utterances[int(stream.owner[at])])] + int(stream.origin[at])

    def text(self, begin: int, end: int, edits: dict[int, str]) -> str:
        return "".join(edits.get(at, self.characters[at]) for at in range(begin, end))

    def passage(self, first: int, last: int, start_s: float, end_s: float) -> tuple[int, int, float, float] | None:
        """Characters (half-open) and seconds around characters `first` to `last`; None where they are too many."""
        begin, end = first, last + 1
        while begin > 0 and not self._enough_before(begin, start_s):
            begin -= 1
        while end < len(self.characters) and not self._enough_after(end, end_s):
            end += 1
        low_s, high_s = self._begins_s(begin), self._ends_s(end)
        return (begin, end, low_s, high_s) if low_s < high_s <= low_s + PASSAGE_MOST_S else None

    def _enough_before(self, begin: int, start_s: float) -> bool:
        lead_s = start_s - self._starts_s[begin]
        return lead_s >= LEAD_MOST_S or (lead_s >= LEAD_S and self._cut(begin))

    def _enough_after(self, end: int, end_s: float) -> bool:
        tail_s = self._starts_s[end] - end_s
        return tail_s >= TAIL_MOST_S or (tail_s >= TAIL_S and self._cut(end))

    def _cut(self, at: int) -> bool:
        """Whether talk may be cut before a character: after a mark or a pause, and not before a mark."""
        if _is_mark(self.characters[at]):
            return False
        return _is_mark(self.characters[at - 1]) or self._starts_s[at] - self._starts_s[at - 1] >= LONG_CHARACTER_S

    def _begins_s(self, begin: int) -> float:
        start_s = self._starts_s[begin]
        before_s = 0.0 if begin == 0 else (self._starts_s[begin - 1] + start_s) / 2
        return max(start_s - EDGE_S, before_s)

    def _ends_s(self, end: int) -> float:
        last_s = self._starts_s[end - 1]
        after_s = last_s + LONG_CHARACTER_S + EDGE_S
        return after_s if end == len(self.characters) else min(after_s, max(self._starts_s[end], last_s) - 0.05)


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] in "PZ"
