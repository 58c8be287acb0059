"""The verdict on a required item: which of its elements were said, by whom, where, and the nearest miss."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from analyzer.domain import FoundBy, Hit, ItemResult, Span, Verdict, quantise_ratio
from analyzer.judging.case import Case, bare_result
from analyzer.judging.reasons import clock, part, quoted, reason
from analyzer.judging.searching import ElementSearch, search
from analyzer.matching import THRESHOLD
from analyzer.matching.wording import GAP_MARK
from analyzer.rubric.model import Item

UNHEARD_LONGEST_S = 1.2  # an unheard stretch this long can hold a whole required phrase
UNCLEAR_SIMILARITY = THRESHOLD - 0.06  # that near to the threshold, poor audio may have made the difference
POOR_CONFIDENCE = 0.45
HEARD_POORLY = (
    0.72  # under this clearness four misses in ten were false, over it one (benchmarks/results/strangers-dev.md)
)
POORLY = "平均把握"  # stands in the reason "poorly-heard" and in no other
TELLING_CHARS = 4  # a nearest phrase of fewer characters tells nobody anything (“您回” for 您请回)


def judge_required(item: Item, case: Case, earlier: Mapping[str, ItemResult]) -> ItemResult:
    """Return the verdict on one required rule item whose condition holds."""
    window = _after(item, earlier, case.window(item.where))
    searches = [search(element, case, window) for element in item.elements]
    total = sum(e.weight for e in item.elements)
    credit = quantise_ratio(sum(s.element.weight for s in searches if s.hit) / total)
    hits = tuple(sorted((s.hit for s in searches if s.hit), key=lambda h: h.start_s))
    missing = [s for s in searches if s.hit is None]
    nearest = _nearest(s.nearest for s in missing if s.nearest)
    searched = (window,)
    wide = _after(item, earlier, case.perhaps_window(item.where))
    explanation = _Explanation(item, case, window, wide, hits, missing, nearest)
    if credit >= item.pass_credit - 1e-9:
        return bare_result(item, Verdict.MET, credit, explanation.met(), hits, None, searched)
    doubt = explanation.doubt()
    if doubt is not None:
        why, offered = doubt
        return bare_result(item, Verdict.CANNOT_JUDGE, None, why, hits, offered, searched)
    offered = _nearest(s.nearest for s in missing if s.nearest and _is_telling(s.nearest))
    return bare_result(item, Verdict.MISSED, credit, explanation.missed(earlier), hits, offered, searched)


def _nearest(hits: Iterable[Hit]) -> Hit | None:
    return max(hits, key=lambda h: (h.similarity, -h.start_s), default=None)


def _is_telling(near: Hit) -> bool:
    """Whether a person sees why words that do not count came near: of two or three characters one is often anybody's."""
    return near.similarity >= THRESHOLD or len(near.phrase.replace(GAP_MARK, "")) >= TELLING_CHARS


def _titles(searches: Iterable[ElementSearch]) -> str:
    return "".join(part("title", title=s.element.title) for s in searches)


def _after(item: Item, earlier: Mapping[str, ItemResult], window: Span) -> Span:
    """The part of a window after the item that must come first, if that one was heard."""
    first = earlier.get(item.after)
    if first is None or first.verdict is not Verdict.MET or not first.hits:
        return window
    begin_s = max(window.start_s, first.hits[0].end_s)
    return Span(begin_s, max(begin_s, window.end_s))


def clearness_of(item: Item, case: Case, window: Span) -> float:
    """Return how clearly those were heard who should have said it, in [0, 1]; NaN where the engine does not tell."""
    return min(case.ear.clearness(who, window) for who in {element.who for element in item.elements})


def is_poorly_heard(result: ItemResult) -> bool:
    """Whether a result was left to a person because what should have been said was heard badly."""
    return result.verdict is Verdict.CANNOT_JUDGE and POORLY in result.reason


