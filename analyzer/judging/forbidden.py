"""The verdict on a forbidden item.

An accusation needs the words, the voice and clear audio; anything less is a suspicion (`charging.py`). What is suspected
of words that alone do not prove it is proven where its reader agrees (`agreeing.py`).

The result bears the terms of the gravest words that decide: an oath that is only in the group of the mild ones (`also`
with a penalty) takes off that group's points and caps nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from analyzer.domain import FoundBy, Hit, ItemResult, Kind, Span, Verdict
from analyzer.judging.agreeing import agreed
from analyzer.judging.case import Case, bare_result
from analyzer.judging.charging import VOICE, Accusation, accusations_of
from analyzer.judging.reasons import part, quoted, reason
from analyzer.rubric.model import Element, Item

UNHEARD_SHARE = 0.3  # unheard share of the speech from which "not said" cannot be claimed


def judge_forbidden(item: Item, case: Case, claimed: Sequence[Hit] = ()) -> ItemResult:
    """Return the verdict on one forbidden rule item whose condition holds.

    `claimed` are words of other items: what a reader makes of them counts for nothing here.
    """
    return _verdict(item, _accused(item, case, claimed), case)


def _accused(item: Item, case: Case, claimed: Sequence[Hit]) -> list[Accusation]:
    """What was found of an item, in order of time."""
    accused = [
        a for a in accusations_of(item, case) if a.hit.by is not FoundBy.MEANING or not _overlaps(a.hit, claimed)
    ]
    accused += _suspicions_by_sound(item, case, accused)
    return sorted(accused, key=lambda a: a.hit.start_s)


def _verdict(item: Item, accused: Sequence[Accusation], case: Case) -> ItemResult:
    searched = (Span(0.0, case.hearing.duration_s),)
    hits = tuple(a.hit for a in accused if not a.pardon)
    proven = [hit for hit in hits if not hit.suspicion]
    if proven:
        item, gravest = _at_the_terms_of(proven, item)
        first = next(hit for hit in proven if hit.element == gravest.id)
        more = part("more", count=len(proven)) if len(proven) > 1 else ""
        if gravest.penalty is not None:
            more += part("lesser", title=gravest.title, penalty=f"{gravest.penalty:g}")
        text = reason("said", clause=item.clause, text=item.text, more=more, **quoted(first))
        return bare_result(item, Verdict.MISSED, 0.0, text, hits, None, searched)
    if hits:
        item, _ = _at_the_terms_of(hits, item)
        first = hits[0]
        code = "suspected-meaning" if first.by is FoundBy.MEANING else "suspected"
        text = reason(code, clause=item.clause, doubt=first.note, **quoted(first))
        return bare_result(item, Verdict.CANNOT_JUDGE, None, text, hits, None, searched)
    share = case.hearing.unheard_s / case.hearing.speech_s if case.hearing.speech_s else 0.0
    if share >= UNHEARD_SHARE:
        text = reason("too-unclear", clause=item.clause, share=f"{share:.0%}")
        return bare_result(item, Verdict.CANNOT_JUDGE, None, text, (), None, searched)
    if accused:
        return bare_result(item, Verdict.MET, 1.0, accused[0].pardon, (), None, searched)
    code = "not-said" if case.ear.roles_known else "not-said-either"
    return bare_result(item, Verdict.MET, 1.0, reason(code, clause=item.clause, text=item.text), (), None, searched)


def each_word_once(results: dict[str, ItemResult], items: Iterable[Item], case: Case) -> None:
    """Judge those forbidden items again whose readers suspect words on which another item has a better claim.

    Heard words are a better claim than their meaning, and of two meanings the likelier one is: one sentence that may
    be an offence is one to listen to, not three. What is then suspected of one item alone is proven where its reader agrees.
    """
    banned = [item for item in items if item.kind is Kind.FORBIDDEN and results[item.id].hits]
    claimed = [hit for item in banned for hit in results[item.id].hits if hit.by is not FoundBy.MEANING]
    read = [item for item in banned if any(hit.by is FoundBy.MEANING for hit in results[item.id].hits)]
    for item in sorted(read, key=lambda i: -max(h.similarity for h in results[i.id].hits if h.by is FoundBy.MEANING)):
        if any(_overlaps(hit, claimed) for hit in results[item.id].hits if hit.by is FoundBy.MEANING):
            results[item.id] = judge_forbidden(item, case, claimed)
        claimed += [hit for hit in results[item.id].hits if hit.by is FoundBy.MEANING]
    for item in banned:
        if results[item.id].verdict is Verdict.CANNOT_JUDGE:
            others = [hit for other in banned if other is not item for hit in results[other.id].hits]
            accused = [agreed(accusation, item, case) for accusation in _accused(item, case, others)]
            results[item.id] = _verdict(item, accused, case)


def _overlaps(hit: Hit, others: Iterable[Hit]) -> bool:
    return any(hit.start_s < other.end_s and other.start_s < hit.end_s for other in others)


def _at_the_terms_of(hits: Iterable[Hit], item: Item) -> tuple[Item, Element]:
    """Return the item with the penalty and cap of the gravest group that some hits are of, and that group."""
    said = {hit.element for hit in hits}
    groups = [element for element in item.elements if element.id in said]
    gravest = max(groups, key=lambda e: math.inf if e.penalty is None else e.penalty)
    if gravest.penalty is None:
        return item, gravest
    return replace(item, penalty=gravest.penalty, cap=None), gravest


def _suspicions_by_sound(item: Item, case: Case, others: list[Accusation]) -> Iterator[Accusation]:
    """Yield what would be said of an item if every phrase stood in place that the sound leaves possible.

    What would be no more than a suspicion then, but for whose voice it is, is none: two doubts at once are too many.
    """
    if case.perhaps is None:
        return
    for accusation in accusations_of(item, case.perhaps):
        hit = accusation.hit
        if accusation.doubt not in ("", VOICE):
            continue
        if hit.by is FoundBy.SOUND and not _overlaps(hit, [other.hit for other in others]):
            note = hit.note if hit.suspicion else f"{hit.note}，但不能确定"
            yield replace(accusation, hit=replace(hit, suspicion=True, note=note))
