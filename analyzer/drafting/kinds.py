"""What a demand is: said or not to be said, and whether an ear, other records or only a person can tell. From its words alone."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.domain import How, Kind
from analyzer.drafting import words

SURE, LIKELY, UNSURE = 0.9, 0.7, 0.4


@dataclass(frozen=True, slots=True)
class Guess:
    """What a clause seems to be. `reasons` are whole Chinese sentences; `confidence` is 0 to 1.

    `listed` is false for what asks nobody for anything. `link` names the record that would tell, for how link.
    """

    kind: Kind
    how: How
    confidence: float
    reasons: tuple[str, ...]
    listed: bool = True
    link: str = ""

    @property
    def key(self) -> tuple[str, str, bool]:
        return (self.kind.value, self.how.value, self.listed)


def guess(said: str, *, quoted: bool, banned: bool, around: str) -> Guess:
    """Guess what one piece of a clause is.

    `said`: its words without what is quoted; `quoted`: whether words to be said (or not) stand in it; `banned`:
    whether the heading or an earlier piece bans it; `around`: the whole sentence, in which a customer may be named.
    """
    ban = words.ban_in(said)
    bans = banned or ban is not None
    why = f"有“{ban.group()}”" if ban else "上文写着不许" if banned else ""
    if quoted and bans:
        return Guess(Kind.FORBIDDEN, How.RULE, SURE, (f"{why}，后面引了原话：不许说的话，听录音判。",))
    if quoted:
        return Guess(Kind.REQUIRED, How.RULE, SURE, ("写出了要说的原话：听录音判。",))
    unless = words.UNLESS.search(said)
    bare = words.NOUNS.sub("", said)
    if unless is not None and bans:
        rest = bare.replace(unless.group(), "")
        if words.SPEECH.search(rest):
            return Guess(Kind.FORBIDDEN, How.RULE, LIKELY, (f"“{unless.group()}”不许说出去：不许说的话，听录音判。",))
        return Guess(
            Kind.REQUIRED, How.RULE, LIKELY, (f"“{unless.group()}”不许做，就是做之前要征得同意；征求同意听得出来。",)
        )
    if not bans and words.CLEAN_LANGUAGE.search(said) and "礼貌" not in said:
        return Guess(Kind.FORBIDDEN, How.RULE, UNSURE, ("语言文明只能从反面听出来：听有没有脏话、骂人话。",))
    for link, pattern, reason in () if bans else words.LINKED:
        if pattern.search(around if link == "appointment-made" and _contacts(said) else said):
            return Guess(Kind.REQUIRED, How.LINK, LIKELY, (f"{reason}，一段录音里听不出来。",), link=link)
    return _by_ear(bare, around, bans, why)


def _contacts(said: str) -> bool:
    return any(word in said for word in ("联系", "预约", "致电", "打电话", "约好"))


def _by_ear(bare: str, around: str, bans: bool, why: str) -> Guess:
    """Weigh the words of speaking against those of what is seen."""
    kind = Kind.FORBIDDEN if bans else Kind.REQUIRED
    speech = [m.group() for m in words.SPEECH.finditer(bare)]
    towards = [m.group() for m in words.TOWARDS.finditer(bare)]
    perhaps = [m.group() for m in words.PERHAPS.finditer(bare)]
    silent = [m.group() for m in words.SILENT.finditer(bare)]
    things = [m.group() for m in words.THINGS.finditer(bare)]
    near = words.CUSTOMER.search(around) is not None
    heard = 2.0 * len(speech) + 1.6 * len(towards) + (1.5 if near else 0.6) * len(perhaps)
    seen = 1.6 * len(silent) + 0.8 * len(things)
    prefix = f"{why}；" if why else ""
    if heard and (heard >= seen or (bans and speech)):  # of what is banned, the part that can be heard is enough
        words_heard = "、".join(dict.fromkeys([*speech, *towards, *perhaps]))
        confidence = LIKELY if speech else UNSURE
        reason = (
            f"“{words_heard}”要开口说，听得出来。" if speech else f"“{words_heard}”一般伴着一句话，先按听录音起草。"
        )
        return Guess(kind, How.RULE, confidence, (prefix + reason,))
    if seen:
        words_seen = "、".join(dict.fromkeys([*silent, *things]))
        return Guess(
            kind, How.PERSON, LIKELY if not heard else UNSURE, (f"{prefix}“{words_seen}”光听录音听不出来，由人填。",)
        )
    return Guess(kind, How.PERSON, UNSURE, (f"{prefix}没有看到开口说话的字眼，先由人填。",))
