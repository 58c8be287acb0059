"""The order of clauses: as their numbers stand in the written document, whatever way it counts (一、1、（1）、①、第三条)."""

from __future__ import annotations

import math
import re

_ARABIC = re.compile(r"[0-9０-９]+")
_NUMBER = re.compile(r"[零〇一二两三四五六七八九十百千]+|[0-9０-９]+|[①-⑳]")
_COUNTED = re.compile(r"\s*[(（]?\s*(第|篇|[零〇一二两三四五六七八九十百千]|[0-9０-９]|[①-⑳])")
_DIGITS = {sign: n for n, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}


def place(clause: str) -> tuple[float, ...]:
    """Return where a clause stands by the first of its numbers (`二.1、三.4(5)`); one that is not counted stands last.

    >>> place("三.4(10)") > place("三.4(9)") > place("二.5")
    True
    """
    first = re.split(r"[,，、;；]", clause, maxsplit=1)[0]
    if not _COUNTED.match(first):
        return (math.inf,)
    return tuple(float(_value(number)) for number in _NUMBER.findall(first)) or (math.inf,)


def _value(number: str) -> int:
    if _ARABIC.fullmatch(number):
        return int(number)
    if "①" <= number <= "⑳":
        return ord(number) - ord("①") + 1
    if not set(number) & set(_UNITS):
        return int("".join(str(_DIGITS[sign]) for sign in number))
    whole, digit = 0, 0
    for sign in number:
        if sign in _UNITS:
            whole += (digit or 1) * _UNITS[sign]
            digit = 0
        else:
            digit = _DIGITS[sign]
    return whole + digit
