"""Whose words a phrase is, and whether they are meant: the frame around a match, from its own sentence.

A phrase that somebody else is said to have said (厂家说没办法修), that is denied (我可没说不管), supposed (要是修不了的话),
asked (不知道您明儿在不在家), said of somebody else (您不清楚) or taken back as a joke accuses nobody. A speaker who quotes himself does
(我说了不管). A frame that is only probable is not `sure`: it makes an accusation a suspicion.

The rules are few and look at words beside the match; the words themselves stand in lexicons/shared/frames.yaml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from analyzer.judging.context import PARTICLES, Context
from analyzer.judging.framewords import COMMA, Vocabulary
from analyzer.rubric.model import FrameWords

SELF = "self"
TAIL = 2  # characters that may follow 那不行 in its clause
NEAR = 8  # characters between 说 and what was said, beyond which it is another sentence
_ASKING = re.compile(r"[谁哪什啥咋何几怎]")
_EITHER_OR = re.compile(r"(.{1,2})[不没]\1|[哪几]|什么|怎么|多少|还是|(?:吗|么|没有|没)$")
_OBJECT = re.compile(r"[给帮替跟和对向找让叫请为把被同问求冲朝]$")
_HEARER = re.compile("[您你]们?")
_TAKING_UP = re.compile("[那这哪怎谁俺我咱]")
_TAG = re.compile(rf"[的了啊]{{0,2}}{COMMA}?(?:是|对)?[吗么]$")


class Framing(StrEnum):
    REPORTED = "reported"
    DENIED = "denied"
    SUPPOSED = "supposed"
    ASKED = "asked"
    OF_OTHERS = "of-others"
    JOKED = "joked"


@dataclass(frozen=True, slots=True)
class Frame:
    """What takes the edge off some words; not `sure` where they may be meant all the same."""

    framing: Framing
    sure: bool


class Frames:
    """Finds the frame of a match; make once for a standard's vocabulary."""

    def __init__(self, words: Vocabulary) -> None:
        self._words = words

    def around(self, context: Context) -> Frame | None:
        """Return the frame in which a match stands: the first sure one, else the first doubtful one, else None."""
        rules = (self._denied, self._reported, self._quoted, self._asked, self._supposed, self._of_others, self._joked)
        found = [frame for rule in rules if (frame := rule(context)) is not None]
        return next((f for f in found if f.sure), found[0] if found else None)

    def _reported(self, context: Context) -> Frame | None:
        """Somebody else, or somebody unknown, is said to have said it."""
        spans = list(self._words[FrameWords.SAYING].spans(context.before))
        if not spans:
            return None
        begin, end = spans[-1]
        word, between = context.before[begin:end], context.before[end:]
        lead = context.before[:begin].removesuffix(word)  # 你寻思寻思
        speaker, sure = self._speaker(lead)
        if speaker == SELF:
            return None
        if _HEARER.fullmatch(speaker):  # 你说我能怎么办, 你跟我说这个，关我什么事: not what the hearer said
            if COMMA in between or _ASKING.search(context.said):
                return None
            sure = sure and not between
        content = between.strip(COMMA)
        if len(content) > NEAR or COMMA in content:  # 他说不归他们，也不知道该谁管 may go on reporting
            names_self = self._words[FrameWords.SELF].beginning(context.said)
            goes_on = content.count(COMMA) <= 1 and not (COMMA in content and self._without_light(context))
            return None if names_self or not goes_on else Frame(Framing.REPORTED, False)
        if content and between.endswith(COMMA) and not self._light(content):
            return None  # 他说水管漏了，我们不管: the quotation is over
        return Frame(Framing.REPORTED, sure)

    def _speaker(self, lead: str) -> tuple[str, bool]:
        """Return the subject of 说 (SELF for whoever speaks, "" where it is not known), and whether that is another.

        Without a subject it is the speaker himself, unless an earlier clause of the sentence began with somebody.
        """
        clause = lead.rpartition(COMMA)[2]
        without = self._words[FrameWords.BETWEEN].stripped(clause)
        to_whom = self._words[FrameWords.TO_WHOM].ending(without)
        if to_whom:
            without = self._words[FrameWords.BETWEEN].stripped(without[: -len(to_whom)])
        if self._words[FrameWords.SELF].ending(without):
            return SELF, False
        if self._words[FrameWords.HOUSE].ending(without):
            return "", False
        if person := self._words[FrameWords.OTHERS].ending(without):
            told = _OBJECT.search(without[: -len(person)])  # 找楼上说去: he is spoken to
            return (SELF, False) if told else (person, True)
        if without:
            return "", False
        if to_whom[1:2] in ("我", "咱"):
            return to_whom, True
        earlier = lead[: len(lead) - len(clause)]
        if any(self._words[FrameWords.OTHERS].beginning(part) for part in earlier.split(COMMA)):
            return "", False
        return SELF, False

    def _denied(self, context: Context) -> Frame | None:
        if (refused := self._refused_after(context)) is not None:
            return refused
        before = context.clause_before
        denying = self._words[FrameWords.DENYING]
        for begin, end in self._words[FrameWords.SAYING].spans(before):
            lead = self._words[FrameWords.BETWEEN].stripped(before[:begin])
            bare = lead.removesuffix(self._words[FrameWords.TO_WHOM].ending(lead))  # 不会跟您讲什么不归我管
            if any(map(denying.ending, (before[:begin], lead, bare))) and len(before) - end <= NEAR:
                return Frame(Framing.DENIED, True)
        if denying.ending(before):  # 不是这个我们不管 may be 不是，这个我们不管
            return Frame(Framing.DENIED, context.said[0] not in "这那")
        bare = self._without_subject(before)
        if bare != before and denying.ending(bare):
            return Frame(Framing.DENIED, len(before) - len(bare) <= 2)
        return None

    def _refused_after(self, context: Context) -> Frame | None:
        """“不管”那不行: the words are taken up and refused. 我们不管，不可能给你修 goes on in the same vein.

        What the other one has just said is taken up by saying it again: 没救了？不至于.
        """
        rest = context.after.lstrip(PARTICLES)
        apart = not rest or rest.startswith(COMMA)
        clause = (rest.lstrip(PARTICLES + COMMA) or context.beyond).partition(COMMA)[0]
        found = self._words[FrameWords.IMPOSSIBLE].beginning(clause)
        if not found or len(clause[len(found) :].strip(PARTICLES)) > TAIL:
            return None
        return Frame(Framing.DENIED, not apart or context.echo or _TAKING_UP.match(found) is not None)

    def _supposed(self, context: Context) -> Frame | None:
        if self._words[FrameWords.WHENEVER].beginning(context.after):
            return Frame(Framing.SUPPOSED, True)
        supposing = self._words[FrameWords.SUPPOSING]
        before = context.clause_before
        if supposing.ending(self._without_subject(before)) or supposing.ending(before):
            return Frame(Framing.SUPPOSED, True)
        if any(len(before) - end <= NEAR for _, end in supposing.spans(before)):
            return Frame(Framing.SUPPOSED, False)
        return None

    def _asked(self, context: Context) -> Frame | None:
        before = context.clause_before
        wondering = self._words[FrameWords.WONDERING]
        if wondering.ending(self._without_subject(before)) or wondering.ending(before):
            return Frame(Framing.ASKED, True)
        knowing = self._words[FrameWords.KNOWING].ending(context.said) and not _ASKING.search(context.said)
        about = context.clause_after
        if knowing and re.match("[您你]", about) and _EITHER_OR.search(about) and "谁" not in about:
            return Frame(Framing.ASKED, True)
        if context.echo and context.question_mark and not context.after.strip(PARTICLES):
            return Frame(Framing.ASKED, True)
        if not _ASKING.search(context.said) and _TAG.match(context.after):
            return Frame(Framing.ASKED, context.question_mark)
        return None

    def _of_others(self, context: Context) -> Frame | None:
        """The words say what somebody else does not know or cannot do."""
        if not self._words[FrameWords.OWN_BUSINESS].beginning(context.said):
            return None
        before = context.clause_before
        bare = self._words[FrameWords.BETWEEN].stripped(before)
        person = self._words[FrameWords.OTHERS].ending(bare)
        if not person or _OBJECT.search(bare[: -len(person)]):
            return None
        return Frame(Framing.OF_OTHERS, not re.search("[也都还]", before[len(bare) :]))

    def _joked(self, context: Context) -> Frame | None:
        """The speaker takes the words back as a joke, at once or when he speaks again; whether it was one is for a person."""
        rest = (context.after.lstrip(PARTICLES + COMMA), context.beyond, context.again)
        joking = self._words[FrameWords.JOKING]
        return Frame(Framing.JOKED, False) if any(map(joking.beginning, rest)) else None

    def _quoted(self, context: Context) -> Frame | None:
        """The words stand in quotation marks, and not as what the speaker says himself: 网上说的“没治了”，您先别管."""
        bare = self._without_light(context)
        spans = list(self._words[FrameWords.SAYING].spans(context.before))
        if spans:
            bare = self._words[FrameWords.BETWEEN].stripped(context.before[: spans[-1][0]])
        if not context.quoted or self._words[FrameWords.SELF].ending(bare):
            return None
        return Frame(Framing.REPORTED, not spans)

    def _without_subject(self, text: str) -> str:
        """Return `text` without the pronouns and light words that it ends with: what governs the match."""
        previous = ""
        while text != previous:
            previous = text
            text = self._words[FrameWords.BETWEEN].stripped(text)
            for name in (FrameWords.SELF, FrameWords.HOUSE, FrameWords.OTHERS):
                person = self._words[name].ending(text)
                text = text[: -len(person)] if person else text
        return text

    def _without_light(self, context: Context) -> str:
        """What the clause says before the match, but for light words."""
        return self._words[FrameWords.BETWEEN].stripped(context.clause_before)

    def _light(self, text: str) -> bool:
        return not self._without_subject(text)
