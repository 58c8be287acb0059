"""What the reader of help learns from: how turns go on behind banned words, in lines that offend and in lines that do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from analyzer.domain import Role
from analyzer.judging.case import open_case
from analyzer.judging.charging import accusations_of
from analyzer.judging.context import rest_of_turn
from analyzer.judging.examples import conversation
from analyzer.reading.lines import Line
from analyzer.rubric.model import Standard

GREETING = (Role.TECHNICIAN, "您好，我是物业的维修师傅，姓王")
REQUEST = "怎么回事，你们管不管？"  # where a line has no turn before it


def rests(lines: Iterable[Line], standard: Standard, words: Any) -> Iterator[tuple[str, bool]]:
    """Yield (the rest of the turn behind the last banned words, whether it helps), of lines of staff that hold such words.

    Of lines that offend those are left out that are pardoned, of lines that do not those that only report or deny.
    """
    for line in lines:
        if line.role is not Role.TECHNICIAN:
            continue
        turns = (GREETING, (Role.CUSTOMER, line.before or REQUEST), (Role.TECHNICIAN, line.text))
        case = open_case(conversation(turns), standard, words)
        found = [a for item in standard.items for a in accusations_of(item, case) if a.element.remedies]
        own = [a for a in found if case.ear.stream(a.element.who).owner[a.match.first] == 1]
        codes = ("",) if line.said else ("", "helped")
        ends = [a.match for a in own if a.code in codes]
        if ends:
            last = max(ends, key=lambda match: match.last)
            yield rest_of_turn(case.ear.stream(own[0].element.who), last), not line.said
