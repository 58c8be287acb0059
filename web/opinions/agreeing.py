"""How far the model's proposals can be trusted: beside what people decided who were not shown them.

Of the random sample only: there proposals are hidden until a person has answered (`standing`), so that nobody agrees
because he was told. Measured as rules are: share, Wilson's interval, Cohen's kappa, and the two ways to differ.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.figures.intervals import Estimate, rate
from web.figures.rules import kappa
from web.kit.access import visible
from web.kit.login import Viewer
from web.models import Opinion, OpinionRun, Recording, Verdict
from web.models.vocabulary import How, VerdictWord
from web.summaries.judged import included


@dataclass(frozen=True, slots=True)
class Trust:
    """One clause. `of`: answers of people on recordings that were put to the model; `share` of those it proposed on.

    `accused`: it proposed missed and the person found met; `let_off` the other way round.
    """

    standard_id: str
    item_id: str
    of: int
    share: Estimate
    kappa: float | None
    accused: int
    let_off: int


def trust(session: Session, viewer: Viewer) -> tuple[Trust, ...]:
    """By clause, those that agree least first; one query."""
    keys = (Verdict.standard_id, Verdict.item_id, Opinion.verdict, Verdict.human)
    statement = (
        select(*keys, func.count())
        .select_from(Verdict)
        .join(Recording, Recording.id == Verdict.recording_id)
        .join(OpinionRun, OpinionRun.recording_id == Recording.id)
        .outerjoin(Opinion, (Opinion.recording_id == Verdict.recording_id) & (Opinion.item_id == Verdict.item_id))
        .where(
            included(),
            Recording.sampled.is_(True),
            OpinionRun.state == "done",
            Verdict.how == How.PERSON.value,
            Verdict.human.in_((VerdictWord.MET.value, VerdictWord.MISSED.value)),
        )
        .group_by(*keys)
    )
    pairs: dict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    answered: Counter[tuple[str, str]] = Counter()
    for standard_id, item_id, proposed, human, count in session.execute(visible(statement, viewer)):
        answered[standard_id, item_id] += count
        if proposed is not None and human is not None:
            pairs[standard_id, item_id][proposed, human] += count
    lines = [_line(key, n, pairs[key]) for key, n in answered.items()]
    return tuple(sorted(lines, key=lambda x: (x.share.value if x.share.value is not None else 1.0, -x.of)))


def _line(key: tuple[str, str], answered: int, pairs: Counter[tuple[str, str]]) -> Trust:
    same = sum(count for (proposed, human), count in pairs.items() if proposed == human)
    return Trust(
        *key,
        of=answered,
        share=rate(same, sum(pairs.values())),
        kappa=kappa(pairs),
        accused=pairs[VerdictWord.MISSED.value, VerdictWord.MET.value],
        let_off=pairs[VerdictWord.MET.value, VerdictWord.MISSED.value],
    )
