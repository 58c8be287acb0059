"""The verdict on a forbidden item.

An accusation needs the words, the voice and clear audio; anything less is a suspicion.
"""

from __future__ import annotations

import numpy as np

from analyzer.domain import Hit, ItemResult, Role, Span, Verdict
from analyzer.judging.case import Case, bare_result
from analyzer.judging.reasons import clock, number, part, reason
from analyzer.matching import ACCUSATION, SUSPICION, Match
from analyzer.rubric.model import Element, Item

CLEAR_CONFIDENCE = 0.45  # mean character confidence under which a hit is only a suspicion
SURE_SPEAKER = 0.75  # speaker confidence under which a hit is only a suspicion
UNHEARD_SHARE = 0.3  # unheard share of the speech from which "not said" cannot be claimed


def judge_forbidden(item: Item, case: Case) -> ItemResult:
    """Return the verdict on one forbidden rule item whose condition holds."""
    searched = (Span(0.0, case.hearing.duration_s),)
    hits = sorted((hit for e in item.elements for hit in _hits(e, case)), key=lambda h: h.start_s)
    proven = [hit for hit in hits if not hit.suspicion]
    if proven:
        first = proven[0]
        more = part("more", count=len(proven)) if len(proven) > 1 else ""
        text = reason("said", clause=item.clause, text=item.text, phrase=first.phrase, more=more, **_quote(first))
        return bare_result(item, Verdict.MISSED, 0.0, text, tuple(hits), None, searched)
    if hits:
        first = hits[0]
        text = reason("suspected", clause=item.clause, phrase=first.phrase, doubt=first.note, **_quote(first))
        return bare_result(item, Verdict.CANNOT_JUDGE, None, text, tuple(hits), None, searched)
    share = case.hearing.unheard_s / case.hearing.speech_s if case.hearing.speech_s else 0.0
    if share >= UNHEARD_SHARE:
        text = reason("too-unclear", clause=item.clause, share=f"{share:.0%}")
        return bare_result(item, Verdict.CANNOT_JUDGE, None, text, (), None, searched)
    code = "not-said" if case.ear.roles_known else "not-said-either"
    return bare_result(item, Verdict.MET, 1.0, reason(code, clause=item.clause, text=item.text), (), None, searched)


def _quote(hit: Hit) -> dict[str, str]:
    return {"time": clock(hit.start_s), "quote": hit.quote, "similarity": number(hit.similarity)}


def _hits(element: Element, case: Case) -> list[Hit]:
    """Return proven hits and suspicions of one element."""
    ear, who = case.ear, element.who
    sure = ear.matches(who, element.phrases, element.exceptions, ACCUSATION, word_edges=True)
    found = [_weigh(match, element, case) for match in sure]
    if not np.any(ear.stream(who).confidence < CLEAR_CONFIDENCE):
        return found
    for match in ear.matches(who, element.phrases, element.exceptions, SUSPICION, word_edges=True):
        overlaps = any(match.first <= m.last and m.first <= match.last for m in sure)
        if not overlaps and ear.confidence(who, match) < CLEAR_CONFIDENCE:
            found.append(_suspicion(match, element, case, "doubt-audio"))
    return found


def _weigh(match: Match, element: Element, case: Case) -> Hit:
    ear, who = case.ear, element.who
    if ear.confidence(who, match) < CLEAR_CONFIDENCE:
        return _suspicion(match, element, case, "doubt-audio")
    stream = ear.stream(who)
    whose = stream.speaker_confidence(match.first, match.last)
    if who is not None and (stream.role(match.first) is Role.UNKNOWN or whose < SURE_SPEAKER):
        return _suspicion(match, element, case, "doubt-voice")
    return ear.hit(who, match, element=element.id)


def _suspicion(match: Match, element: Element, case: Case, doubt: str) -> Hit:
    hit = case.ear.hit(element.who, match, element=element.id, suspicion=True)
    return Hit(hit.start_s, hit.end_s, hit.role, hit.quote, hit.phrase, hit.similarity, True, hit.element, part(doubt))
