"""What was found of a forbidden item, with what makes it a suspicion and what pardons it.

Words that are followed by help (the item's `remedy`) accuse nobody: the standard wants the customer helped, not a phrase
avoided. Nor do words whose frame shows that they are not meant (`frames.py`): somebody else's, denied, supposed, asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from analyzer.domain import Hit, Outcome, Role, Span
from analyzer.judging.accusing import accusations, just_heard, promise, unasked, unclear
from analyzer.judging.case import Case
from analyzer.judging.context import context_of, is_whole_sentence
from analyzer.judging.frames import Frame, Frames, Framing
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
VOICE = "doubt-voice"
MISHEARD = "doubt-misheard"


@dataclass(frozen=True, slots=True)
class Accusation:
    """A forbidden phrase that was found, and the sentence that pardons it ("": nothing does).

    `match`: where, in the stream of the element's speaker; `code`: what pardons it, help, its frame or that nobody asked;
    `doubt`: why it is no more than a suspicion, the first reason, as the code of its words.
    """

    hit: Hit
    pardon: str
    match: Match
    element: Element
    code: str = ""
    doubt: str = ""


def accusations_of(item: Item, case: Case) -> Iterator[Accusation]:
    """Yield what was found of an item, proven or suspected, with what pardons it.

    Words that two groups claim are the first one's; what a reader finds comes after what was heard.
    """
    taken: list[tuple[str, Match]] = []
    found = [(element, match, doubt) for element in item.elements for match, doubt in _doubted(element, case)]
    for element, match, doubt in sorted(found, key=lambda f: f[2] == MEANT):
        if not touches(match, [other for group, other in taken if group != element.id]):
            taken.append((element.id, match))
            yield accusation(match, doubt, element, item, case)


def accusation(match: Match, doubt: str, element: Element, item: Item, case: Case) -> Accusation:
    """Return what a match of an element comes to, `doubt` being the code of what makes it a suspicion ("": nothing does)."""
    policy = case.standard.policy
    frame = _frame(match, element, case)
    help_ = promise(case.ear, element, match, policy.help_within_s, read=doubt == MEANT)
    excuses: list[tuple[Stance, str, str]] = []  # what each makes of the words, its doubt, and how its pardon begins
    if frame is not None:
        excuses.append((_stance_of(frame, element, item, policy), f"doubt-{frame.framing}", "framed"))
    if help_ is not None:
        stance = policy.helped(item.id) if help_.at_once else stricter(policy.helped(item.id), policy.late_help)
        why = "doubt-helped" if help_.at_once else "doubt-late-help"
        if not help_.sure:
            stance, why = stricter(stance, Stance.DOUBT), "doubt-perhaps-helped"
        excuses.append((stance, why, "helped"))
    if doubt == SENSE and case.understanding.is_harmless(element, match):
        excuses.append((Stance.PARDONS, "", "other-sense"))
    if doubt == UNASKED and policy.unasked is not Stance.DOUBT:
        excuses.append((policy.unasked, UNASKED, "unasked"))
        doubt = ""
    doubt = doubt or next((code for stance, code, _ in excuses if stance is Stance.DOUBT), "")
    if not doubt and not excuses and _is_helped(element, item, match, case):
        doubt = "doubt-reads-as-help"
    if doubt == MEANT:
        hit = case.understanding.hit(element, match, suspicion=True)
    else:
        hit = case.ear.hit(element.who, match, element=element.id, suspicion=bool(doubt))
    if doubt:
        hit = replace(hit, note="；".join(filter(None, (hit.note, part(doubt)))))
    code = next((pardon for stance, _, pardon in excuses if stance is Stance.PARDONS), None)
    if code is None:
        return Accusation(hit, "", match, element, doubt=doubt)
    framing = "" if frame is None else part(frame.framing)
    words = "" if help_ is None else help_.words
    pardon = reason(code, clause=item.clause, frame=framing, promise=words, **quoted(hit))
    return Accusation(hit, pardon, match, element, code)


def _is_helped(element: Element, item: Item, match: Match, case: Case) -> bool:
    """Whether words go on with what seems to be help, where that matters."""
    matters = bool(element.remedies) and case.standard.policy.helped(item.id) is not Stance.COUNTS
    return matters and case.understanding.is_helped(element, match)


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


def _doubted(element: Element, case: Case) -> Iterator[tuple[Match, str]]:
    """Yield the matches of one element with the code of what makes each a suspicion ("" where it is proven)."""
    said, misheard = accusations(case.ear, element)
    for match in said:
        yield match, doubt_of(match, element, case)
    policy = case.standard.policy
    if policy.misheard is Stance.DOUBT:
        for match in misheard:
            if not case.understanding.is_another(element, match):
                yield match, MISHEARD
    known = [*said, *misheard]
    for match, goes_on in topics(case.ear, element):
        stance = Stance.COUNTS if goes_on else policy.topic_once
        if stance is not Stance.PARDONS and not touches(match, known):
            known.append(match)
            yield match, doubt_of(match, element, case) if stance is Stance.COUNTS else "doubt-topic"
    for match in unclear(case.ear, element, CLEAR_CONFIDENCE):
        if not touches(match, known):
            known.append(match)
            yield match, "doubt-audio"
    if policy.alike is Stance.PARDONS:
        return
    whole = Span(0.0, case.hearing.duration_s)
    for match in case.understanding.places(element.meaning, element.who, whole):
        if case.understanding.is_possible(element.meaning, match.similarity) and not touches(match, known):
            yield match, MEANT


def touches(match: Match, others: list[Match]) -> bool:
    """Return whether a match shares a character with one of others."""
    return any(match.first <= m.last and m.first <= match.last for m in others)


def doubt_of(match: Match, element: Element, case: Case) -> str:
    """Return the code of what makes words that were said a suspicion; "" where nothing does."""
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
        return VOICE
    if unasked(ear, element, match):
        return SENSE if case.understanding.is_doubtful(element, match) else UNASKED
    bare = bool(element.questions) and is_whole_sentence(stream, match)  # 不清楚。 can mean nothing else
    return SENSE if not bare and case.understanding.is_doubtful(element, match) else ""
