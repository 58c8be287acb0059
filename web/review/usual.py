"""The usual reasons for judging otherwise than a clause now stands: what the list behind 改判 offers. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from web.kit.i18n import gettext as _
from web.kit.i18n import in_source
from web.models.vocabulary import How, Kind, VerdictWord
from web.review.lines import ClauseLine

MET, MISSED = VerdictWord.MET.value, VerdictWord.MISSED.value
NOT_APPLICABLE, CANNOT_JUDGE = VerdictWord.NOT_APPLICABLE.value, VerdictWord.CANNOT_JUDGE.value


@dataclass(frozen=True, slots=True)
class Usual:
    """A reason, and the verdict that it stands for."""

    verdict: str
    words: str

    @property
    def value(self) -> str:
        """What the form sends."""
        return f"{self.verdict}:{self.words}"


def usual_reasons(line: ClauseLine) -> tuple[Usual, ...]:
    """The reasons for another verdict than the one that stands, the most usual first: never more than nine, one key each."""
    with in_source():  # it becomes the decision's note
        if line.how == How.PERSON:
            found = [Usual(verdict, _("先前选错了")) for verdict in line.choices]
        elif line.how == How.LINK:
            found = _linked()
        elif line.kind == Kind.FORBIDDEN:
            found = _forbidden(line)
        else:
            found = _required(line)
    return tuple(one for one in found if one.verdict != line.final and one.verdict in line.choices)


def _required(line: ClauseLine) -> list[Usual]:
    if line.final == MISSED:
        found = [
            Usual(MET, _("机器听错了字")),
            Usual(MET, _("说了，但说法不同")),
            Usual(MET, _("说话人认错了，是技师说的")),
        ]
    elif line.final == MET:
        found = [
            Usual(MISSED, _("机器听错了字")),
            Usual(MISSED, _("是客户说的")),
            Usual(MISSED, _("说的是别的事")),
            Usual(MISSED, _("没有说完整")),
        ]
    else:
        found = [Usual(MET, _("听到说了")), Usual(MISSED, _("听过，没有说"))]
    return [*found, Usual(NOT_APPLICABLE, _("情况不适用")), Usual(CANNOT_JUDGE, _("听不清"))]


def _forbidden(line: ClauseLine) -> list[Usual]:
    if line.final == MISSED:
        found = [
            Usual(MET, _("机器听错了字")),
            Usual(MET, _("是客户说的")),
            Usual(MET, _("引用别人的话")),
            Usual(MET, _("不是这个意思")),
        ]
    elif line.final == MET:
        found = [Usual(MISSED, _("机器没有听出来")), Usual(MISSED, _("说法不同，意思一样"))]
    else:
        found = [Usual(MISSED, _("听到说了")), Usual(MET, _("听过，没有说"))]
    return [*found, Usual(CANNOT_JUDGE, _("听不清"))]


def _linked() -> list[Usual]:
    return [
        Usual(MET, _("有对应的录音，机器没有找到")),
        Usual(MISSED, _("对应的录音不是这一单的")),
        Usual(NOT_APPLICABLE, _("情况不适用")),
    ]
