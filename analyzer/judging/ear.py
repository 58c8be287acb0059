"""Listens for phrases in what the right person said: streams per role, searched once at each strictness."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.domain import FoundBy, Hearing, Hit, Outcome, Role, Span, quantise_ratio, quantise_time
from analyzer.judging import reasons
from analyzer.judging.clock import SpeechClock
from analyzer.judging.context import context_of
from analyzer.judging.frames import Frames, Framing
from analyzer.judging.framewords import NO_VOCABULARY, Vocabulary
from analyzer.judging.meant import is_undone, meant
from analyzer.judging.names import names_of
from analyzer.judging.sound import Sound
from analyzer.judging.sounding import Sounding
from analyzer.matching import (
    CUE,
    EXCUSE,
    SUSPICION,
    CostTable,
    Finder,
    Match,
    Stream,
    Strictness,
    covers,
    excerpt,
    make_stream,
    resolve_overlaps,
    wording,
)
from analyzer.rubric.model import Cue, Phrase
from analyzer.text.tokens import tokenizer

UNTRUE = (Framing.SUPPOSED, Framing.DENIED, Framing.REPORTED)  # frames in which a fact is not stated
FEW = 20  # characters; a required phrase has 4 to 15
BEFORE, AFTER = 32, 40  # characters around a hit in which an exception or help is looked for

# Who is searched for each `who`: where nobody knows who speaks, either speaker counts, and the result says so.
_ROLES: dict[Role, frozenset[Role]] = {
    Role.TECHNICIAN: frozenset({Role.TECHNICIAN, Role.UNKNOWN}),
    Role.CUSTOMER: frozenset({Role.CUSTOMER, Role.OTHER, Role.UNKNOWN}),
}


def words_for(lexicons: Path, cache_dir: Path | None) -> Any:
    """Return the jieba tokenizer with the lexicons' user words."""
    return tokenizer(lexicons / "shared" / "words.txt", cache_dir)


