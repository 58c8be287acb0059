"""How often two people agree who judged the same clause without seeing each other's answer: share and kappa, each with its
interval. What the first signed without deciding it himself is the machine's verdict that he let stand.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.figures.intervals import Estimate, rate
from web.figures.rules import kappa_estimate
from web.kit.login import Viewer
from web.models import SecondAnswer, SecondReview
from web.review.second import reviews


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
