"""What looks like somebody or something known: a number that a spreadsheet changed, a namesake, a team written otherwise.

Pure. One person with two accounts, or two on one account, is what nobody finds later: so it is asked before.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from web.kit.i18n import gettext as _
from web.kit.marks import mark

_SCIENTIFIC = re.compile(r"\d(\.\d+)?e\+?\d+", re.IGNORECASE)  # 2.02611E+11: what a spreadsheet makes of a long number


def bare(number: str) -> str:
    """The number without what a spreadsheet or an input method changes: leading zeros, `.0`, case, width, digits of
    other scripts."""
    plain = unicodedata.normalize("NFKC", number).casefold().strip()
    plain = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in plain)
    plain = re.sub(r"(?<=\d)\.0+$", "", plain)
    return plain.lstrip("0") or "0" if plain.isdigit() else plain


def folded(name: str) -> str:
    """The name as people compare it: no spaces, no width, no case."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def is_rounded(number: str) -> bool:
    """Whether a spreadsheet has written the number with an exponent: then its last digits are lost."""
    return _SCIENTIFIC.fullmatch(unicodedata.normalize("NFKC", number).strip()) is not None


def rounded_words(number: str) -> str:
    return _("“%(v)s”是表格软件改写过的数（科学计数法），后几位已经丢失。请把这一列设成“文本”后重新填写。", v=number)


class Numbers:
    """Known numbers with what they are shown as, found again by their bare form."""

    def __init__(self, known: Iterable[tuple[str, str]]) -> None:
        self._shown: dict[str, list[tuple[str, str]]] = {}
        for number, shown in known:
            self.add(number, shown)

    def add(self, number: str, shown: str) -> None:
        self._shown.setdefault(bare(number), []).append((number, shown))

    def resembling(self, number: str) -> tuple[tuple[str, str], ...]:
        """Those known that differ from the number only in what gets lost: (number, shown)."""
        return tuple(pair for pair in self._shown.get(bare(number), ()) if pair[0] != number)


def number_words(number: str, shown: str) -> str:
    return _("“%(v)s”和已有的“%(known)s”只差前面的 0、大小写或全半角，像是同一个编号。", v=number, known=shown)


def lost_words(number: str, known: str, shown: str) -> str:
    return _(
        "“%(v)s”和已有的“%(shown)s”只差前面的 0，像是表格软件丢掉的；请把工号写成“%(known)s”。",
        v=number,
        shown=shown,
        known=known,
    )


def namesake_words(known: Mapping[str, str]) -> tuple[str, ...]:
    """What to say of a new person whose name others (name by number) have."""
    if not known:
        return ()
    who = mark("、").join(f"{number} {known[number]}" for number in sorted(known)[:3])
    return (_("已有同名的人员：%(who)s。若是同一个人，请用原来的工号。", who=who),)
