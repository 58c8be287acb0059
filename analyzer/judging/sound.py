"""A match as it would be checked by its sound, and what a check says of it.

A check is known again by its second, its words and the phrase in their place: where the transcript was corrected there is
no check any more, and where roles were changed all stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.domain import Check, Outcome, quantise_time
from analyzer.matching import Match, Stream
from analyzer.matching.costs import SAME_SOUND, character_cost
from analyzer.matching.placing import place
from analyzer.text.tokens import plausibility

READINGS = 2  # of the phrase of a near miss: which of 跟我们, 跟咱们 and 跟公司 was said, the sound knows best
POOL = 40  # nearest readings from which those are taken that are likeliest as words
NATS_A_COST = 3.0  # what a syllable that sounds otherwise weighs against the likelihood of words, in nats
MISSING_MOST = 1  # syllables of a near miss for which nothing was heard
LEAST = 3  # characters of a near miss
DEAREST = 2.0  # what a phrase may cost by `place` beyond its match: the two count breaks and fillers differently
NEARNESS = 0.8


@dataclass(frozen=True, slots=True)
class Placed:
    """A phrase in place of a match: what stands for each of its characters, and the characters as heard (normalised)."""

    pieces: tuple[str, ...]
    heard: str

    @property
    def phrase(self) -> str:
        return "".join(self.pieces)

    @property
    def changed(self) -> int:
        """How many characters were put in, or stand for others that sound otherwise."""
        return sum(_changed(piece, char) for piece, char in zip(self.pieces, self.heard, strict=True))

    def likelihood(self, words: Any) -> float:
        """How likely this was said, by its words and their sound, in nats."""
        apart = sum(
            min((character_cost(char, one) for one in piece), default=1.0) + max(len(piece) - 1, 0)
            for piece, char in zip(self.pieces, self.heard, strict=True)
        )
        return plausibility(self.phrase, words) * len(self.phrase) - NATS_A_COST * apart

    @property
    def plausible(self) -> bool:
        """Whether a recogniser may have made these words of the phrase: half of it is as heard, and hardly more is missing."""
        missing = sum(max(len(piece) - 1, 0) for piece in self.pieces)
        return missing <= MISSING_MOST and 2 * self.changed <= len(self.phrase) >= LEAST

    @property
    def places(self) -> list[int]:
        """Which of the heard characters sound otherwise than what is asked for."""
        return [i for i, (piece, char) in enumerate(zip(self.pieces, self.heard, strict=True)) if _changed(piece, char)]


def _changed(piece: str, char: str) -> int:
    same = any(character_cost(char, one) <= SAME_SOUND for one in piece)
    return max(len(piece), 1) - same


class Sound:
    """The checks of one recording, and its matches as they would be checked."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self._seconds = frozenset(check.start_s for check in checks)
        self._outcomes: dict[tuple[float, str], dict[str, Outcome]] = {}
        for check in checks:
            self._outcomes.setdefault((check.start_s, check.heard), {})[check.phrase] = check.outcome
        self._placed: dict[tuple[int, Match, bool], tuple[Placed, ...]] = {}

    def placed(self, stream: Stream, match: Match, *, near: bool) -> tuple[Placed, ...]:
        """The readings of a match's phrase in place of its words; none where they sound as it asks for.

        Of a near miss, the READINGS nearest. Of a match, the nearest, and only what was heard otherwise is replaced in
        it: another wording that leaves words out is no other sound.
        """
        key = (id(stream), match, near)
        if key not in self._placed:
            self._placed[key] = _placed(stream, match, near)
        return self._placed[key]

    def outcome(self, stream: Stream, match: Match) -> Outcome | None:
        """What the sound says of a match; None where it was not checked."""
        if not self._outcomes:
            return None
        start_s = quantise_time(stream.span(match.first, match.last).start_s)
        if start_s not in self._seconds:
            return None
        by_phrase = self._outcomes.get((start_s, stream.quote(match.first, match.last)), {})
        for near in (False, True) if by_phrase else ():
            for one in self.placed(stream, match, near=near):
                if one.phrase in by_phrase:
                    return by_phrase[one.phrase]
        return None


def _placed(stream: Stream, match: Match, near: bool) -> tuple[Placed, ...]:
    if match.pattern is None:
        return ()
    heard = stream.text[match.first : match.last + 1]
    most = match.cost + (NEARNESS if near else DEAREST)
    found = place(match.pattern.pattern, heard, most, missing=near, count=POOL if near else 1)
    put = [Placed(pieces, heard) for pieces in found]
    if not all(one.changed for one in put):
        return ()
    if near:
        put.sort(key=lambda one: (-one.likelihood(stream.words), one.phrase))
    return tuple(put[:READINGS])
