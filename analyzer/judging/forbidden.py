"""The verdict on a forbidden item.

An accusation needs the words, the voice and clear audio; anything less is a suspicion. Words that are followed by
help (the item's `remedy`) accuse nobody: the standard wants the customer helped, not a phrase avoided. Nor do words
whose frame shows that they are not meant (`frames.py`): somebody else's, denied, supposed, asked.

The result bears the terms of the gravest words that decide: an oath that is only in the group of the mild ones (`also`
with a penalty) takes off that group's points and caps nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from analyzer.domain import FoundBy, Hit, ItemResult, Kind, Outcome, Role, Span, Verdict
from analyzer.judging.accusing import accusations, just_heard, promise, unasked, unclear
from analyzer.judging.case import Case, bare_result
from analyzer.judging.frames import Frame, Frames, Framing, context_of
from analyzer.judging.reasons import part, quoted, reason
from analyzer.judging.topics import topics
from analyzer.matching import Match
from analyzer.rubric.model import Element, Item
from analyzer.rubric.policy import Policy, Stance, stricter

CLEAR_CONFIDENCE = 0.45  # mean character confidence under which a hit is only a suspicion
SURE_SPEAKER = 0.75  # speaker confidence under which a hit is only a suspicion
SURER_SPEAKER = 0.9  # the same of words that only the sound tells: two doubts at once are too many
MEANT = "doubt-meaning"  # other words that mean it: never more than a suspicion
SENSE = "doubt-sense"  # their reader finds something else in the sentence
UNASKED = "doubt-unasked"
UNHEARD_SHARE = 0.3  # unheard share of the speech from which "not said" cannot be claimed


@dataclass(frozen=True, slots=True)
class Accusation:
    """A forbidden phrase that was found, and the sentence that pardons it ("": nothing does).

    `match`: where, in the stream of the element's speaker; `code`: what pardons it, help, its frame or that nobody asked.
    """

    hit: Hit
    pardon: str
    match: Match
    code: str = ""


def judge_forbidden(item: Item, case: Case, claimed: Sequence[Hit] = ()) -> ItemResult:
    """Return the verdict on one forbidden rule item whose condition holds.

    `claimed` are words of other items: what a reader makes of them counts for nothing here.
    """
    searched = (Span(0.0, case.hearing.duration_s),)
    accused = [
        a for a in accusations_of(item, case) if a.hit.by is not FoundBy.MEANING or not _overlaps(a.hit, claimed)
    ]
    accused += _suspicions_by_sound(item, case, accused)
    accused.sort(key=lambda a: a.hit.start_s)
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
    be an offence is one to listen to, not three.
    """
    banned = [item for item in items if item.kind is Kind.FORBIDDEN and results[item.id].hits]
    claimed = [hit for item in banned for hit in results[item.id].hits if hit.by is not FoundBy.MEANING]
    read = [item for item in banned if any(hit.by is FoundBy.MEANING for hit in results[item.id].hits)]
    for item in sorted(read, key=lambda i: -max(h.similarity for h in results[i.id].hits if h.by is FoundBy.MEANING)):
        if any(_overlaps(hit, claimed) for hit in results[item.id].hits if hit.by is FoundBy.MEANING):
            results[item.id] = judge_forbidden(item, case, claimed)
        claimed += [hit for hit in results[item.id].hits if hit.by is FoundBy.MEANING]


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


def accusations_of(item: Item, case: Case) -> Iterator[Accusation]:
    """Yield what was found of an item, proven or suspected, with what pardons it.

    Words that two groups claim are the first one's; what a reader finds comes after what was heard.
    """
    taken: list[tuple[str, Match]] = []
    found = [(element, match, doubt) for element in item.elements for match, doubt in _doubted(element, case)]
    for element, match, doubt in sorted(found, key=lambda f: f[2] == MEANT):
        if not _touches(match, [other for group, other in taken if group != element.id]):
            taken.append((element.id, match))
            yield _accusation(match, doubt, element, item, case)


