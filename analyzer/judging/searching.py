"""One element of a required item in one window: the words that count, and those that nearly do."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from analyzer.domain import FoundBy, Hit, Span
from analyzer.judging.case import Case
from analyzer.matching import COURTESY, THRESHOLD, Match
from analyzer.rubric.model import Element
from analyzer.rubric.policy import Stance

EXACT = 0.97  # from this similarity on the words themselves stand there, and no reader overrules them
NEAREST_SIMILARITY = 0.7  # words less alike than this are not shown as what comes nearest: they only puzzle


@dataclass(frozen=True, slots=True)
class ElementSearch:
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


def search(element: Element, case: Case, window: Span) -> ElementSearch:
    """Return what was found of an element: what counts must begin within `window`, what nearly counts may stand anywhere."""
    found = _heard(element, case, window)
    if found.hit is not None or case.perhaps is None:
        return found
    perhaps = _heard(element, case.perhaps, window).hit
    return replace(found, perhaps=perhaps if perhaps is not None and perhaps.by is FoundBy.SOUND else None)


def _heard(element: Element, case: Case, window: Span) -> ElementSearch:
    ear, who = case.ear, element.who
    found = ear.finder(who, COURTESY).matches(element.phrases, resolve=False)
    matches = ear.unrejected(who, ear.unexcused(who, found, element.exceptions))
    matches += ear.own_names(who, element.surnames)  # as written, so that no exception by sound touches them
    inside = {id(m): window.start_s <= ear.span(who, m).start_s <= window.end_s for m in matches}
    best_first = sorted(matches, key=lambda m: (not inside[id(m)], -m.similarity, m.first))
    said = (m for m in ear.meant(who, best_first) if makes_sense(m, inside[id(m)], element, case))
    best = next(said, None)
    if best is not None and inside[id(best)]:
        return ElementSearch(element, ear.hit(who, best, element=element.id), None, None, 1.0)
    undone = next((m for m in best_first if ear.is_undone(who, m)), None)
    contrary = None if undone is None else ear.hit(who, undone, element=element.id)
    unmeasured = undone is not None and math.isnan(ear.confidence(who, undone))
    meant = case.understanding.best(element.meaning, who, window)
    if meant is not None and undone is not None and meant.first <= undone.last and undone.first <= meant.last:
        meant = None
    otherwise = None if meant is None else meant_hit(element, case, meant)
    if otherwise is not None and not otherwise.suspicion:
        return ElementSearch(element, otherwise, None, None, 1.0)
    if best is not None and case.understanding.is_absurd(element, best):
        # another sentence, elsewhere
        return ElementSearch(element, None, None, None, 1.0, otherwise, contrary, unmeasured)
    if best is not None:
        outside = ear.hit(who, best, element=element.id)
        return ElementSearch(element, None, outside, outside, 1.0, otherwise, contrary, unmeasured)
    match = ear.finder(who, COURTESY).nearest(element.phrases)
    # As alike as THRESHOLD, an exception excused it; less alike than NEAREST_SIMILARITY, it is another sentence.
    if match is None or not NEAREST_SIMILARITY <= match.similarity < THRESHOLD:
        return ElementSearch(element, None, None, None, 1.0, otherwise, contrary, unmeasured)
    hit = ear.hit(who, match, element=element.id)
    return ElementSearch(element, None, None, hit, ear.confidence(who, match), otherwise, contrary, unmeasured)


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
