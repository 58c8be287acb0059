"""The verdict on a required item: which of its elements were said, by whom, where, and the nearest miss."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from analyzer.domain import Fact, FoundBy, Hit, ItemResult, Span, Verdict, quantise_ratio
from analyzer.judging.case import Case, bare_result
from analyzer.judging.reasons import clock, part, quoted, reason
from analyzer.matching import COURTESY, THRESHOLD, Match
from analyzer.matching.wording import GAP_MARK
from analyzer.rubric.model import Element, Item
from analyzer.rubric.policy import Stance

UNHEARD_LONGEST_S = 1.2  # an unheard stretch this long can hold a whole required phrase
UNCLEAR_SIMILARITY = THRESHOLD - 0.06  # that near to the threshold, poor audio may have made the difference
POOR_CONFIDENCE = 0.45
HEARD_POORLY = (
    0.72  # under this clearness four misses in ten were false, over it one (benchmarks/results/strangers-dev.md)
)
EXACT = 0.97  # from this similarity on the words themselves stand there, and no reader overrules them
POORLY = "平均把握"  # stands in the reason "poorly-heard" and in no other
TELLING_CHARS = 4  # a nearest phrase of fewer characters tells nobody anything (“您回” for 您请回)
NEAREST_SIMILARITY = 0.7  # words less alike than this are not shown as what comes nearest: they only puzzle


@dataclass(frozen=True, slots=True)
class _ElementSearch:
    """What was found of one element: the best hit that counts, and the best that does not.

    `undone`: words of the element that say the contrary (没给您试); `unmeasured`, where nobody tells how surely they were
    heard. `perhaps`: what the sound leaves possible. `nearest_confidence` is NaN where the engine does not tell.
    """

    element: Element
    hit: Hit | None
    elsewhere: Hit | None
    nearest: Hit | None
    nearest_confidence: float
    otherwise: Hit | None = None  # other words that may mean it
    undone: Hit | None = None
    unmeasured: bool = False
    perhaps: Hit | None = None


def judge_required(item: Item, case: Case, facts: Mapping[str, Fact], earlier: Mapping[str, ItemResult]) -> ItemResult:
    """Return the verdict on one required rule item whose condition holds."""
    window = case.window(item.where)
    begin_s = _after(item, earlier, window)
    searches = [_search(element, case, Span(begin_s, max(begin_s, window.end_s))) for element in item.elements]
    total = sum(e.weight for e in item.elements)
    credit = quantise_ratio(sum(s.element.weight for s in searches if s.hit) / total)
    hits = tuple(sorted((s.hit for s in searches if s.hit), key=lambda h: h.start_s))
    missing = [s for s in searches if s.hit is None]
    nearest = _nearest(s.nearest for s in missing if s.nearest)
    searched = (Span(begin_s, max(begin_s, window.end_s)),)
    explanation = _Explanation(item, case, searched[0], hits, missing, nearest)
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


def _titles(searches: Iterable[_ElementSearch]) -> str:
    return "".join(part("title", title=s.element.title) for s in searches)


def _after(item: Item, earlier: Mapping[str, ItemResult], window: Span) -> float:
    """Where the search may begin: after the item that must come first, if that one was heard."""
    first = earlier.get(item.after)
    if first is None or first.verdict is not Verdict.MET or not first.hits:
        return window.start_s
    return max(window.start_s, first.hits[0].end_s)


def _search(element: Element, case: Case, window: Span) -> _ElementSearch:
    found = _heard(element, case, window)
    if found.hit is not None or case.perhaps is None:
        return found
    perhaps = _heard(element, case.perhaps, window).hit
    return replace(found, perhaps=perhaps if perhaps is not None and perhaps.by is FoundBy.SOUND else None)


def _heard(element: Element, case: Case, window: Span) -> _ElementSearch:
    ear, who = case.ear, element.who
    found = ear.finder(who, COURTESY).matches(element.phrases, resolve=False)
    matches = ear.unrejected(who, ear.unexcused(who, found, element.exceptions))
    matches += ear.own_names(who, element.surnames)  # as written, so that no exception by sound touches them
    inside = {id(m): window.start_s <= ear.span(who, m).start_s <= window.end_s for m in matches}
    best_first = sorted(matches, key=lambda m: (not inside[id(m)], -m.similarity, m.first))
    said = (m for m in ear.meant(who, best_first) if makes_sense(m, inside[id(m)], element, case))
    best = next(said, None)
    if best is not None and inside[id(best)]:
        return _ElementSearch(element, ear.hit(who, best, element=element.id), None, None, 1.0)
    undone = next((m for m in best_first if ear.is_undone(who, m)), None)
    contrary = None if undone is None else ear.hit(who, undone, element=element.id)
    unmeasured = undone is not None and math.isnan(ear.confidence(who, undone))
    meant = case.understanding.best(element.meaning, who, window)
    if meant is not None and undone is not None and meant.first <= undone.last and undone.first <= meant.last:
        meant = None
    otherwise = None if meant is None else meant_hit(element, case, meant)
    if otherwise is not None and not otherwise.suspicion:
        return _ElementSearch(element, otherwise, None, None, 1.0)
    if best is not None and case.understanding.is_absurd(element, best):
        # another sentence, elsewhere
        return _ElementSearch(element, None, None, None, 1.0, otherwise, contrary, unmeasured)
    if best is not None:
        outside = ear.hit(who, best, element=element.id)
        return _ElementSearch(element, None, outside, outside, 1.0, otherwise, contrary, unmeasured)
    match = ear.finder(who, COURTESY).nearest(element.phrases)
    # As alike as THRESHOLD, an exception excused it; less alike than NEAREST_SIMILARITY, it is another sentence.
    if match is None or not NEAREST_SIMILARITY <= match.similarity < THRESHOLD:
        return _ElementSearch(element, None, None, None, 1.0, otherwise, contrary, unmeasured)
    hit = ear.hit(who, match, element=element.id)
    return _ElementSearch(element, None, None, hit, ear.confidence(who, match), otherwise, contrary, unmeasured)


def clearness_of(item: Item, case: Case, window: Span) -> float:
    """Return how clearly those were heard who should have said it, in [0, 1]; NaN where the engine does not tell."""
    return min(case.ear.clearness(who, window) for who in {element.who for element in item.elements})


def is_poorly_heard(result: ItemResult) -> bool:
    """Whether a result was left to a person because what should have been said was heard badly."""
    return result.verdict is Verdict.CANNOT_JUDGE and POORLY in result.reason


def makes_sense(match: Match, inside: bool, element: Element, case: Case) -> bool:
    """Whether a match that would count is more than words that sound alike and surely mean something else."""
    return not inside or match.similarity >= EXACT or not case.understanding.is_absurd(element, match)


def meant_hit(element: Element, case: Case, match: Match) -> Hit | None:
    """Other words as evidence where they surely mean the element, as a suspicion where they may, else None."""
    understanding = case.understanding
    if not understanding.is_possible(element.meaning, match.similarity):
        return None
    counts = case.standard.policy.other_words is Stance.COUNTS
    sure = counts and understanding.is_sure(element.meaning, element.who, match)
    return understanding.hit(element, match, suspicion=not sure)


@dataclass(frozen=True, slots=True)
class _Explanation:
    """The pieces of the reason."""

    item: Item
    case: Case
    window: Span
    hits: tuple[Hit, ...]
    missing: list[_ElementSearch]
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
        for search in self.missing:
            near = search.nearest
            if (
                near is not None
                and search.elsewhere is None
                and near.similarity >= UNCLEAR_SIMILARITY
                and not search.nearest_confidence >= POOR_CONFIDENCE
            ):
                code = "unmeasured" if math.isnan(search.nearest_confidence) else "unclear"
                return reason(code, clause=self.item.clause, **quoted(near)), self.nearest
            if search.undone is not None and search.unmeasured:
                return reason("unmeasured", clause=self.item.clause, **quoted(search.undone)), search.undone
        sounding = next((s.perhaps for s in self.missing if s.perhaps is not None), None)
        if sounding is not None:
            return reason("perhaps", clause=self.item.clause, **quoted(sounding)), replace(sounding, suspicion=True)
        other = next((s.otherwise for s in self.missing if s.otherwise is not None), None)
        if other is not None:
            return reason("otherwise", clause=self.item.clause, element=other.phrase, **quoted(other)), other
        clearness = clearness_of(self.item, self.case, self.window)
        if clearness < HEARD_POORLY:
            told = {"missing": self._missing(), "clearness": f"{clearness:.2f}", **self._place()}
            return reason("poorly-heard", **told), self.nearest
        return None

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

    def _unsaid(self, unsaid: list[_ElementSearch]) -> str:
        nearest = _nearest(s.nearest for s in unsaid if s.nearest and _is_telling(s.nearest))
        near = part("nothing-near") if nearest is None else part("nearest", **quoted(nearest))
        contrary = next((s.undone for s in unsaid if s.undone), None)
        near = near if contrary is None else part("undone", **quoted(contrary))
        return part("unheard-of", **self._place(), missing=_titles(unsaid), nearest=near)