def _accusation(match: Match, doubt: str, element: Element, item: Item, case: Case) -> Accusation:
    policy = case.standard.policy
    frame = _frame(match, element, case)
    help_ = promise(case.ear, element, match, policy.help_within_s, read=doubt == MEANT)
    excuses: list[tuple[Stance, str, str]] = []  # what each makes of the words, its doubt, and how its pardon begins
    if frame is not None:
        excuses.append((_stance_of(frame, element, item, policy), f"doubt-{frame.framing}", "framed"))
    if help_ is not None:
        stance = policy.helped(item.id) if help_.at_once else stricter(policy.helped(item.id), policy.late_help)
        excuses.append((stance, "doubt-helped" if help_.at_once else "doubt-late-help", "helped"))
    if doubt == SENSE and case.understanding.is_harmless(element, match):
        excuses.append((Stance.PARDONS, "", "other-sense"))
    if doubt == UNASKED and policy.unasked is not Stance.DOUBT:
        excuses.append((policy.unasked, UNASKED, "unasked"))
        doubt = ""
    doubt = doubt or next((code for stance, code, _ in excuses if stance is Stance.DOUBT), "")
    if doubt == MEANT:
        hit = case.understanding.hit(element, match, suspicion=True)
    else:
        hit = case.ear.hit(element.who, match, element=element.id, suspicion=bool(doubt))
    if doubt:
        hit = replace(hit, note="；".join(filter(None, (hit.note, part(doubt)))))
    code = next((pardon for stance, _, pardon in excuses if stance is Stance.PARDONS), None)
    if code is None:
        return Accusation(hit, "", match)
    framing = "" if frame is None else part(frame.framing)
    words = "" if help_ is None else help_.words
    pardon = reason(code, clause=item.clause, frame=framing, promise=words, **quoted(hit))
    return Accusation(hit, pardon, match, code)


def _stance_of(frame: Frame, element: Element, item: Item, policy: Policy) -> Stance:
    """What words in a frame are taken for: reports as the company decides; nothing pardons fatal words."""
    if frame.framing is Framing.REPORTED:
        stance = policy.reported if frame.sure else policy.unclear_report
    else:
        stance = Stance.PARDONS if frame.sure else Stance.DOUBT
    fatal = item.cap is not None and not element.remedies
    return Stance.DOUBT if stance is Stance.PARDONS and fatal else stance


def _frame(match: Match, element: Element, case: Case) -> Frame | None:
    """Return the frame of a match as far as it matters for the item.

    All frames matter for words that turn a customer away, which are answers. Asking or supposing excuses no other
    banned words (能不能给点辛苦费 is what is banned).
    """
    heard = just_heard(case.ear, element, match)
    frame = Frames(case.ear.vocabulary).around(context_of(case.ear.stream(element.who), match, heard))
    if frame is None or element.remedies:
        return frame
    return frame if frame.framing in (Framing.REPORTED, Framing.DENIED) else None


def _suspicions_by_sound(item: Item, case: Case, others: list[Accusation]) -> Iterator[Accusation]:
    """Yield what would be said of an item if every phrase stood in place that the sound leaves possible."""
    if case.perhaps is None:
        return
    for accusation in accusations_of(item, case.perhaps):
        hit = accusation.hit
        if hit.by is FoundBy.SOUND and not _overlaps(hit, [other.hit for other in others]):
            note = hit.note if hit.suspicion else f"{hit.note}，但不能确定"
            yield replace(accusation, hit=replace(hit, suspicion=True, note=note))


def _doubted(element: Element, case: Case) -> Iterator[tuple[Match, str]]:
    """Yield the matches of one element with the code of what makes each a suspicion ("" where it is proven)."""
    said, misheard = accusations(case.ear, element)
    for match in said:
        yield match, _doubt(match, element, case)
    policy = case.standard.policy
    if policy.misheard is Stance.DOUBT:
        for match in misheard:
            if not case.understanding.is_another(element, match):
                yield match, "doubt-misheard"
    known = [*said, *misheard]
    for match, goes_on in topics(case.ear, element):
        stance = Stance.COUNTS if goes_on else policy.topic_once
        if stance is not Stance.PARDONS and not _touches(match, known):
            known.append(match)
            yield match, _doubt(match, element, case) if stance is Stance.COUNTS else "doubt-topic"
    for match in unclear(case.ear, element, CLEAR_CONFIDENCE):
        if not _touches(match, known):
            known.append(match)
            yield match, "doubt-audio"
    if policy.alike is Stance.PARDONS:
        return
    whole = Span(0.0, case.hearing.duration_s)
    for match in case.understanding.places(element.meaning, element.who, whole):
        if case.understanding.is_suspicious(element.meaning, match.similarity) and not _touches(match, known):
            yield match, MEANT


def _touches(match: Match, others: list[Match]) -> bool:
    return any(match.first <= m.last and m.first <= match.last for m in others)


def _doubt(match: Match, element: Element, case: Case) -> str:
    ear, who = case.ear, element.who
    sure = ear.confidence(who, match)
    if not sure >= CLEAR_CONFIDENCE:
        return "doubt-unmeasured" if math.isnan(sure) else "doubt-audio"
    stream = ear.stream(who)
    if ear.sound.outcome(stream, match) is Outcome.SUSPICION:
        return "doubt-sound"
    whose = stream.speaker_confidence(match.first, match.last)
    by_sound = any(ear.sounding.checks(stream, match.first, match.last))
    sure = SURER_SPEAKER if by_sound else SURE_SPEAKER
    if who is not None and (stream.role(match.first) is Role.UNKNOWN or whose < sure):
        return "doubt-voice"
    if case.understanding.is_doubtful(element, match):
        return SENSE
    return UNASKED if unasked(ear, element, match) else ""
