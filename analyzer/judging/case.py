"""One recording under one standard: what the verdicts of all its items share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from analyzer.domain import Hearing, Hit, ItemResult, Outcome, Role, Span, Verdict
from analyzer.judging.clock import DOUBTFUL_SHARE
from analyzer.judging.conversation import LEAST_CHARACTERS
from analyzer.judging.ear import Ear
from analyzer.judging.framewords import vocabulary_of
from analyzer.judging.meaning import Understanding
from analyzer.judging.tables import table_for
from analyzer.reading import NO_READERS, Library
from analyzer.rubric.model import Item, Standard, Where


@dataclass(frozen=True, slots=True)
class Case:
    """A recording being judged; `silence` is the code of the reason why it holds no conversation, if so."""

    hearing: Hearing
    standard: Standard
    ear: Ear
    understanding: Understanding
    silence: str | None = None
    perhaps: Case | None = None  # as if every phrase had been said that the sound leaves possible; None where none is

    def window(self, where: Where) -> Span:
        """Return the seconds in which an item with this `where` is looked for."""
        return self.ear.clock.window(where, self.standard.opening_s, self.standard.closing_s)

    def perhaps_window(self, where: Where) -> Span:
        """Return the seconds in which it may be looked for by a kinder reading: wider than `window` in a short talk only."""
        return self.ear.clock.window(where, self.standard.opening_s, self.standard.closing_s, DOUBTFUL_SHARE)

    def longest_unheard_s(self, window: Span) -> float:
        return max((s.overlap_s(window) for s in self.hearing.unheard), default=0.0)

    def unjudgeable(self) -> str | None:
        """Return the code of the reason why nothing can be judged, or None."""
        if self.silence is not None:
            return self.silence
        if len(self.ear.stream(None).text) < LEAST_CHARACTERS:
            return "nothing-heard"
        if len(self.ear.stream(Role.TECHNICIAN).text) < LEAST_CHARACTERS:
            return "no-technician"
        return None


def open_case(hearing: Hearing, standard: Standard, words: Any, readers: Library = NO_READERS) -> Case:
    """Return a recording ready to be judged; `words` is a jieba tokenizer."""
    perhaps = None
    if any(check.outcome is Outcome.SUSPICION for check in hearing.checks):
        ear = Ear(hearing, table_for(standard), words, vocabulary_of(standard), (Outcome.SAID, Outcome.SUSPICION))
        perhaps = Case(hearing, standard, ear, Understanding(ear, NO_READERS))
    ear = Ear(hearing, table_for(standard), words, vocabulary_of(standard))
    return Case(hearing, standard, ear, Understanding(ear, readers), perhaps=perhaps)


def bare_result(
    item: Item,
    verdict: Verdict | None,
    credit: float | None,
    reason: str,
    hits: tuple[Hit, ...] = (),
    nearest: Hit | None = None,
    searched: tuple[Span, ...] = (),
) -> ItemResult:
    """Return the result of an item with what the item itself says filled in."""
    return ItemResult(
        item.id,
        item.kind,
        item.how,
        item.clause,
        item.text,
        verdict,
        credit,
        item.weight,
        reason,
        hits,
        nearest,
        searched,
        item.penalty,
        item.cap,
        item.optional,
    )
