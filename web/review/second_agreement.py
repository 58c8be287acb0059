"""How often two people agree who judged the same clause without seeing each other's answer: share and kappa, each with its
interval. What the first signed without deciding it himself is the machine's verdict that he let stand.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.figures.intervals import Estimate, rate
from web.kit.login import Viewer
from web.models import SecondAnswer, SecondReview
from web.review.agreement import kappa
from web.review.second import reviews

Z = 1.959964  # of the normal distribution: 95 %


@dataclass(frozen=True, slots=True)
class BetweenPeople:
    """A clause (or all: empty ids): the share of the same answers with Wilson's interval, kappa with its own."""

    standard_id: str
    item_id: str
    share: Estimate
    kappa: Estimate


@dataclass(frozen=True, slots=True)
class SecondPage:
    """`recordings` that were judged twice in the period, `waiting` that still are to be."""

    recordings: int
    waiting: int
    total: BetweenPeople
    lines: tuple[BetweenPeople, ...]


def kappa_estimate(pairs: Mapping[tuple[str, str], int]) -> Estimate:
    """Cohen's kappa with its large-sample interval: SE = sqrt(p(1 - p) / n) / (1 - chance), Educ. Psychol. Meas. 20 (1960) 43.

    Nothing where `kappa` tells none; no interval where all agree or none does (SE would be 0, as if nothing else could be).
    """
    n, value = sum(pairs.values()), kappa(pairs)
    if value is None:
        return Estimate(None, None, None, n)
    same = sum(count for (a, b), count in pairs.items() if a == b) / n
    if same in (0.0, 1.0):
        return Estimate(value, None, None, n)
    # kappa = (same - chance) / (1 - chance), so 1 - chance = (1 - same) / (1 - kappa)
    half = Z * math.sqrt(same * (1 - same) / n) * (1 - value) / (1 - same)
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half), n)


def second_page(session: Session, viewer: Viewer, since: datetime) -> SecondPage:
    """All second reviews since a moment that the viewer may see; two queries."""
    done = reviews(viewer, SecondReview.done_at >= since)
    statement = (
        select(SecondAnswer.standard_id, SecondAnswer.item_id, SecondAnswer.first, SecondAnswer.second, func.count())
        .where(SecondAnswer.recording_id.in_(done))
        .group_by(SecondAnswer.standard_id, SecondAnswer.item_id, SecondAnswer.first, SecondAnswer.second)
    )
    pairs: dict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    for standard_id, item_id, first, second, count in session.execute(statement):
        pairs[standard_id, item_id][first, second] += count
    counted = (done, reviews(viewer, SecondReview.done_at.is_(None)))
    numbers = (select(func.count()).select_from(ids.subquery()).scalar_subquery() for ids in counted)
    recordings, waiting = session.execute(select(*numbers)).one()
    lines = [_line(*key, found) for key, found in pairs.items()]
    return SecondPage(
        recordings,
        waiting,
        _line("", "", sum(pairs.values(), Counter())),
        tuple(sorted(lines, key=lambda x: (x.share.value or 0.0, -x.share.n, x.item_id))),
    )


def _line(standard_id: str, item_id: str, pairs: Counter[tuple[str, str]]) -> BetweenPeople:
    same = sum(count for (first, second), count in pairs.items() if first == second)
    return BetweenPeople(standard_id, item_id, rate(same, sum(pairs.values())), kappa_estimate(pairs))