@dataclass(frozen=True, slots=True)
class _Explanation:
    """The pieces of the reason."""

    item: Item
    case: Case
    window: Span
    wide: Span  # by the kinder reading of a short talk
    hits: tuple[Hit, ...]
    missing: list[ElementSearch]
    nearest: Hit | None

    def _place(self) -> dict[str, str]:
        return {
            "clause": self.item.clause,
            "where": part(self.item.where.value),
            "window": f"{clock(self.window.start_s)}–{clock(self.window.end_s)}",
        }

    def _missing(self) -> str:
        return _titles(self.missing)

    def met(self) -> str:
        best = max(self.hits, key=lambda h: (h.by is FoundBy.WORDS, len(h.quote), -h.start_s))
        code = "met-partly" if self.missing else "met"
        if best.by is FoundBy.MEANING:
            code = "meant-partly" if self.missing else "meant"
        return reason(code, clause=self.item.clause, missing=self._missing(), **quoted(best))

    def doubt(self) -> tuple[str, Hit | None] | None:
        """Return why a miss cannot be told from not hearing, with what a person should hear, if so."""
        longest = self.case.longest_unheard_s(self.window)
        if longest >= UNHEARD_LONGEST_S:
            return reason("unheard", seconds=f"{longest:.1f}", **self._place()), self.nearest
        for missed in self.missing:
            near = missed.nearest
            if (
                near is not None
                and missed.elsewhere is None
                and near.similarity >= UNCLEAR_SIMILARITY
                and not missed.nearest_confidence >= POOR_CONFIDENCE
            ):
                code = "unmeasured" if math.isnan(missed.nearest_confidence) else "unclear"
                return reason(code, clause=self.item.clause, **quoted(near)), self.nearest
            if missed.undone is not None and missed.unmeasured:
                return reason("unmeasured", clause=self.item.clause, **quoted(missed.undone)), missed.undone
        sounding = next((s.perhaps for s in self.missing if s.perhaps is not None), None)
        if sounding is not None:
            return reason("perhaps", clause=self.item.clause, **quoted(sounding)), replace(sounding, suspicion=True)
        other = next((s.otherwise for s in self.missing if s.otherwise is not None), None)
        if other is not None:
            return reason("otherwise", clause=self.item.clause, element=other.phrase, **quoted(other)), other
        late = self._perhaps_in_time()
        if late is not None:
            told = {"text": self.item.text, "where": part(self.item.where.value), **quoted(late)}
            return reason("short-talk", clause=self.item.clause, **told), late
        clearness = clearness_of(self.item, self.case, self.window)
        if clearness < HEARD_POORLY:
            told = {"missing": self._missing(), "clearness": f"{clearness:.2f}", **self._place()}
            return reason("poorly-heard", **told), self.nearest
        return None

    def _perhaps_in_time(self) -> Hit | None:
        """What was said a little outside the window of a short talk, where the item would be met with it."""
        if self.wide == self.window:
            return None
        again = [search(s.element, self.case, self.wide) for s in self.missing]
        lacking = sum(s.element.weight for s in again if s.hit is None)
        total = sum(e.weight for e in self.item.elements)
        if 1 - lacking / total < self.item.pass_credit - 1e-9:
            return None
        return min((s.hit for s in again if s.hit), key=lambda h: h.start_s)

    def missed(self, earlier: Mapping[str, ItemResult]) -> str:
        """What was not said at all, and what was said where it does not count: too early, too late, before its turn."""
        first = earlier.get(self.item.after)
        astray = [(self._fault(s.elsewhere, first), s.elsewhere) for s in self.missing if s.elsewhere is not None]
        faults = [part(fault, where=part(self.item.where.value), **quoted(hit)) for fault, hit in astray]
        unsaid = [s for s in self.missing if s.elsewhere is None]
        if unsaid:
            faults.insert(0, self._unsaid(unsaid))
        values = {**self._place(), "faults": part("also").join(dict.fromkeys(faults))}
        if self.hits:
            return reason("missed-partly", **values, **quoted(max(self.hits, key=lambda h: len(h.quote))))
        if unsaid:
            return reason("missed", text=self.item.text, **values)
        if first is not None and astray[0][0] == "out-of-order":
            return reason("out-of-order", text=self.item.text, after=first.text, **values)
        return reason("at-another-time", text=self.item.text, **values)

    def _fault(self, hit: Hit, first: ItemResult | None) -> str:
        """Why words that fulfil an element do not count where they stand."""
        if first is not None and first.hits and hit.start_s < first.hits[0].end_s:
            return "out-of-order"
        return "too-early" if hit.start_s < self.window.start_s else "too-late"

    def _unsaid(self, unsaid: list[ElementSearch]) -> str:
        nearest = _nearest(s.nearest for s in unsaid if s.nearest and _is_telling(s.nearest))
        near = part("nothing-near") if nearest is None else part("nearest", **quoted(nearest))
        contrary = next((s.undone for s in unsaid if s.undone), None)
        near = near if contrary is None else part("undone", **quoted(contrary))
        return part("unheard-of", **self._place(), missing=_titles(unsaid), nearest=near)
