"""The figures of a conversation in words, each with its definition. None of them enters the score."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from flask_babel import gettext as _

from web.intake.analysis import Figures
from web.kit.marks import mark
from web.kit.pages import duration, percent
from web.models.vocabulary import Role
from web.recordings.words import role_name

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: title, value as read, what it means, and the seconds worth hearing."""

    title: str
    value: str
    meaning: str
    at_s: tuple[float, ...] = ()


def figures(numbers: Figures) -> tuple[Figure, ...]:
    """Nothing where nobody talks."""
    if not numbers.talk_share:
        return ()
    cuts, silence, polite = numbers.interruptions, numbers.longest_silence, numbers.politeness
    greeting_s = numbers.first_greeting_s
    by_phrase = mark("、").join(f"{word} {count}" for word, count in polite.by_phrase.items()) if polite else ""
    return (
        Figure(_("说话占比"), _each(numbers.talk_share, percent), _("各方说话时间占全部说话时间的比例。")),
        Figure(
            _("语速"),
            _each(
                numbers.syllables_per_minute,
                lambda v: str(_("话太少，不计") if v is None else _("%(n)d 字/分", n=round(v))),
            ),
            _("每分钟说多少字，停顿不算；说话不足 5 秒不计。"),
        ),
        Figure(
            _("打断"),
            _("无法判断") if cuts is None else _("%(n)d 次", n=len(cuts)),
            _("对方话没说完就抢话，且对方停下来让出话头。应声附和不算；双方同在一个声道时无法判断。"),
            tuple(cut.at_s for cut in cuts or ()),
        ),
        Figure(
            _("最长静默"),
            _("无") if silence is None else _("%(n).1f 秒", n=silence.duration_s),
            _("首尾两句话之间，没有任何人说话的最长一段。"),
            () if silence is None else (silence.start_s,),
        ),
        Figure(_("静默占比"), percent(numbers.silence_share), _("首尾两句话之间，没有人说话的时间所占的比例。")),
        Figure(
            _("第一句问好"),
            _("没有听到") if greeting_s is None else duration(greeting_s),
            _("技师第一次问好的时间。"),
            () if greeting_s is None else (greeting_s,),
        ),
        Figure(
            _("礼貌用语"),
            _("%(n)d 次", n=polite.total if polite else 0) + (f"（{by_phrase}）" if by_phrase else ""),
            _("技师说的您好、谢谢、抱歉、再见等用语，按原字计数。"),
        ),
    )


def _each(values: Mapping[Role, Value], words: Callable[[Value], str]) -> str:
    return " · ".join(f"{role_name(role)} {words(value)}" for role, value in values.items())
