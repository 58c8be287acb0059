"""Numbers as people say them, digit by digit: 138 0013, 幺三八、零零, 三个八, with pauses, fillers and turns in between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

HARD = dict(zip("0123456789０１２３４５６７８９零〇○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", [
    *"01234567890123456789", *"000", *"123456789", "1", *"123456789",
], strict=True))  # fmt: skip
# what a recogniser writes for 幺, and what soldiers and operators say; digits only where they touch another digit
SOFT = dict(zip("妖腰夭吆邀要么洞拐勾两", "11111110792", strict=True))
TIMES = dict(zip("23456789二两三四五六七八九", "23456789" + "223456789", strict=True))
DIGIT = f"[{''.join(HARD)}]"
_TOKEN = re.compile(f"(?P<times>[{''.join(TIMES)}])个(?P<of>{DIGIT})|(?P<one>{DIGIT})|(?P<soft>[{''.join(SOFT)}])")
# what may stand between two digits of one number: pauses, fillers, and what the other one says meanwhile
_PAUSE = re.compile(
    r"(?:[\s,，、。·\-—–~～…（）()?？!！嗯啊呃额哦喔噢哎诶唉哈呀吧对是的好行再]|那个|这个|就是|然后|后面|接着|还有|杠|减号|空格"
    r"|您说|你说|你讲|您讲|我记一下|记一下|记着呢|稍等|等一下|等下|往下|继续|下面)*"
)
SAME_LINE, NEXT_LINE = 10, 24  # characters of such a pause
_QUANTITY = "十百千万亿"


@dataclass(frozen=True, slots=True)
class Run:
    """Digits that belong together, at [first, last) of the text; `groups` are the lengths of those that touch."""

    first: int
    last: int
    value: str
    groups: tuple[int, ...]
    paused: bool  # 、 or a comma stands between groups: may be a list


@dataclass(frozen=True, slots=True)
class _Token:
    first: int
    last: int
    value: str
    soft: bool


def runs(text: str) -> list[Run]:
    """The numbers of a text in order. A digit that belongs to 十, 百, 千, 万 counts something and is in none."""
    made: list[Run] = []
    chain: list[_Token] = []
    for token in _tokens(text):
        if chain and not _joins(text[chain[-1].last : token.first]):
            made += _run(text, chain)
            chain = []
        chain.append(token)
    made += _run(text, chain)
    return made


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        first, last = found.span()
        if found.group("times") and (text[last : last + 1] or " ") not in _QUANTITY:
            yield _Token(first, last, HARD[found.group("of")] * int(TIMES[found.group("times")]), False)
        elif found.group("soft"):
            yield _Token(first, last, SOFT[found.group("soft")], True)
        elif found.group("one") and not (_counts(text, first, last)):
            yield _Token(first, last, HARD[found.group("one")], False)


def _counts(text: str, first: int, last: int) -> bool:
    return (text[last : last + 1] or " ") in _QUANTITY or (text[first - 1 : first] or " ") in _QUANTITY


def _joins(between: str) -> bool:
    longest = NEXT_LINE if "\n" in between else SAME_LINE
    return len(between) <= longest and _PAUSE.fullmatch(between) is not None


def _run(text: str, chain: list[_Token]) -> list[Run]:
    """The run of a chain, without soft digits that touch no other; [] where nothing is left."""
    touching: list[_Token] = []
    for place, token in enumerate(chain):
        behind = bool(touching) and touching[-1].last == token.first
        before = place + 1 < len(chain) and chain[place + 1].first == token.last
        if not token.soft or behind or before:
            touching.append(token)
    while touching and touching[-1].soft and touching[-1].value == "1":  # 要 and 么 end no number
        touching.pop()
    if not touching or sum(not t.soft for t in touching) * 2 < len(touching):
        return []
    groups: list[int] = []
    end = -1
    for token in touching:
        if token.first == end:
            groups[-1] += len(token.value)
        else:
            groups.append(len(token.value))
        end = token.last
    first, last = touching[0].first, touching[-1].last
    paused = re.search("[、，,]", text[first:last]) is not None
    return [Run(first, last, "".join(t.value for t in touching), tuple(groups), paused)]
