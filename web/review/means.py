"""What the machine's verdicts rest on, and how people judged them: the words as written, their sound, their meaning.

Each rule verdict that a person heard counts once, under the least certain of its evidence: a clause of which one part was credited
by its meaning rests on meaning.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from web.figures.intervals import Estimate, rate
from web.kit.access import visible
from web.kit.login import Viewer
from web.models import BULK, Decision, Recording, Verdict
from web.models.vocabulary import MEANS, VerdictWord
from web.summaries.judged import included

NEITHER = VerdictWord.NOT_APPLICABLE.value


class _Case(NamedTuple):
    kind: str
    machine: str
    human: str


@dataclass(frozen=True, slots=True)
class Means:
    """How people judged what rests on one kind of evidence.

    `agreed`: of the verdicts, with Wilson's interval. `accused` of them charged what the person did not find. Of
    `open` ones, left to a person, `said` were found to be said (or, of forbidden words, an offence).
    """

    name: str
    agreed: Estimate
    accused: int
    open: int
    said: int


def by_means(session: Session, viewer: Viewer, since: datetime, sampled_only: bool) -> tuple[Means, ...]:
    """Count the decisions that stand since a moment; one query. Kinds of evidence that nothing rests on are left out."""
    decided = (
        select(Decision.id, Decision.recording_id, Decision.item_id)
        .join(Recording, Recording.id == Decision.recording_id)
        .where(Decision.at >= since, Decision.action != BULK, included())
    )
    if sampled_only:
        decided = decided.where(Recording.sampled.is_(True))
    # written out first: what people decided is little beside all verdicts, which SQLite would else begin with
    recent = visible(decided, viewer).cte("decided").prefix_with("MATERIALIZED")
    statement = (
        select(Verdict.rests_on, Verdict.kind, Verdict.machine, Verdict.human, func.count())
        .join(recent, and_(recent.c.recording_id == Verdict.recording_id, recent.c.item_id == Verdict.item_id))
        .where(Verdict.decision_id == recent.c.id, Verdict.how == "rule")
        .where(Verdict.machine != NEITHER, Verdict.human != NEITHER)
        .group_by(Verdict.rests_on, Verdict.kind, Verdict.machine, Verdict.human)
    )
    judged: dict[str, Counter[_Case]] = defaultdict(Counter)
    for name, kind, machine, human, count in session.execute(statement):
        judged[name][_Case(kind, machine or "", human or "")] += count
    return tuple(_means(name, judged[name]) for name in MEANS if name in judged)


def _means(name: str, judged: Counter[_Case]) -> Means:
    decided = Counter({case: count for case, count in judged.items() if case.machine != "cannot_judge"})
    left = judged - decided
    return Means(
        name,
        rate(sum(n for case, n in decided.items() if case.machine == case.human), decided.total()),
        sum(n for case, n in decided.items() if case.machine == "missed" != case.human),
        left.total(),
        sum(n for case, n in left.items() if case.human == ("missed" if case.kind == "forbidden" else "met")),
    )
