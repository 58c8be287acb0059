"""Which two files are the two sides of one call.

Asterisk's Monitor writes `NAME-in` and `NAME-out`, MixMonitor what `r(…)` and `t(…)` name (`NAME-rx`, `NAME-tx`); FreeSWITCH
records what a leg reads and what is written to it (`NAME_read`, `NAME_write`), or each leg (`NAME.A`, `NAME.B`). The first of each
pair is what the telephone itself says that is recorded: the caller, where the call's own channel is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from web.sources.telephony.calls import ids_in

PAIRS = (("in", "out"), ("rx", "tx"), ("read", "write"), ("a", "b"), ("r", "t"))
SIDES = {word: (pair, side) for pair in PAIRS for side, word in enumerate(pair)}
_LEG = re.compile(rf"(?P<base>.+)[-_.](?P<word>{'|'.join(sorted(SIDES, key=len, reverse=True))})", re.IGNORECASE)
_CLOCK = re.compile(r"(?<!\d)(\d{8})[-_T]?(\d{6})(?!\d)")
MOST_APART_S = 600.0  # two files of one call begin together, or one when somebody answers


@dataclass(frozen=True, slots=True)
class Pair:
    """Two files of one call; `name` is that of what they become, `later_s` how much later the second one began."""

    first: str
    second: str
    name: str
    later_s: float


def side_of(path: str) -> tuple[str, int] | None:
    """What the legs of one call have in common, and whether this is the first (0) or the second (1); None: no leg."""
    place = PurePosixPath(path)
    found = _LEG.fullmatch(place.stem)
    if found is None:
        return None
    pair, side = SIDES[found["word"].lower()]
    ids = ids_in(place.stem)
    return f"{place.parent}/{ids[0] if ids else found['base'].lower()}/{pair[0]}", side


def pairs(paths: Iterable[str]) -> list[Pair]:
    """The pairs among files; where three could be two, none are."""
    sides: dict[str, tuple[list[str], list[str]]] = {}
    for path in paths:
        found = side_of(path)
        if found is not None:
            sides.setdefault(found[0], ([], []))[found[1]].append(path)
    made = []
    for firsts, seconds in sides.values():
        if len(firsts) == len(seconds) == 1:
            place = PurePosixPath(firsts[0])
            leg = _LEG.fullmatch(place.stem)
            base = leg["base"] if leg else place.stem
            made.append(Pair(firsts[0], seconds[0], f"{base}.wav", _later(firsts[0], seconds[0])))
    return made


def _later(first: str, second: str) -> float:
    """By the times that stand in the names, where both have one and they are near; else they began together."""
    times = [_time(PurePosixPath(path).stem) for path in (first, second)]
    if times[0] is None or times[1] is None:
        return 0.0
    apart_s = (times[1] - times[0]).total_seconds()
    return apart_s if abs(apart_s) <= MOST_APART_S else 0.0


def _time(stem: str) -> datetime | None:
    found = _CLOCK.search(stem)
    try:
        return datetime.strptime("".join(found.groups()), "%Y%m%d%H%M%S") if found else None
    except ValueError:
        return None
