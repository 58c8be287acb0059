"""What somebody typed or pasted, as turns of a conversation. Pure.

A line is a turn: `技师：…`, `客户：…`; without a speaker it is the technician's. The examples of a standard, `客：…／技：…`
on one line, are read too, and times in front of a line (`[00:12]`, as transcripts have them) are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from web.kit.i18n import gettext as _
from web.kit.refusals import InvalidError
from web.models.vocabulary import Role

MOST_CHARACTERS = 20_000  # of the whole text; an hour's talk is about 15,000
MOST_TURNS = 500

NAMES = {
    **dict.fromkeys(("技师", "技", "师傅", "工程师", "维修工", "维修人员", "服务人员", "客服", "员工", "销售", "A"), Role.TECHNICIAN),
    **dict.fromkeys(("客户", "客", "用户", "业主", "顾客", "住户", "B"), Role.CUSTOMER),
}  # fmt: skip
_TIME = re.compile(r"^\s*[\[［(（]?\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:\.\d+)?[\]］)）]?\s*")
_SPEAKER = re.compile(r"^\s*([^\s:：，。？！、,.?!／/]{1,6})\s*[：:]\s*")
_NEXT = re.compile(rf"[／/](?=\s*(?:{'|'.join(sorted(NAMES, key=len, reverse=True))})\s*[：:])")


@dataclass(frozen=True, slots=True)
class Turn:
    """Who says what. `line`: where it stands in what was typed, from 1."""

    role: Role
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Dialogue:
    """`strangers`: what stands before a colon and is no speaker that we know, with its line."""

    turns: tuple[Turn, ...]
    strangers: tuple[tuple[int, str], ...] = ()

    @property
    def is_sentence(self) -> bool:
        """Whether it is one turn only: then it has no opening and no closing, and nothing comes before anything."""
        return len(self.turns) == 1


def read(typed: str) -> Dialogue:
    """Return the turns of a text. Raises InvalidError with a sentence where it is too long."""
    if len(typed) > MOST_CHARACTERS:
        raise InvalidError(
            _("太长了：一次最多试 %(most)s 字，现在有 %(n)s 字。请只留要试的那一段。", most=f"{MOST_CHARACTERS:,}", n=f"{len(typed):,}")
        )  # fmt: skip
    turns: list[Turn] = []
    strangers: list[tuple[int, str]] = []
    for number, line in enumerate(typed.splitlines(), 1):
        for piece in _NEXT.split(_TIME.sub("", line, count=1)):
            turn, stranger = _turn(piece, number)
            if turn is not None:
                turns.append(turn)
            if stranger:
                strangers.append((number, stranger))
    if len(turns) > MOST_TURNS:
        raise InvalidError(
            _("句数太多：一次最多试 %(most)s 句，现在有 %(n)s 句。请分几次试。", most=MOST_TURNS, n=len(turns))
        )
    return Dialogue(tuple(turns), tuple(strangers))


def _turn(piece: str, line: int) -> tuple[Turn | None, str]:
    found = _SPEAKER.match(piece)
    role = NAMES.get(found[1].upper()) if found else None
    if found is None or role is None:
        text = piece.strip()
        stranger = found[1] if found and text else ""
        return (Turn(Role.TECHNICIAN, text, line) if text else None), stranger
    text = piece[found.end() :].strip()
    return (Turn(role, text, line) if text else None), ""
