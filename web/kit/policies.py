"""What pages make of the settings of a standard that change no verdict: the pass mark, the least number, open suspicions.

A recording is told by the standard in effect on its day: a mark that is raised today turns nothing of last month. Within a
request the days on which something took effect are asked for once.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from flask import g
from sqlalchemy import select

from web.kit.lexicons import lexicons_on
from web.kit.site import reader, site
from web.kit.standards import StandardInfo, standard, standards
from web.models import StandardVersion


def rules_on(standard_id: str | None, day: dt.date) -> StandardInfo | None:
    """The standard as it was in effect on a day; None where there was none such."""
    return standard(_folder(day), standard_id) if standard_id else None


def passed(standard_id: str | None, recorded_at: dt.datetime, score: float | None) -> bool | None:
    """Whether a recording of this moment passes; None where it has no score, or its standard no mark."""
    if score is None:
        return None
    rules = rules_on(standard_id, recorded_at.astimezone(site().zone).date())
    return None if rules is None or rules.pass_mark is None else score >= rules.pass_mark


def tells_passed() -> bool:
    """Whether any standard in effect today has a pass mark: else there is nothing to tell apart."""
    return any(info.pass_mark is not None for info in standards(site().lexicons))


def minimum(standard_id: str = "") -> int:
    """With fewer recordings figures are few: as the standard says, else the site ("" where several are told together)."""
    info = standard(site().lexicons, standard_id) if standard_id else None
    return site().web.min_recordings if info is None or info.min_recordings is None else info.min_recordings


@dataclass(frozen=True, slots=True)
class Mark:
    """The pass mark of a standard for recordings of these days, both ends included."""

    standard_id: str
    first: dt.date
    last: dt.date
    mark: float


def marks_in(first: dt.date, last: dt.date) -> list[Mark]:
    """The pass marks of all standards on the days of a period."""
    starts = [first, *(day for day in _begins() if first < day <= last)]
    ends = [*(day - dt.timedelta(days=1) for day in starts[1:]), last]
    return [
        Mark(info.id, since, until, info.pass_mark)
        for since, until in zip(starts, ends, strict=True)
        for info in standards(_folder(since))
        if info.pass_mark is not None
    ]


def _begins() -> list[dt.date]:
    """The days on which something of the company's own took effect, in order."""
    here = site()
    if here.lexicons == here.settings.lexicons:
        return []
    begins: list[dt.date] | None = g.get("policy_days")
    if begins is None:
        asked = select(StandardVersion.effective_from).distinct().order_by(StandardVersion.effective_from)
        begins = g.policy_days = list(reader().scalars(asked))
    return begins


def _folder(day: dt.date) -> Path:
    begins, here = _begins(), site()
    place = bisect_right(begins, day)
    if not place:
        return here.settings.lexicons
    known: dict[dt.date, Path] = g.setdefault("policy_folders", {})
    since = begins[place - 1]
    if since not in known:
        known[since] = lexicons_on(reader(), here.settings, since)
    return known[since]