class Ear:
    """One recording, ready to be searched."""

    def __init__(
        self,
        hearing: Hearing,
        table: CostTable,
        words: Any,
        vocabulary: Vocabulary = NO_VOCABULARY,
        outcomes: Sequence[Outcome] = (Outcome.SAID,),
    ) -> None:
        """Phrases of checks with one of `outcomes` are read in place of the words that were heard for them."""
        self.sounding = Sounding(hearing, outcomes)
        self.hearing = self.sounding.hearing
        self.vocabulary = vocabulary
        self.clock = SpeechClock(hearing)
        self.words = words
        self.table = table
        self.sound = Sound(hearing.checks)
        self._streams: dict[Role | None, Stream] = {}
        self._finders: dict[tuple[Role | None, str], Finder] = {}
        self._unsure: dict[Role | None, tuple[Finder, NDArray[np.intp]]] = {}
        self._nearby: dict[tuple[Role | None, int, int, str], tuple[Finder, int]] = {}

    @property
    def roles_known(self) -> bool:
        """Whether anybody was recognised as the technician."""
        return any(u.role is Role.TECHNICIAN for u in self.hearing.transcript)

    def stream(self, who: Role | None) -> Stream:
        """Return the words of `who` (None: of everybody) in a row."""
        if who not in self._streams:
            roles = None if who is None else _ROLES[who]
            self._streams[who] = make_stream(self.hearing.transcript, roles, self.words)
        return self._streams[who]

    def finder(self, who: Role | None, strictness: Strictness) -> Finder:
        key = (who, strictness.name)
        if key not in self._finders:
            self._finders[key] = Finder(self.stream(who), self.table, strictness)
        return self._finders[key]

    def matches(
        self,
        who: Role | None,
        phrases: Sequence[Phrase],
        exceptions: Sequence[Phrase],
        strictness: Strictness,
    ) -> list[Match]:
        """Return what `who` said of `phrases` and meant, less what an exception covers or the sound rejects, in order."""
        found = self.meant(who, self.finder(who, strictness).matches(phrases, resolve=False))
        return self.unrejected(who, self.unexcused(who, resolve_overlaps(found), exceptions))

    def own_names(self, who: Role | None, surnames: tuple[str, ...]) -> list[Match]:
        """Return where `who` gives a name with one of `surnames` as his own, in order of position."""
        return names_of(surnames, self.vocabulary).matches(self.stream(who)) if surnames else []

    def meant(self, who: Role | None, matches: Iterable[Match]) -> Iterator[Match]:
        """Yield those of some matches whose words are meant as their phrases ask."""
        return meant(self.stream(who), matches, self.vocabulary)

    def is_undone(self, who: Role | None, match: Match) -> bool:
        return is_undone(self.stream(who), match, self.vocabulary)

    def unrejected(self, who: Role | None, matches: Iterable[Match]) -> list[Match]:
        """Return the matches of one element, or of one fact, that by their sound are nothing else.

        What was rejected takes along what overlaps it, unless that was heard as it is asked for: other readings of the
        same words are no better.
        """
        listed, stream = list(matches), self.stream(who)
        rejected = [m for m in listed if self.sound.outcome(stream, m) is Outcome.REJECTED]
        return [
            m
            for m in listed
            if not any(r.first <= m.last and m.first <= r.last for r in rejected)
            or not self.sound.placed(stream, m, near=False)
        ]

    def unexcused(
        self,
        who: Role | None,
        matches: Sequence[Match],
        exceptions: Sequence[Phrase],
        strictness: Strictness = EXCUSE,
    ) -> list[Match]:
        """Return what no exception covers of some matches; only their neighbourhoods are searched, all at once."""
        if not matches or not exceptions:
            return list(matches)
        length = len(self.stream(who).text)
        around = [(max(0, m.first - BEFORE), min(length, m.last + 1 + AFTER)) for m in matches]
        excuses = self.finder(who, strictness).within(exceptions, around)
        return [m for m, near in zip(matches, excuses, strict=True) if not any(covers(e, m) for e in near)]

    def unsure(self, who: Role | None, least: float) -> tuple[Finder, NDArray[np.intp]]:
        """Return the search over the sentences in which the engine was less sure than `least` somewhere.

        With it come the places of their characters in `who`'s stream.
        """
        if who not in self._unsure:
            stream = self.stream(who)
            part, at = excerpt(stream, stream.confidence < least)
            self._unsure[who] = (Finder(part, self.table, SUSPICION), at)
        return self._unsure[who]

    def around(self, who: Role | None, match: Match, strictness: Strictness = EXCUSE) -> tuple[Finder, int]:
        """Return the search over what stands around a match, and where that begins in the stream."""
        key = (who, match.first, match.last, strictness.name)
        if key not in self._nearby:
            stream = self.stream(who)
            begin = max(0, match.first - BEFORE)
            near = stream.window(begin, min(len(stream.text), match.last + 1 + AFTER))
            self._nearby[key] = (Finder(near, self.table, strictness), begin)
        return self._nearby[key]

    def hit(self, who: Role | None, match: Match, *, element: str = "", suspicion: bool = False) -> Hit:
        """Return a match as evidence: original words, seconds, role."""
        stream = self.stream(who)
        span = stream.span(match.first, match.last)
        checks = tuple(self.sounding.checks(stream, match.first, match.last))
        return Hit(
            quantise_time(span.start_s),
            quantise_time(min(span.end_s, max(self.hearing.duration_s, span.start_s))),
            stream.role(match.first),
            self.sounding.quote(stream, match.first, match.last),
            match.phrase
            if match.pattern is None
            else wording(match.pattern, stream.text[match.first : match.last + 1]),
            quantise_ratio(match.similarity),
            suspicion,
            element,
            "；".join(reasons.part("by-sound", quote=check.heard, phrase=check.phrase) for check in checks),
            FoundBy.SOUND if checks else FoundBy.WORDS,
        )

    def confidence(self, who: Role | None, match: Match) -> float:
        """Return how sure the engine was of the matched words, in [0, 1]; NaN where it does not tell."""
        return float(np.mean(self.stream(who).confidence[match.first : match.last + 1]))

    def clearness(self, who: Role | None, window: Span) -> float:
        """Return how sure the engine was of what `who` said in some seconds, in [0, 1]; NaN where it does not tell.

        A few characters say little of how well a window is heard: beside them stands, as FEW characters more, the mean over
        all that `who` said. 1.0 where that is nothing.
        """
        stream = self.stream(who)
        if not stream.text:
            return 1.0
        inside = stream.confidence[(window.start_s <= stream.start_s) & (stream.start_s <= window.end_s)]
        return float((np.sum(inside) + FEW * np.mean(stream.confidence)) / (len(inside) + FEW))

    def span(self, who: Role | None, match: Match) -> Span:
        return self.stream(who).span(match.first, match.last)

    def cue_hits(self, cues: Iterable[Cue]) -> list[Hit]:
        """Return every hit of some cues, in order of time; what staff supposes, denies or reports tells nothing."""
        hits = [
            self.hit(cue.who, match)
            for cue in cues
            for match in self.matches(cue.who, cue.phrases, cue.exceptions, CUE)
            if cue.who is not Role.TECHNICIAN or not self._only_framed(cue.who, match)
        ]
        return sorted(hits, key=lambda h: (h.start_s, h.phrase))

    def _only_framed(self, who: Role, match: Match) -> bool:
        frame = Frames(self.vocabulary).around(context_of(self.stream(who), match))
        return frame is not None and frame.sure and frame.framing in UNTRUE
